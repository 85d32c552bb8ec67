// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz: makes random calls on an interface, and holds every answer against what the
 * interface's rules allow. See fuzz.h for the frame and how to add a target.
 *
 * Exit status: 0 nothing wrong, 1 something is, 2 usage.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/kcov.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_ERRNO     134
#define MAX_KINDS     96
#define MAX_RACERS    8
#define MAX_LINE      16384
#define WARM_UP	      64 /* calls between two looks at the time */

static const struct fuzz_target *const targets[] = {
	&ptp_target,
	&vclock_target,
	&htechip_target,
	&dpll_target,
};

/* results of each kind of call: column 0 for success, else errno */
static uint64_t matrix[MAX_KINDS][MAX_ERRNO];

static double spent[MAX_KINDS]; /* s, all that belongs to a call */

static struct fuzz fuzz;
static void (*describer)(char *text, size_t size);
static const char *present;	/* the call under way */
static const char *replay_file; /* where it comes from, or NULL */
static unsigned int replay_line;
static double began;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* ---- random numbers -------------------------------------------------------- */

/* numbers at which something changes, as often as any others */
uint32_t fuzz_edgy32(struct fuzz_rng *rng)
{
	static const uint32_t edges[] = {
		0,	   1,	       2,	   3,	       4,     7,       8,
		9,	   15,	       16,	   17,	       24,    25,      26,
		30,	   31,	       32,	   127,	       128,   255,     256,
		1000,	   2047,       2048,	   65535,      65536, 999999,  1000000,
		999999999, 1000000000, 0x7fffffff, 0x80000000, ~0u,   ~0u - 1,
	};

	switch (fuzz_below(rng, 4)) {
	case 0:
		return 1u << fuzz_below(rng, 32);
	case 1:
		return fuzz_u64(rng);
	default:
		return FUZZ_PICK(rng, edges);
	}
}

int64_t fuzz_edgy64(struct fuzz_rng *rng)
{
	static const int64_t edges[] = {
		0,
		1,
		-1,
		2,
		999999999,
		1000000000,
		1000000001,
		-1000000000,
		2147483647,
		2147483648,
		4294967295,
		4294967296,
		/* where times end: the class's, ktime's, in s and in ns */
		8277292035,
		8277292036,
		9223372035,
		9223372036,
		9223372037,
		INT64_MAX - 1,
		INT64_MAX,
		INT64_MIN,
		INT64_MIN + 1,
	};
	int64_t value;

	switch (fuzz_below(rng, 4)) {
	case 0:
		return fuzz_u64(rng);
	case 1:
		value = fuzz_u64(rng) >> fuzz_below(rng, 64);
		return fuzz_one_in(rng, 2) ? value : (int64_t) - (uint64_t)value;
	default:
		return FUZZ_PICK(rng, edges);
	}
}

/* ---- counts and results ---------------------------------------------------- */

const char *fuzz_result_name(long result)
{
	static char text[4][32];
	static unsigned int turn;
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;
	char *buf = text[turn++ % 4];

	snprintf(buf, sizeof(text[0]), "%s", name ?: "");
	if (!name)
		snprintf(buf, sizeof(text[0]), "%ld", result);
	return buf;
}

void fuzz_describe_with(void (*describe)(char *text, size_t size))
{
	describer = describe;
}

static const char *describe(void)
{
	static char text[MAX_LINE];

	if (present || !describer)
		return present ?: "nothing yet";
	describer(text, sizeof(text));
	return text;
}

void fuzz_begin(struct fuzz *f, const char *line)
{
	present = line;
	if (!f->trace)
		return;
	/* before the call: if it ends the machine, this is the last line */
	fputs(describe(), stdout);
	fflush(stdout);
}

void fuzz_count(struct fuzz *f, unsigned int kind, uint64_t args, long result)
{
	static double last;
	long column = result < 0 ? -result : 0;
	double t = now();

	spent[kind] += t - (last > began ? last : began);
	last = t;

	matrix[kind][column < MAX_ERRNO ? column : MAX_ERRNO - 1]++;
	f->digest = fuzz_mix(f->digest ^ fuzz_mix(args + kind) ^ (uint64_t)result);
	f->calls++;
}

void fuzz_end(struct fuzz *f, unsigned int kind, uint64_t args, long result)
{
	fuzz_count(f, kind, args, result);
	if (f->trace)
		printf(" = %s\n", fuzz_result_name(result));
}

static void print_again(FILE *to)
{
	if (replay_file)
		fprintf(to, "again: fuzz --target %s --replay %s\n", fuzz.target->name,
			replay_file);
	else
		fprintf(to, "again: fuzz --target %s --seed %" PRIu64 " --calls %" PRIu64 "%s\n",
			fuzz.target->name, fuzz.seed, fuzz.calls + 1, fuzz.race ? " --race" : "");
}

void fuzz_wrong(struct fuzz *f, const char *what, ...)
{
	va_list args;

	fflush(stdout);
	if (replay_file)
		fprintf(stderr, "wrong: %s:%u: ", replay_file, replay_line);
	else
		fprintf(stderr, "wrong: call %" PRIu64 " of seed %" PRIu64 ": ", f->calls, f->seed);
	va_start(args, what);
	vfprintf(stderr, what, args);
	va_end(args);
	fprintf(stderr, "\ncall:  %s\n", describe());
	print_again(stderr);
	/* racing threads may be anywhere: no orderly end */
	_exit(1);
}

static void print_matrix(void)
{
	bool used[MAX_ERRNO] = { false };
	unsigned int kind, e;

	for (kind = 0; kind < fuzz.target->n_kinds; kind++)
		for (e = 0; e < MAX_ERRNO; e++)
			used[e] |= matrix[kind][e];
	printf("%-28s %9s %7s", "kind", "calls", "us each");
	for (e = 0; e < MAX_ERRNO; e++)
		if (used[e])
			printf(" %10s", e ? fuzz_result_name(-(long)e) : "success");
	printf("\n");
	for (kind = 0; kind < fuzz.target->n_kinds; kind++) {
		uint64_t sum = 0;

		for (e = 0; e < MAX_ERRNO; e++)
			sum += matrix[kind][e];
		printf("%-28s %9" PRIu64 " %7.0f", fuzz.target->kinds[kind], sum,
		       sum ? spent[kind] / sum * 1e6 : 0);
		for (e = 0; e < MAX_ERRNO; e++)
			if (used[e] && matrix[kind][e])
				printf(" %10" PRIu64, matrix[kind][e]);
			else if (used[e])
				printf(" %10s", ".");
		printf("\n");
	}
}

/* ---- coverage ---------------------------------------------------------------
 * Counted, to see what a target reaches. It does not guide: to make again what came by new
 * code found less of it than as many calls by chance (of 4000 calls on the debug kernel, ptp
 * 1233 points in place of 1286, vclock 476 in place of 746), since the model knows already
 * which calls make sense.
 */

#define COVER_WORDS (256 << 10)
#define COVER_BITS  (1 << 20)

static unsigned long *cover; /* NULL: not asked for. The main thread's calls */
static unsigned char covered[COVER_BITS / 8];
static unsigned int points; /* of our modules' code that calls have come by */

static bool cover_start(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, COVER_WORDS))
		return false;
	cover = mmap(NULL, COVER_WORDS * sizeof(*cover), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return cover != MAP_FAILED && !ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

static void covered_step(void)
{
	unsigned long n, i;

	__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
	fuzz.target->step(&fuzz);
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < COVER_WORDS; i++) {
		uint32_t bit = fuzz_mix(cover[i]) % COVER_BITS;

		points += !(covered[bit / 8] >> bit % 8 & 1);
		covered[bit / 8] |= 1 << bit % 8;
	}
}

/* ---- racing threads -------------------------------------------------------- */

static pthread_t racers[MAX_RACERS];

static void *racer(void *arg)
{
	unsigned int which = (uintptr_t)arg;
	struct fuzz_rng rng = { fuzz_mix(fuzz.seed) + which + 1 };

	while (!__atomic_load_n(&fuzz.stop, __ATOMIC_RELAXED))
		fuzz.target->race(&fuzz, &rng, which);
	return NULL;
}

static void nothing(int sig)
{
	(void)sig;
}

void fuzz_hold_signals(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static bool racers_start(void)
{
	/* SIGUSR1 ends a sleep in a system call, and does nothing else */
	struct sigaction action = { .sa_handler = nothing };
	unsigned int i;

	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; fuzz.race && i < fuzz.target->n_racers; i++)
		if (pthread_create(&racers[i], NULL, racer, (void *)(uintptr_t)i)) {
			fprintf(stderr, "fuzz: cannot start a thread\n");
			return false;
		}
	return true;
}

static void racers_end(void)
{
	unsigned int i;

	__atomic_store_n(&fuzz.stop, true, __ATOMIC_RELAXED);
	for (i = 0; fuzz.race && i < fuzz.target->n_racers; i++)
		while (pthread_tryjoin_np(racers[i], NULL)) {
			struct timespec ms = { .tv_nsec = 1000000 };

			pthread_kill(racers[i], SIGUSR1);
			nanosleep(&ms, NULL);
		}
}

/* ---- runs ------------------------------------------------------------------ */

static void run_random(uint64_t calls, double seconds)
{
	double report = began + 10, t;
	unsigned int steps = 0;

	while (fuzz.calls < calls) {
		if (cover)
			covered_step();
		else
			fuzz.target->step(&fuzz);
		/* a step may be several calls */
		if (++steps % WARM_UP)
			continue;
		t = now();
		if (t - began >= seconds)
			break;
		if (t >= report) {
			fprintf(stderr, "fuzz: %.0f s, %" PRIu64 " calls, %.0f a second\n",
				t - began, fuzz.calls, fuzz.calls / (t - began));
			report = t + 10;
		}
	}
}

/* lines: a call each, "= RESULT" after it if it must be that; # begins a comment */
static int run_file(const char *path)
{
	static char line[MAX_LINE];
	FILE *file = fopen(path, "r");
	char *p;

	if (!file) {
		fprintf(stderr, "fuzz: %s: %s\n", path, strerror(errno));
		return 1;
	}
	replay_file = path;
	replay_line = 0;
	while (fgets(line, sizeof(line), file)) {
		replay_line++;
		line[strcspn(line, "#\n")] = 0;
		p = line + strspn(line, " \t");
		if (*p && !fuzz.target->replay(&fuzz, p)) {
			fprintf(stderr, "fuzz: %s:%u: makes no sense\n", path, replay_line);
			fclose(file);
			return 1;
		}
	}
	fclose(file);
	return 0;
}

static const struct option options[] = {
	{ "target", required_argument, NULL, 't' }, { "seed", required_argument, NULL, 's' },
	{ "calls", required_argument, NULL, 'c' },  { "seconds", required_argument, NULL, 'n' },
	{ "race", no_argument, NULL, 'r' },	    { "no-race", no_argument, NULL, 'R' },
	{ "trace", no_argument, NULL, 'T' },	    { "quiet", no_argument, NULL, 'q' },
	{ "cover", no_argument, NULL, 'C' },	    { "replay", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },	    { NULL, 0, NULL, 0 },
};

static int usage(FILE *to)
{
	size_t i;

	fprintf(to,
		"Usage: fuzz [OPTION]...\n"
		"       fuzz [OPTION]... --replay FILE...\n"
		"Random calls on an interface; every answer is held against its rules.\n\n"
		"  --target NAME   what to call (default %s):\n",
		targets[0]->name);
	for (i = 0; i < ARRAY_SIZE(targets); i++)
		fprintf(to, "                    %-8s %s\n", targets[i]->name, targets[i]->help);
	fprintf(to, "  --seed N        of the random numbers (default: of the time)\n"
		    "  --calls N       end after so many\n"
		    "  --seconds S     end after so long (default 10, if there is no --calls)\n"
		    "  --race          disturb it from other threads; answers may then vary\n"
		    "  --no-race       do not (default): each answer is predicted exactly\n"
		    "  --trace         write down each call, in the form that --replay reads\n"
		    "  --quiet         no table of results at the end\n"
		    "  --cover         count the code that calls come by (a kernel with KCOV)\n"
		    "  --replay        make the calls that the files tell of\n"
		    "  --help          this text\n");
	return to == stderr ? 2 : 0;
}

static const struct fuzz_target *find_target(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		if (!strcmp(targets[i]->name, name))
			return targets[i];
	return NULL;
}

/* one run from setup to teardown; file is NULL for random calls */
static int run(const char *file, uint64_t calls, double seconds)
{
	int status = 0;

	fuzz.rng.state = fuzz_mix(fuzz.seed);
	fuzz.stop = false;
	fuzz.replaying = file;
	began = now();
	if (!fuzz.target->setup(&fuzz) || !racers_start())
		return 1;
	began = now();
	if (file)
		status = run_file(file);
	else
		run_random(calls, seconds);
	racers_end();
	if (!status)
		fuzz.target->settled(&fuzz);
	fuzz.target->teardown(&fuzz);
	return status;
}

int main(int argc, char **argv)
{
	uint64_t calls = UINT64_MAX;
	double seconds = 0, took;
	bool replay = false, quiet = false, wants_cover = false;
	int opt, status = 0;
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	fuzz.seed = (uint64_t)ts.tv_sec ^ (uint64_t)getpid() << 32;
	fuzz.target = targets[0];
	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 't':
			fuzz.target = find_target(optarg);
			if (!fuzz.target)
				return usage(stderr);
			break;
		case 's':
			fuzz.seed = strtoull(optarg, NULL, 0);
			break;
		case 'c':
			calls = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			seconds = strtod(optarg, NULL);
			break;
		case 'r':
			fuzz.race = true;
			break;
		case 'R':
			fuzz.race = false;
			break;
		case 'T':
			fuzz.trace = true;
			break;
		case 'q':
			quiet = true;
			break;
		case 'C':
			wants_cover = true;
			break;
		case 'p':
			replay = true;
			break;
		case 'h':
			return usage(stdout);
		default:
			return usage(stderr);
		}
	}
	if (replay == (optind == argc))
		return usage(stderr);
	if (wants_cover && !cover_start()) {
		fprintf(stderr,
			"fuzz: --cover: no /sys/kernel/debug/kcov: that is the debug kernel\n");
		return 1;
	}
	if (!seconds)
		seconds = calls == UINT64_MAX ? 10 : 1e9;
	if (replay)
		for (; optind < argc && !status; optind++)
			status = run(argv[optind], 0, 0);
	else
		status = run(NULL, calls, seconds);
	if (status)
		return status;
	took = now() - began;
	if (!quiet)
		print_matrix();
	if (cover)
		printf("%u points of code covered\n", points);
	printf("seed %" PRIu64 ", %" PRIu64 " calls, %.0f a second, digest %016" PRIx64
	       ", nothing wrong\n",
	       fuzz.seed, fuzz.calls, fuzz.calls / took, fuzz.digest);
	return 0;
}
