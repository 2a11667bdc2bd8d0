/* The floor for collecting a fleet: what a C program needs that does no more than log in to each device with a password, open a
 * shell, send lines and read the answers, over libssh2 in one epoll loop. Compared with plumbline by Benchmarks/fleet.
 *
 *   cc -O2 ssh.c -o ssh-floor -lssh2
 *   ssh-floor USER AT-ONCE LINE... <LIST
 *
 * LIST: a line 'ADDRESS PORT' for each device. The password is in $FLOOR_PASSWORD. Each LINE goes out at a prompt; the last may
 * end the session.
 * Prints how many devices answered, bytes, CPU ms a device and peak memory. It checks no host key, keeps nothing, judges nothing. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh2.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum step { CONNECT, HANDSHAKE, LOGIN, OPEN, PTY, SHELL, TALK, DONE };
static char **commands;

struct device {
	struct sockaddr_in address;
	int fd, command, sent;
	enum step step;
	LIBSSH2_SESSION *session;
	LIBSSH2_CHANNEL *channel;
	char last;
};

static const char *user, *password;
static int loop, running, finished, failed;
static long long bytes;

static void end(struct device *d, int good)
{
	if (d->channel) libssh2_channel_free(d->channel);
	if (d->session) libssh2_session_free(d->session);
	if (d->fd >= 0) close(d->fd);
	d->step = DONE;
	running--;
	if (good) finished++; else failed++;
}

static void begin(struct device *d)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = d };
	int one = 1;

	running++;
	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (d->fd < 0) { perror("socket"); exit(1); }
	setsockopt(d->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(d->fd, (struct sockaddr *)&d->address, sizeof d->address) < 0 && errno != EINPROGRESS) { end(d, 0); return; }
	epoll_ctl(loop, EPOLL_CTL_ADD, d->fd, &event);
}

/* Goes on as far as it gets without waiting. */
static void go(struct device *d)
{
	char buffer[32768];
	int code = 0;

	for (;;) {
		switch (d->step) {
		case CONNECT: {
			socklen_t length = sizeof code;
			getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &code, &length);
			if (code) { end(d, 0); return; }
			d->session = libssh2_session_init();
			libssh2_session_set_blocking(d->session, 0);
			code = 0;
			break;
		}
		case HANDSHAKE: code = libssh2_session_handshake(d->session, d->fd); break;
		case LOGIN: code = libssh2_userauth_password(d->session, user, password); break;
		case OPEN:
			d->channel = libssh2_channel_open_session(d->session);
			code = d->channel ? 0 : libssh2_session_last_errno(d->session);
			break;
		case PTY: code = libssh2_channel_request_pty(d->channel, "vt100"); break;
		case SHELL: code = libssh2_channel_shell(d->channel); break;
		case TALK: {
			ssize_t count = libssh2_channel_read(d->channel, buffer, sizeof buffer);
			if (count > 0) {
				bytes += count;
				d->last = buffer[count - 1];
				continue;
			}
			if (count < 0 && count != LIBSSH2_ERROR_EAGAIN) { end(d, 0); return; }
			if (libssh2_channel_eof(d->channel)) { end(d, !commands[d->command]); return; }
			/* Nothing more for now: at a prompt the next command goes out. */
			if (d->last != '#') return;
			if (!commands[d->command]) { end(d, 1); return; }
			count = libssh2_channel_write(d->channel, commands[d->command] + d->sent, strlen(commands[d->command]) - d->sent);
			if (count == LIBSSH2_ERROR_EAGAIN) return;
			if (count < 0) { end(d, 0); return; }
			d->sent += count;
			if (commands[d->command][d->sent] == 0) { d->command++; d->sent = 0; d->last = 0; }
			continue;
		}
		case DONE: return;
		}
		if (code == LIBSSH2_ERROR_EAGAIN) return;
		if (code < 0) { end(d, 0); return; }
		d->step++;
	}
}

int main(int count, char **words)
{
	struct device *devices = NULL;
	struct epoll_event events[256];
	struct rusage usage;
	int total = 0, next = 0, at_once, port;
	char name[64];

	if (count < 4 || !(password = getenv("FLOOR_PASSWORD"))) { fprintf(stderr, "usage: ssh-floor USER AT-ONCE LINE... <LIST\n"); return 64; }
	user = words[1];
	at_once = atoi(words[2]);
	commands = words + 3;
	for (int i = 0; commands[i]; i++) {
		if (asprintf(&commands[i], "%s\n", commands[i]) < 0) return 70;
	}
	while (scanf("%63s %d", name, &port) == 2) {
		devices = realloc(devices, (total + 1) * sizeof *devices);
		memset(&devices[total], 0, sizeof *devices);
		devices[total].address.sin_family = AF_INET;
		devices[total].address.sin_port = htons(port);
		inet_pton(AF_INET, name, &devices[total++].address.sin_addr);
	}
	libssh2_init(0);
	loop = epoll_create1(EPOLL_CLOEXEC);
	while (next < total || running) {
		while (next < total && running < at_once) begin(&devices[next++]);
		int ready = epoll_wait(loop, events, 256, 30000);
		if (ready <= 0) { fprintf(stderr, "ssh-floor: nothing happens any more\n"); return 1; }
		for (int i = 0; i < ready; i++) {
			struct device *d = events[i].data.ptr;
			/* Edge-triggered: the first event of a socket says that it is connected. */
			if (d->step == CONNECT && !(events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) continue;
			go(d);
		}
	}
	getrusage(RUSAGE_SELF, &usage);
	double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
	printf("%d %d %lld %.3f %ld\n", finished, failed, bytes, cpu * 1000 / total, usage.ru_maxrss / 1024);
	return failed ? 1 : 0;
}
