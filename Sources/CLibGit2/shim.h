#pragma once
#include <git2.h>
#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>

/* git_libgit2_opts is variadic, which Swift cannot call.
 *
 * No configuration of the user or the machine is read, so that a store is written the same way by everybody; a store
 * may belong to another user (readers in a group), and nothing in it is executed; trees and commits are written from
 * ids that we have just written ourselves, so looking each of them up again is left out. */
static inline int plumbline_git_configure(void)
{
	static const git_config_level_t levels[] = {
		GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA
	};
	size_t i;
	int error = 0;
	for (i = 0; i < sizeof(levels) / sizeof(levels[0]) && error == 0; i++)
		error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, (int)levels[i], "");
	if (error == 0)
		error = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
	if (error == 0)
		error = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
	return error;
}

/* glibc declares syncfs for _GNU_SOURCE only, which Swift's importer does not set. */
extern int syncfs(int descriptor);
