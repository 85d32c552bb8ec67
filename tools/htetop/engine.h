/* SPDX-License-Identifier: GPL-2.0 */
/* What the engine tells in debugfs: providers, lines, and the clocks' readings. */
#ifndef HTETOP_ENGINE_H
#define HTETOP_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include "model.h"
#include "relation.h"

#define ENGINE_DIR "/sys/kernel/debug/hte"

struct engine_chip {
	char dir[256]; /* below ENGINE_DIR */
	char name[TOP_NAME_LEN];
	int index;
	uint32_t nlines, first_key;
};

struct engine_line {
	uint32_t line, line_id;
	char label[TOP_NAME_LEN], consumer[TOP_NAME_LEN], state[16];
};

/* is it there, and may we look? */
bool engine_readable(void);

/* calls fn for every provider, by index */
void engine_chips(void (*fn)(void *arg, const struct engine_chip *c), void *arg);

/* calls fn for every line that debugfs has something to tell of */
void engine_lines(const char *dir, void (*fn)(void *arg, const struct engine_line *l), void *arg);

/* a provider's clock, to be read often; -1: cannot be opened */
int engine_clock_open(const char *dir);

/*
 * Reads it. hz is 0 where the provider does not tell. False: no reading, since it cannot be
 * compared with the kernel's or has gone.
 */
bool engine_clock_read(int fd, uint64_t *hz, struct reading *now);

#endif /* HTETOP_ENGINE_H */
