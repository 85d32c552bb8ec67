// SPDX-License-Identifier: GPL-2.0
/*
 * dpllsnoop_late COUNT MAX_NS hand|look ARG...: how long after a lock event dpllsnoop's line
 * about it can be read. Starts dpllsnoop -j with the arguments, and reads until COUNT
 * transitions were told. hand: makes them, by device 0 of dpll_hand; look: others do.
 */
#include "check.h"
#include <poll.h>
#include <sys/wait.h>

static FILE *from_child;
static pid_t child;

static void start(char **args)
{
	char *argv[32] = { "dpllsnoop", "-j" };
	int ends[2], n = 2;

	while (*args && n < 31)
		argv[n++] = *args++;
	if (pipe(ends))
		die("pipe: %s", strerror(errno));
	child = fork();
	if (!child) {
		dup2(ends[1], 1);
		close(ends[0]);
		execvp(argv[0], argv);
		die("dpllsnoop: %s", strerror(errno));
	}
	close(ends[1]);
	from_child = fdopen(ends[0], "r");
}

/* the next line of that type; when it was read */
static int64_t read_line(const char *type, char *line, size_t size)
{
	do {
		if (!fgets(line, size, from_child))
			die("dpllsnoop has ended");
	} while (!strstr(line, type));
	return now_ns(CLOCK_MONOTONIC);
}

static void hand(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		die("%s: %s", text, strerror(errno));
}

int main(int argc, char **argv)
{
	int64_t late, worst = 0, sum = 0, at, most;
	int count, fd = -1;
	char line[4096], *from;

	if (argc < 4)
		die("dpllsnoop_late COUNT MAX_NS hand|look [ARG]...");
	count = atoi(argv[1]);
	most = atoll(argv[2]);
	if (!strcmp(argv[3], "hand")) {
		fd = open_node("/dev/dpll_hand", O_WRONLY);
		hand(fd, "dev 0 set lock 2");
		hand(fd, "dev 0 ntf 1 task");
	}
	start(argv + 4);
	read_line("\"start\"", line, sizeof(line));
	for (int i = 0; i < count; i++) {
		if (fd >= 0) {
			/* until it sleeps, and not in step with what it does by itself */
			nap_ms(230 + i % 7);
			hand(fd, i % 2 ? "dev 0 set lock 2" : "dev 0 set lock 4");
			hand(fd, "dev 0 ntf 1 task");
		}
		at = read_line("\"transition\"", line, sizeof(line));
		from = strstr(line, "\"mono_ns\":");
		if (!from)
			die("no time: %s", line);
		late = at - atoll(from + strlen("\"mono_ns\":"));
		if (getenv("LATE_EACH"))
			printf("%lld %s", (long long)late, strstr(line, "\"from\""));
		sum += late;
		worst = late > worst ? late : worst;
	}
	kill(child, SIGTERM);
	while (fgets(line, sizeof(line), from_child))
		;
	waitpid(child, NULL, 0);
	printf("late: %lld ns on average, %lld ns at most of %d\n", (long long)(sum / count),
	       (long long)worst, count);
	ok(worst > 0 && worst < most, "lines within %lld ns", (long long)most);
	return worst > 0 && worst < most ? 0 : 1;
}
