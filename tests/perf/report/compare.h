/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What benchmarks have counted, in two runs and in the baseline. Reads files, says on
 * stderr what is wrong with them; prints nothing else.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#define FIGURE_UNKNOWN INT64_MIN

/**
 * struct figure - one result
 * @bench: its name, with +variant for what a variant adds
 * @group: the variant, "" for none
 * @unit: instructions or bytes
 * @value: ours
 * @peer: the same behind mainline's class, FIGURE_UNKNOWN: there is none
 * @expect: what it must be, of a self-test; FIGURE_UNKNOWN: no self-test
 * @detail: shown only where it changed
 */
struct figure {
	char *bench;
	char *group;
	char *unit;
	int64_t value;
	int64_t peer;
	int64_t expect;
	bool detail;
};

/* What makes figures comparable: KEY_COMMIT alone does not. Order of key_names. */
enum {
	KEY_KERNEL,
	KEY_COMPILER,
	KEY_QEMU,
	KEY_LIBBPF,
	KEY_COMPARED,
	KEY_COMMIT = KEY_COMPARED,
	N_KEYS,
};

extern const char *const key_names[N_KEYS];

struct results {
	char *key[N_KEYS];
	struct figure *figures;
	int n;
	struct skipped {
		char *variant;
		char *why;
	} * skipped;
	int n_skipped;
};

/*
 * Loads what a guest has printed: raw counts by benchmark, side and variant. What a
 * variant adds is the difference from the same benchmark and side without one.
 * 0 or a status, having said why.
 */
int results_load(struct results *r, const char *path);

enum { BASELINE_FOUND = 0, BASELINE_NONE = -1 };

/* the figures with r's key; BASELINE_*, or a status, having said why */
int baseline_load(struct results *base, const char *path, const struct results *r);

/* replaces the lines with r's key and keeps all others; 0 or a status */
int baseline_save(const char *path, const struct results *r);

/* all figures, as JSON lines */
int results_save(const char *path, const struct results *r);

const struct figure *results_find(const struct results *r, const char *bench);

/* is it what a variant adds that could not be counted? */
bool results_skipped(const struct results *r, const char *bench);
void results_free(struct results *r);

/* equal but for the larger of 2 and 1 % of base; what a variant adds ("+"), of 4 and 1 % */
bool within_tolerance(const char *bench, int64_t base, int64_t value);

/**
 * struct goal - a limit of a figure
 * @bench: its name
 * @limit: the limit
 * @of_peer: the limit is a multiple of the peer's figure
 */
struct goal {
	char *bench;
	double limit;
	bool of_peer;
};

/* lines of "bench limit", a limit of the peer's followed by x; the number, or -1, said why */
int goals_load(struct goal **goals, const char *path);
void goals_free(struct goal *goals, int n);

/* 1 met, 0 missed, -1 cannot be told: f is NULL, or it has no peer */
int goal_met(const struct goal *g, const struct figure *f);

#endif /* COMPARE_H */
