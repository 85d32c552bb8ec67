// SPDX-License-Identifier: GPL-2.0
/*
 * Guest side of tests/vm/run, process 1 of the guest once its init has set
 * things up: runs the command and tells the host all about it.
 *
 * Everything goes through one virtio port, as frames in order:
 *
 *	R		the guest is up
 *	F text		setting up failed
 *	O n, E n	n bytes of the command's stdout or stderr follow
 *	D n		n bytes of the kernel log follow; n is 0 at its end
 *	T mask		taint of the kernel
 *	S status	exit status of the command; the last frame
 *
 * After S the agent waits for one line from the host, which thereby has read
 * all that came before, and leaves through the isa-debug-exit device with the
 * status once more. Before that the host may send "W rows columns" lines.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define DEBUG_EXIT_PORT	0xf4	/* iobase of isa-debug-exit in tests/vm/run */
#define CHUNK		(64 * 1024)
#define COALESCE_NS	5000000	/* gathers small writes into one frame */
#define LINGER_MS	2000	/* for output of what the command leaves behind */

static int port = -1;
static int tty = -1;

static void nap(long ns)
{
	struct timespec ts = { .tv_nsec = ns };

	nanosleep(&ts, NULL);
}

static void send_all(const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(port, p, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n < 0) {
			nap(1000000);
			continue;
		}
		p += n;
		len -= n;
	}
}

static void __attribute__((format(printf, 1, 2))) send_line(const char *format, ...)
{
	char line[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (len > (int)sizeof(line) - 2)
		len = sizeof(line) - 2;
	line[len++] = '\n';
	send_all(line, len);
}

static void send_data(char kind, char *frame, size_t headroom, size_t len)
{
	char header[32];
	int n = snprintf(header, sizeof(header), "%c %zu\n", kind, len);

	memcpy(frame + headroom - n, header, n);
	send_all(frame + headroom - n, n + len);
}

/* The port appears some time after its driver has bound to the device. */
static int open_port(const char *name)
{
	for (;;) {
		DIR *dir = opendir("/sys/class/virtio-ports");
		struct dirent *entry;

		while (dir && (entry = readdir(dir))) {
			char path[300], text[64] = "";
			FILE *file;
			int fd;

			snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry->d_name);
			file = fopen(path, "re");
			if (!file)
				continue;
			if (!fgets(text, sizeof(text), file))
				text[0] = '\0';
			fclose(file);
			text[strcspn(text, "\n")] = '\0';
			if (strcmp(text, name))
				continue;
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
			if (fd >= 0) {
				closedir(dir);
				return fd;
			}
		}
		if (dir)
			closedir(dir);
		nap(5000000);
	}
}

/* A file of strings that each end in NUL, as a NULL-terminated array. */
static char **read_strings(const char *path)
{
	size_t size = 0, used = 0, count = 0;
	char *text = NULL, **strings;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	do {
		if (used == size)
			text = realloc(text, size += CHUNK);
		n = fd < 0 ? 0 : read(fd, text + used, size - used);
		used += n > 0 ? n : 0;
	} while (n > 0);
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < used; i++)
		count += !text[i];
	strings = calloc(count + 1, sizeof(*strings));
	for (size_t i = 0; i < count; i++) {
		strings[i] = text;
		text += strlen(text) + 1;
	}
	return strings;
}

static void set_size(const char *rows, const char *columns)
{
	struct winsize size = { .ws_row = atoi(rows), .ws_col = atoi(columns) };

	if (tty >= 0 && size.ws_row && size.ws_col)
		ioctl(tty, TIOCSWINSZ, &size);
}

static void __attribute__((noreturn)) child(char **argv, char **envp, int in, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (tty >= 0)
		ioctl(tty, TIOCSCTTY, 1);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	environ = envp;
	execvp(argv[0], argv);
	fprintf(stderr, "tests/vm/run: cannot run %s in the guest: %s\n", argv[0],
		errno == ENOENT ? "not found" : strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int status_of(int raw)
{
	return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

/* Lines of the host: sizes of its terminal. True at the end of the run. */
static bool host_says(void)
{
	static char line[64];
	static size_t used;
	char rows[16], columns[16], c;

	while (read(port, &c, 1) == 1) {
		if (c != '\n') {
			if (used < sizeof(line) - 1)
				line[used++] = c;
			continue;
		}
		line[used] = '\0';
		used = 0;
		if (sscanf(line, "W %15s %15s", rows, columns) != 2)
			return true;
		set_size(rows, columns);
		return false;
	}
	nap(1000000);
	return false;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int run(char **argv, char **envp)
{
	static char frame[64 + CHUNK];
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, status = -1, signals;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int64_t deadline = 0;
	sigset_t chld;
	pid_t pid;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);

	if (tty < 0 && (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)))
		return 126;
	/* The command may become another user and open /dev/stdout by name. */
	fchmod(tty < 0 ? out[1] : tty, 0666);
	fchmod(err[1], 0666);
	pid = fork();
	if (!pid)
		child(argv, envp, tty < 0 ? null : tty, tty < 0 ? out[1] : tty, tty < 0 ? err[1] : tty);
	if (pid < 0)
		return 126;
	if (tty < 0) {
		close(out[1]);
		close(err[1]);
	}

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = out[0], .events = POLLIN },
			{ .fd = err[0], .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
			{ .fd = tty < 0 ? -1 : port, .events = POLLIN },
		};
		int wait = -1;

		if (status >= 0) {
			int64_t left = deadline - now_ms();

			if ((out[0] < 0 && err[0] < 0) || left <= 0)
				return status;
			wait = left;
		}
		if (poll(fds, 4, wait) <= 0)
			continue;
		if (fds[3].revents & POLLIN)
			host_says();
		if ((fds[0].revents | fds[1].revents) & POLLIN && status < 0)
			nap(COALESCE_NS);
		for (int i = 0; i < 2; i++) {
			int *from = i ? &err[0] : &out[0];
			ssize_t n;

			if (!fds[i].revents)
				continue;
			n = read(*from, frame + 64, CHUNK);
			if (n > 0) {
				send_data(i ? 'E' : 'O', frame, 64, n);
			} else if (n == 0) {
				close(*from);
				*from = -1;
			}
		}
		if (fds[2].revents) {
			struct signalfd_siginfo info;
			int raw;
			pid_t dead;

			while (read(signals, &info, sizeof(info)) > 0)
				;
			while ((dead = waitpid(-1, &raw, WNOHANG)) > 0) {
				if (dead != pid)
					continue;
				status = status_of(raw);
				deadline = now_ms() + LINGER_MS;
			}
		}
	}
}

/* The whole log from its first record: neither dmesg -C nor its level matters. */
static void send_log(void)
{
	static char frame[64 + 16 * 1024], out[64 + CHUNK];
	size_t used = 0;
	unsigned long long expected = 0;
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return;		/* no end mark: the host takes it for a failed scan */
	for (;;) {
		unsigned long long seq, us;
		unsigned int level;
		char *text, *end;
		ssize_t n = read(fd, frame, sizeof(frame) - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EPIPE)
			break;
		if (n < 0)	/* overwritten: shows as a gap in the sequence */
			continue;
		frame[n] = '\0';
		text = strchr(frame, ';');
		if (!text || sscanf(frame, "%u,%llu,%llu", &level, &seq, &us) != 3)
			continue;
		text++;
		end = strchr(text, '\n');
		if (end)
			*end = '\0';
		if (used + strlen(text) + 128 > CHUNK) {
			send_data('D', out, 64, used);
			used = 0;
		}
		if (seq != expected)
			used += sprintf(out + 64 + used, "[%5llu.%06llu] tests/vm/run: %llu records of the log are lost\n",
					us / 1000000, us % 1000000, seq - expected);
		expected = seq + 1;
		used += sprintf(out + 64 + used, "[%5llu.%06llu] %s\n", us / 1000000, us % 1000000, text);
	}
	close(fd);
	if (used)
		send_data('D', out, 64, used);
	send_line("D 0");
}

static void send_taint(void)
{
	unsigned long long mask;
	FILE *file = fopen("/proc/sys/kernel/tainted", "re");

	if (file && fscanf(file, "%llu", &mask) == 1)
		send_line("T %llu", mask);
	if (file)
		fclose(file);
}

static void __attribute__((noreturn)) leave(int status)
{
	struct pollfd fd = { .fd = port, .events = POLLIN };
	uint32_t value = 0x40 | (status & 0x3f);

	/* No limit here: under icount the guest's clock runs ahead of the host. */
	do {
		poll(&fd, 1, -1);
	} while (!host_says());

	if (!ioperm(DEBUG_EXIT_PORT, 4, 1)) {
		outl(value, DEBUG_EXIT_PORT);
	} else {
		int ports = open("/dev/port", O_WRONLY | O_CLOEXEC);

		if (ports < 0 || pwrite(ports, &value, 4, DEBUG_EXIT_PORT) != 4)
			fprintf(stderr, "agent: no way to the exit device\n");
	}
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

int main(void)
{
	const char *failure = getenv("CHS_SETUP_FAILURE");
	const char *rows = getenv("CHS_ROWS"), *columns = getenv("CHS_COLUMNS");
	char **argv = read_strings("/chs/argv"), **envp = read_strings("/chs/env");
	int status = 0;

	port = open_port("chronoscope");
	send_line("R");
	if (failure && *failure) {
		send_line("F %s", failure);
	} else {
		if (getenv("CHS_TTY")) {
			tty = open("/dev/hvc0", O_RDWR | O_NOCTTY | O_CLOEXEC);
			set_size(rows ? rows : "0", columns ? columns : "0");
		}
		/* The command finds its name by the PATH that it will have. */
		for (int i = 0; envp[i]; i++)
			if (!strncmp(envp[i], "PATH=", 5))
				putenv(envp[i]);
		status = run(argv, envp);
		if (tty >= 0)
			tcdrain(tty);
	}
	send_taint();
	send_log();
	send_line("S %d", status);
	leave(status);
}
