// SPDX-License-Identifier: GPL-2.0
/* Host test of tests/perf/report: what is equal, what a file must hold, exit statuses. */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../perf/report/compare.h"
#include "err.h"
#include "tap.h"

static char dir[] = "/tmp/test_bench.XXXXXX";

static const char *file(const char *name)
{
	static char path[4][64];
	static unsigned int turn;
	char *buf = path[turn++ % 4];

	snprintf(buf, sizeof(path[0]), "%s/%s", dir, name);
	return buf;
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(file(name), "we");

	fputs(text, f);
	fclose(f);
}

#define KEY(kernel) \
	"{\"type\":\"key\",\"kernel\":\"" kernel "\",\"compiler\":\"c\",\"qemu\":\"q\"," \
	"\"libbpf\":\"l\",\"commit\":\"abc\"}\n"

static void count(FILE *f, const char *bench, const char *side, const char *variant, long value,
		  const char *more)
{
	fprintf(f,
		"{\"type\":\"bench\",\"bench\":\"%s\",\"side\":\"%s\",\"variant\":\"%s\","
		"\"unit\":\"instructions\",\"value\":%ld%s}\n",
		bench, side, variant, value, more);
}

/* a run in which gettime takes so many, and ten times so many through the peer */
static void put_run(const char *name, long gettime, const char *more)
{
	FILE *f = fopen(file(name), "we");

	fputs(KEY("k1"), f);
	count(f, "gettime", "ours", "", gettime, more);
	count(f, "gettime", "peer", "", 10 * gettime, "");
	count(f, "gettime", "ours", "watch", gettime + 101, ",\"peer_variant\":\"bt\"");
	count(f, "gettime", "peer", "bt", 10 * gettime + 2300, "");
	count(f, "gettime", "ours", "bare", gettime - 2, ",\"less\":true");
	count(f, "read", "ours", "", 1000, "");
	fclose(f);
}

/* the run without one variant, and with more at its end */
static void put_part(const char *name, const char *more, const char *without)
{
	char whole[4096] = "", wanted[64];
	FILE *f = fopen(file(name), "re");
	size_t n = fread(whole, 1, sizeof(whole) - 1, f);

	fclose(f);
	whole[n] = 0;
	snprintf(wanted, sizeof(wanted), "\"variant\":\"%s\",\"unit\"", without);
	f = fopen(file(name), "we");
	for (char *line = strtok(whole, "\n"); line; line = strtok(NULL, "\n"))
		if (!strstr(line, wanted))
			fprintf(f, "%s\n", line);
	fputs(more, f);
	fclose(f);
}

static void tolerance(void)
{
	ok(within_tolerance("a", 100, 102) && within_tolerance("a", 100, 98), "2 of 100 are equal");
	ok(!within_tolerance("a", 100, 103) && !within_tolerance("a", 100, 97), "3 of 100 are not");
	ok(within_tolerance("a", 1000, 1010) && within_tolerance("a", 1000, 990), "1 % is equal");
	ok(!within_tolerance("a", 1000, 1011) && !within_tolerance("a", 1000, 989), "more is not");
	ok(within_tolerance("a", 0, -2) && !within_tolerance("a", 0, 3), "so with nothing to begin with");
	ok(within_tolerance("a", -500, -505) && !within_tolerance("a", -500, -506), "and below it");
	ok(within_tolerance("a+b", 0, 4) && !within_tolerance("a+b", 0, -5),
	   "a difference has the tolerances of two");
}

static void loading(void)
{
	const struct figure *f;
	struct results r;

	put_run("run", 500, "");
	same(results_load(&r, file("run")), 0, "a run loads");
	same(r.n, 4, "its figures: what ours counted, by variant");
	f = results_find(&r, "gettime");
	ok(f && f->value == 500 && f->peer == 5000, "without a variant: the counts");
	f = results_find(&r, "gettime+watch");
	ok(f && f->value == 101 && f->peer == 2300, "with one: what it adds, on either side");
	f = results_find(&r, "gettime+bare");
	ok(f && f->value == 2 && f->peer == FIGURE_UNKNOWN, "or what the rest costs");
	f = results_find(&r, "read");
	ok(f && f->peer == FIGURE_UNKNOWN, "no peer is no peer");
	same_text(r.key[KEY_KERNEL], "k1", "its kernel");
	results_free(&r);

	same(results_load(&r, file("nothing")), STATUS_FAILED, "no file is a failure");
	put("run", KEY("k1") "{\"type\":\"bench\",\"ben\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "so is broken JSON");
	put("run", KEY("k1") "[1]\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "and JSON that is no object");
	put("run", KEY("k1"));
	same(results_load(&r, file("run")), STATUS_FAILED, "and a run without results");
	put("run", "{\"type\":\"bench\",\"bench\":\"a\",\"side\":\"ours\",\"value\":1}\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "and one that names no kernel");
	put("run",
	    KEY("k1") "{\"type\":\"bench\",\"bench\":\"a\",\"side\":\"ours\",\"value\":\"1\"}\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "and a value that is no number");
	put("run",
	    KEY("k1") "{\"type\":\"bench\",\"bench\":\"a\",\"side\":\"ours\",\"variant\":\"v\","
		      "\"value\":1}\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "and a variant of nothing");
	put("run",
	    KEY("k1") "{\"type\":\"bench\",\"bench\":\"a\",\"side\":\"ours\",\"value\":1}\n"
		      "{\"type\":\"bench\",\"bench\":\"a\",\"side\":\"ours\",\"value\":1}\n");
	same(results_load(&r, file("run")), STATUS_FAILED, "and a benchmark that comes twice");
}

static void baseline(void)
{
	struct results one, two, base;

	put_run("run", 500, "");
	results_load(&one, file("run"));
	put_run("run", 600, "");
	results_load(&two, file("run"));
	free(two.key[KEY_KERNEL]);
	two.key[KEY_KERNEL] = strdup("k2");

	same(baseline_load(&base, file("base"), &one), BASELINE_NONE, "no baseline yet");
	same(baseline_save(file("base"), &one), 0, "one is recorded");
	same(baseline_load(&base, file("base"), &two), BASELINE_NONE, "but none for that kernel");
	same(baseline_save(file("base"), &two), 0, "now it is");
	same(baseline_load(&base, file("base"), &one), BASELINE_FOUND,
	     "and the first is still there");
	same(base.n, one.n, "whole");
	same(results_find(&base, "gettime")->value, 500, "with its values");
	results_free(&base);
	same(baseline_save(file("base"), &one), 0, "recording anew");
	same(baseline_load(&base, file("base"), &one), BASELINE_FOUND, "replaces");
	same(base.n, one.n, "and does not add");
	results_free(&base);
	put("base", "{\"bench\":\"gettime\"}\n");
	same(baseline_load(&base, file("base"), &one), STATUS_FAILED, "a broken one is a failure");
	results_free(&one);
	results_free(&two);
}

static void goals(void)
{
	struct figure f = { .value = 100, .peer = 200 },
		      alone = { .value = 100, .peer = FIGURE_UNKNOWN };
	struct goal *g;

	put("goals", "# a comment\n\na 0.50x\t# half\nb 99\nc 100 \nd 0.4x\n");
	same(goals_load(&g, file("goals")), 4, "goals: comments and empty lines are none");
	ok(goal_met(&g[0], &f) == 1 && goal_met(&g[3], &f) == 0, "a limit by the peer");
	ok(goal_met(&g[1], &f) == 0 && goal_met(&g[2], &f) == 1, "a limit by itself");
	same(goal_met(&g[0], &alone), -1, "without a peer nobody can tell");
	same(goal_met(&g[1], NULL), -1, "nor without the figure");
	goals_free(g, 4);
	put("goals", "a\n");
	same(goals_load(&g, file("goals")), -1, "a goal without a limit is none");
	put("goals", "a 1.0y\n");
	same(goals_load(&g, file("goals")), -1, "nor is one in another unit");
}

/* the program itself: its exit status */
static int report(const char *format, ...)
{
	const char *out = getenv("O") ? getenv("O") : ".build";
	char words[512], command[1024];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	snprintf(command, sizeof(command), "%s/perf/report %s >%s/said 2>&1", out, words, dir);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool said(const char *what)
{
	static char text[65536];
	FILE *f = fopen(file("said"), "re");
	size_t n = fread(text, 1, sizeof(text) - 1, f);

	fclose(f);
	text[n] = 0;
	return strstr(text, what);
}

static void statuses(void)
{
	unlink(file("base"));
	put_run("a", 500, "");
	put_run("b", 500, "");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 0, "no baseline: status 0");
	ok(said("NO BASELINE") && said("make bench-baseline"), "but loudly, with what to do");
	same(report("-r -b %s %s %s", file("base"), file("a"), file("b")), 0, "recorded");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 0, "nothing changed");
	ok(said("within tolerance"), "and it says so");

	put_run("a", 550, "");
	put_run("b", 550, "");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 3, "50 more: status 3");
	ok(said("WORSE: gettime: 550 instructions, was 500 (+50)"), "with the line");
	put_run("a", 450, "");
	put_run("b", 450, "");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 3, "50 less: as well");
	ok(said("BETTER: gettime: 450 instructions, was 500 (-50)"), "with the line");

	put_run("b", 456, "");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 4,
	     "two runs differ: status 4");
	ok(said("gettime: the two runs disagree"), "with the name");
	same(report("-r -b %s %s %s", file("base"), file("a"), file("b")), 4,
	     "nor is that recorded");

	put_run("a", 500, ",\"expect\":500");
	put_run("b", 500, ",\"expect\":500");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 0,
	     "a self-test that is right");
	put_run("a", 500, ",\"expect\":499");
	put_run("b", 500, ",\"expect\":499");
	same(report("-b %s %s %s", file("base"), file("a"), file("b")), 4,
	     "is wrong by one: status 4");

	put("a",
	    KEY("k1") "{\"type\":\"bench\",\"bench\":\"read\",\"side\":\"ours\",\"value\":1000}\n");
	same(report("-b %s %s %s", file("base"), file("a"), file("a")), 3,
	     "a benchmark is gone: status 3");
	ok(said("GONE: gettime: was 500"), "with its name");
	same(report("-p -b %s %s %s", file("base"), file("a"), file("a")), 0,
	     "unless it was not run");
	same(report("-r -p -b %s %s %s", file("base"), file("a"), file("a")), 2,
	     "a part is no baseline");
	/* "bare" cannot be counted, and nobody says why "watch" is not */
	put_run("a", 500, "");
	put_part("a", "{\"type\":\"skip\",\"variant\":\"bare\",\"why\":\"no tool\"}\n", "bare");
	same(report("-b %s %s %s", file("base"), file("a"), file("a")), 0,
	     "a variant is skipped: status 0");
	ok(said("SKIPPED: bare: no tool") && said("1 figures of the baseline were NOT COMPARED"),
	   "but loudly, with what is missed");
	same(report("-r -b %s %s %s", file("base"), file("a"), file("a")), 1,
	     "and that is no baseline");
	put_part("a", "", "watch");
	same(report("-b %s %s %s", file("base"), file("a"), file("a")), 3,
	     "another variant is gone without a word: status 3");
	ok(said("GONE: gettime+watch") && !said("GONE: gettime+bare"), "with its name alone");

	put_run("a", 500, "");
	put("goals", "gettime 501\n");
	same(report("-g %s %s", file("goals"), file("a")), 0, "goals that are counted: status 0");
	put("goals", "gettime 501\ngetime 501\n");
	same(report("-g %s %s", file("goals"), file("a")), 1, "one that is not: status 1");
	ok(said("not counted"), "with its line");

	put("a", "{");
	same(report("%s", file("a")), 1, "broken JSON: status 1");
	same(report("-a"), 2, "no run at all: status 2");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	err_tool("test_bench");
	/* what is said of broken files is not to be seen */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	tolerance();
	loading();
	baseline();
	goals();
	statuses();
	unlink(file("run"));
	unlink(file("base"));
	unlink(file("goals"));
	unlink(file("said"));
	unlink(file("a"));
	unlink(file("b"));
	rmdir(dir);
	return tap_end();
}
