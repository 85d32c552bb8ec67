/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frame of the fuzzer: random numbers, options, the loop, the counts, and what is
 * said when something is wrong. It knows nothing of any interface.
 *
 * To add a target: write tests/fuzz/NAME.c with a struct fuzz_target, and name it in
 * the table at the end of fuzz.c. The Makefile takes every .c of this folder. A target
 *
 *	makes its devices in setup() and takes them away in teardown();
 *	in step() makes up one call from fuzz->rng, predicts what it may answer, makes
 *	it and compares: fuzz_begin(), fuzz_end() for each, fuzz_wrong() if it differs;
 *	in replay() does the same for a call that a line of text describes;
 *	in race() does something that disturbs step(), from a thread of its own, until
 *	it is called no more. Without --race no such thread runs, and then the prediction
 *	has to be exact: one value, not a set. A target whose step() does something else
 *	with racing threads looks at fuzz->race.
 *
 * The sequence of calls must follow from fuzz->rng alone, never from what a clock
 * shows or a racing thread did. Two runs with the same seed and no racing thread then
 * give the same digest of calls and results, which tests/fuzz.bats asserts.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fuzz_rng - a stream of random numbers (SplitMix64)
 * @state: all of it
 */
struct fuzz_rng {
	uint64_t state;
};

struct fuzz_target;

/**
 * struct fuzz - one run of one target
 * @target: the target
 * @rng: the main thread's stream
 * @seed: that it began with
 * @race: other threads interfere: allow for it
 * @trace: write down each call
 * @replaying: calls come from a file
 * @calls: made so far
 * @digest: of the calls and their results
 * @stop: set when racing threads must end
 */
struct fuzz {
	const struct fuzz_target *target;
	struct fuzz_rng rng;
	uint64_t seed;
	bool race;
	bool trace;
	bool replaying;
	uint64_t calls;
	uint64_t digest;
	bool stop;
};

/**
 * struct fuzz_target - an interface to be fuzzed
 * @name: for --target
 * @help: one line
 * @kinds: names of the kinds of calls, for the statistics
 * @n_kinds: how many
 * @setup: make devices; false after saying why not
 * @step: one call
 * @replay: the call that a line describes; false if the line makes no sense. The line
 *	may be cut up
 * @n_racers: number of threads for @race
 * @race: one act of a racing thread; must not block for ever, save where a signal
 *	ends it
 * @settled: racing threads are gone, all calls are made: do the counters add up?
 * @teardown: undo setup
 */
struct fuzz_target {
	const char *name;
	const char *help;
	const char *const *kinds;
	unsigned int n_kinds;
	bool (*setup)(struct fuzz *fuzz);
	void (*step)(struct fuzz *fuzz);
	bool (*replay)(struct fuzz *fuzz, char *line);
	unsigned int n_racers;
	void (*race)(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer);
	void (*settled)(struct fuzz *fuzz);
	void (*teardown)(struct fuzz *fuzz);
};

extern const struct fuzz_target ptp_target;
extern const struct fuzz_target htechip_target;
extern const struct fuzz_target dpll_target;
extern const struct fuzz_target vclock_target;

static inline uint64_t fuzz_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static inline uint64_t fuzz_u64(struct fuzz_rng *rng)
{
	return fuzz_mix(rng->state += 0x9e3779b97f4a7c15ULL);
}

/* 0 to n - 1 */
static inline uint32_t fuzz_below(struct fuzz_rng *rng, uint32_t n)
{
	return (fuzz_u64(rng) >> 32) * n >> 32;
}

/* true once in n times */
static inline bool fuzz_one_in(struct fuzz_rng *rng, uint32_t n)
{
	return !fuzz_below(rng, n);
}

#define FUZZ_PICK(rng, array) ((array)[fuzz_below(rng, sizeof(array) / sizeof((array)[0]))])

uint32_t fuzz_edgy32(struct fuzz_rng *rng);
int64_t fuzz_edgy64(struct fuzz_rng *rng);

/**
 * fuzz_begin() - a call is about to be made
 * @fuzz: the run
 * @line: how --replay would be told of it; valid until fuzz_end()
 *
 * A target that finds it costly to have @line ready gives a function to
 * fuzz_describe_with() in place of it, and NULL here.
 */
void fuzz_begin(struct fuzz *fuzz, const char *line);

/* the function that describes the present call in up to size characters */
void fuzz_describe_with(void (*describe)(char *text, size_t size));

/**
 * fuzz_end() - a call has been made and judged
 * @fuzz: the run
 * @kind: index into the target's kinds
 * @args: checksum of what was asked
 * @result: value or -errno
 */
void fuzz_end(struct fuzz *fuzz, unsigned int kind, uint64_t args, long result);

/* the same, for one of several calls that were made at once, the last of them apart */
void fuzz_count(struct fuzz *fuzz, unsigned int kind, uint64_t args, long result);

/*
 * Racing threads get signals when they are to end, which cut short whatever sleeps; not while
 * one makes or removes a device.
 */
void fuzz_hold_signals(bool hold);

/* a violation: say what, where and how to see it again, and exit with 1 */
__attribute__((format(printf, 2, 3), noreturn)) void fuzz_wrong(struct fuzz *fuzz, const char *what,
								...);

/* the name of an errno, or the number; up to four calls in one line */
const char *fuzz_result_name(long result);

#endif /* FUZZ_H */
