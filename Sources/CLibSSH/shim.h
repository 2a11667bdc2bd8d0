#pragma once
#define WITH_SERVER 1
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <libssh/callbacks.h>
#include <libssh/sftp.h>

/* The lab's loop; Swift's Glibc module lacks both. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
