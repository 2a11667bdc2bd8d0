/* The floor for writing a fleet into two git repositories: what a C program needs over libgit2 for the very objects that
 * Plumbline's store writes. Compared with it by Benchmarks/store/measure.
 *
 *   cc -O2 floor.c -o floor -lgit2 -lcrypto -lz
 *   floor FOLDER DEVICES BYTES REPOSITORY [KEYFILE]
 *
 * FOLDER has store.git and REPOSITORY (bare, with `git init`). It writes all devices in one commit of each, then looks at all
 * again, of which one in fifty has changed, and commits those. CPU seconds of both, without making the texts, are printed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <git2.h>
#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define GROUP 100

static void die(const char *what) { perror(what); exit(1); }
static void check(int code, const char *what)
{
	if (code < 0) { fprintf(stderr, "%s: %s\n", what, git_error_last() ? git_error_last()->message : "?"); exit(1); }
}

static double cpu(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec * 1e-9;
}

/* As FleetText.swift has it. */
static size_t text(char *out, size_t size, unsigned device, unsigned round)
{
	uint64_t state = 0x9E3779B97F4A7C15ull * (device + 1);
	size_t length = sprintf(out, "hostname dev-%05u\n! round %u\n", device, round);
	for (unsigned port = 1; length < size; port++) {
		state ^= state << 13; state ^= state >> 7; state ^= state << 17;
		length += sprintf(out + length, "interface GigabitEthernet1/0/%u\n description port %016llx\n switchport access vlan %u\n",
			port, (unsigned long long)state, (unsigned)(state % 4000));
	}
	return length;
}

struct database { git_odb *odb; git_odb_backend *loose; };

static struct database open_odb(const char *path)
{
	git_odb *odb;
	git_odb_backend *loose, *packs;
	char objects[4096];
	snprintf(objects, sizeof objects, "%s/objects", path);
	check(git_odb_new(&odb), "odb");
	check(git_odb_backend_loose(&loose, objects, -1, 0, 0, 0), "loose");
	check(git_odb_add_backend(odb, loose, 1), "loose");
	check(git_odb_backend_pack(&packs, objects), "packs");
	check(git_odb_add_backend(odb, packs, 2), "packs");
	return (struct database){odb, loose};
}

/* Straight to the backend: git_odb_write would hash a second time what was hashed to see whether it changed. */
static void put_as(struct database db, const git_oid *id, const void *bytes, size_t length, git_object_t type)
{
	if (db.loose->freshen(db.loose, id) == 0 || git_odb_exists_ext(db.odb, id, GIT_ODB_LOOKUP_NO_REFRESH) == 1) return;
	check(db.loose->write(db.loose, id, bytes, length, type), "write");
}

static void put(struct database db, git_oid *id, const void *bytes, size_t length, git_object_t type)
{
	check(git_odb_hash(id, bytes, length, type), "hash");
	put_as(db, id, bytes, length, type);
}

/* --- git-crypt ------------------------------------------------------------------------------------------------- */

static unsigned char aes[32], mac[64];
static int encrypting;

static uint32_t number(const unsigned char *at) { return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

static void read_key(const char *file)
{
	unsigned char bytes[4096];
	FILE *in = fopen(file, "rb");
	if (!in) die(file);
	size_t length = fread(bytes, 1, sizeof bytes, in), at = 16;
	fclose(in);
	while (at + 4 <= length) {
		uint32_t field = number(bytes + at);
		at += 4;
		if (field == 0) continue;
		uint32_t size = number(bytes + at);
		at += 4;
		if (field == 3 && size == 32) memcpy(aes, bytes + at, 32);
		if (field == 5 && size == 64) memcpy(mac, bytes + at, 64);
		at += size;
	}
	encrypting = 1;
}

static size_t seal(unsigned char *out, const char *clear, size_t length)
{
	unsigned char digest[20], counter[16] = {0};
	unsigned int size = 20;
	int done;
	HMAC(EVP_sha1(), mac, 64, (const unsigned char *)clear, length, digest, &size);
	memcpy(out, "\0GITCRYPT\0", 10);
	memcpy(out + 10, digest, 12);
	memcpy(counter, digest, 12);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), NULL, aes, counter);
	EVP_EncryptUpdate(context, out + 22, &done, (const unsigned char *)clear, (int)length);
	EVP_CIPHER_CTX_free(context);
	return length + 22;
}

/* A loose object of stored blocks: compressing what is encrypted gives nothing. */
static void write_stored(const char *repository, git_oid *id, const void *bytes, size_t length)
{
	static unsigned char *stream, *plain;
	static size_t room;
	char hex[41] = {0}, path[4096], temporary[4128];
	check(git_odb_hash(id, bytes, length, GIT_OBJECT_BLOB), "hash");
	git_oid_fmt(hex, id);
	snprintf(path, sizeof path, "%s/objects/%.2s", repository, hex);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/objects/%.2s/%s", repository, hex, hex + 2);
	if (access(path, F_OK) == 0) return;
	if (room < length + 4096) {
		room = length + 4096;
		stream = realloc(stream, room + room / 1000 + 64);
		plain = realloc(plain, room);
	}
	int head = sprintf((char *)plain, "blob %zu", length) + 1;
	memcpy(plain + head, bytes, length);
	uLongf size = room + room / 1000 + 64;
	if (compress2(stream, &size, plain, head + length, 0) != Z_OK) die("compress2");
	snprintf(temporary, sizeof temporary, "%s.tmp", path);
	int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0444);
	if (file < 0 || write(file, stream, size) != (ssize_t)size || close(file) || rename(temporary, path)) die(path);
}

/* --- trees ----------------------------------------------------------------------------------------------------- */

struct tree { unsigned char *bytes; size_t length, room; };

static void entry(struct tree *tree, const char *mode, const char *name, const git_oid *id)
{
	size_t need = strlen(mode) + strlen(name) + 2 + 20;
	if (tree->length + need > tree->room) tree->bytes = realloc(tree->bytes, tree->room = (tree->room + need) * 2);
	tree->length += sprintf((char *)tree->bytes + tree->length, "%s %s", mode, name) + 1;
	memcpy(tree->bytes + tree->length, id->id, 20);
	tree->length += 20;
}

static void write_tree(struct database odb, git_oid *id, struct tree *tree)
{
	put(odb, id, tree->bytes, tree->length, GIT_OBJECT_TREE);
	tree->length = 0;
}

/* Everything of one repository between the devices' folders and the branch. Only changed groups are written again. */
static void commit(struct database odb, const git_oid *folders, const char *changed, unsigned count,
	git_oid *groups, const git_oid *attributes, const char *lines, git_oid *parent, int has_parent)
{
	struct tree tree = {0};
	char name[32];
	git_oid id, root, result;
	for (unsigned first = 0; first < count; first += GROUP) {
		int any = 0;
		for (unsigned n = first; n < count && n < first + GROUP; n++) any |= changed[n];
		if (!any) continue;
		if (has_parent) {
			/* A group's tree is read before it is changed. */
			git_odb_object *object;
			check(git_odb_read(&object, odb.odb, &groups[first / GROUP]), "group");
			git_odb_object_free(object);
		}
		for (unsigned n = first; n < count && n < first + GROUP; n++) {
			sprintf(name, "dev-%05u", n);
			entry(&tree, "40000", name, &folders[n]);
		}
		write_tree(odb, &groups[first / GROUP], &tree);
	}
	for (unsigned n = 0; n * GROUP < count; n++) {
		sprintf(name, "group-%03u", n);
		entry(&tree, "40000", name, &groups[n]);
	}
	write_tree(odb, &id, &tree);
	if (attributes) entry(&tree, "100644", ".gitattributes", attributes);
	entry(&tree, "40000", "devices", &id);
	write_tree(odb, &root, &tree);
	char hex[41] = {0}, *message;
	git_oid_fmt(hex, &root);
	size_t length = strlen(lines) + 512;
	message = malloc(length);
	int at = snprintf(message, length, "tree %s\n", hex);
	if (has_parent) { git_oid_fmt(hex, parent); at += snprintf(message + at, length - at, "parent %s\n", hex); }
	at += snprintf(message + at, length - at, "author x <x@y> 1 +0000\ncommitter x <x@y> 1 +0000\n\nBack up\n\n%s", lines);
	put(odb, &result, message, at, GIT_OBJECT_COMMIT);
	*parent = result;
	free(message);
	free(tree.bytes);
}

static void move(const char *path, const git_oid *id)
{
	char branch[4096], lock[4200], hex[42] = {0};
	snprintf(branch, sizeof branch, "%s/refs/heads/main", path);
	snprintf(lock, sizeof lock, "%s.lock", branch);
	git_oid_fmt(hex, id);
	hex[40] = '\n';
	int file = open(lock, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (file < 0 || write(file, hex, 41) != 41 || fsync(file) || close(file) || rename(lock, branch)) die(branch);
}

int main(int argc, char **argv)
{
	if (argc < 5) { fprintf(stderr, "usage: floor FOLDER DEVICES BYTES REPOSITORY [KEYFILE]\n"); return 64; }
	unsigned count = atoi(argv[2]);
	size_t size = atoi(argv[3]);
	char store[2048], exact[2048];
	snprintf(store, sizeof store, "%s/store.git", argv[1]);
	snprintf(exact, sizeof exact, "%s/%s", argv[1], argv[4]);
	if (argc > 5) read_key(argv[5]);
	check(git_libgit2_init(), "libgit2");
	git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
	struct database odb = open_odb(store), other = open_odb(exact);
	git_oid *comparable = calloc(count, sizeof *comparable), *folders = calloc(count, sizeof *folders);
	git_oid *exacts = calloc(count, sizeof *exacts), *groups = calloc(count, sizeof *groups), *others = calloc(count, sizeof *others);
	git_oid tip, otherTip;
	char *changed = calloc(count, 1), *bytes = malloc(size + 4096), *lines = malloc(count * 64 + 1);
	unsigned char *sealed = malloc(size + 8192);
	struct tree tree = {0};
	double made = 0;

	for (int round = 0; round < 2; round++) {
		double begun = cpu();
		made = 0;
		size_t at = 0;
		lines[0] = 0;
		for (unsigned n = 0; n < count; n++) {
			double before = cpu();
			size_t length = text(bytes, size, n, round == 1 && n % 50 == 7);
			made += cpu() - before;
			git_oid id, blob;
			check(git_odb_hash(&id, bytes, length, GIT_OBJECT_BLOB), "hash");
			changed[n] = round == 0 || !git_oid_equal(&id, &comparable[n]);
			if (!changed[n]) continue;
			comparable[n] = id;
			put_as(odb, &id, bytes, length, GIT_OBJECT_BLOB);
			memcpy(bytes + length, "exact\n", 6);
			length += 6;
			if (encrypting) {
				size_t total = seal(sealed, bytes, length);
				write_stored(exact, &blob, sealed, total);
			} else {
				put(other, &blob, bytes, length, GIT_OBJECT_BLOB);
			}
			char hex[41] = {0}, facts[512];
			git_oid_fmt(hex, &blob);
			int size = snprintf(facts, sizeof facts,
				"platform: cisco_ios\nvendor: Cisco\nserials:\n  - FOC1\ncollected:\n  - artifact: running-config\n"
				"    repository: %s\n    blob: \"%s\"\n", argv[4], hex);
			put(odb, &id, facts, size, GIT_OBJECT_BLOB);
			entry(&tree, "100644", "facts.yaml", &id);
			entry(&tree, "100644", "running-config.cfg", &comparable[n]);
			write_tree(odb, &folders[n], &tree);
			entry(&tree, "100644", "running-config", &blob);
			write_tree(other, &exacts[n], &tree);
			at += sprintf(lines + at, "new      dev-%05u  2026-11-23T02:15:00Z\n", n);
		}
		git_oid attributes;
		int has = encrypting;
		if (has) {
			/* The store has made it before. */
			char command[4400], hex[42] = {0};
			snprintf(command, sizeof command, "git -C '%s' rev-parse main:.gitattributes", exact);
			FILE *in = popen(command, "r");
			if (!in || !fgets(hex, sizeof hex, in)) die("attributes");
			pclose(in);
			hex[40] = 0;
			check(git_oid_fromstr(&attributes, hex), "attributes");
		}
		commit(other, exacts, changed, count, others, has ? &attributes : NULL, lines, &otherTip, round);
		commit(odb, folders, changed, count, groups, NULL, lines, &tip, round);
		int file = open(store, O_RDONLY);
		if (file < 0 || syncfs(file)) die("syncfs");
		close(file);
		move(exact, &otherTip);
		move(store, &tip);
		printf("%.3f\n", cpu() - begun - made);
	}
	return 0;
}
