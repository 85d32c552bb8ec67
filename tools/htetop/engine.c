// SPDX-License-Identifier: GPL-2.0
/* What the engine tells: reads files of debugfs. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine.h"
#include "name.h"

bool engine_readable(void)
{
	return !access(ENGINE_DIR, R_OK | X_OK);
}

static FILE *open_file(const char *dir, const char *name)
{
	char path[sizeof(ENGINE_DIR) + 300];

	snprintf(path, sizeof(path), ENGINE_DIR "/%s/%s", dir, name);
	return fopen(path, "re");
}

/* long ones are cut as the names of events are */
static void copy_name(char to[TOP_NAME_LEN], char *word)
{
	snprintf(to, TOP_NAME_LEN, "%s", name_undo(word));
}

static bool read_chip(const char *dir, struct engine_chip *c)
{
	char name[4 * TOP_NAME_LEN];
	FILE *f = open_file(dir, "chip");
	int n;

	if (!f)
		return false;
	n = fscanf(f, "chip %d nlines %" SCNu32 " first_key %" SCNu32 " name %127s", &c->index,
		   &c->nlines, &c->first_key, name);
	fclose(f);
	if (n != 4)
		return false;
	copy_name(c->name, name);
	snprintf(c->dir, sizeof(c->dir), "%s", dir);
	return true;
}

static int by_index(const void *a, const void *b)
{
	return ((const struct engine_chip *)a)->index - ((const struct engine_chip *)b)->index;
}

void engine_chips(void (*fn)(void *arg, const struct engine_chip *c), void *arg)
{
	struct engine_chip *v = NULL, c;
	DIR *d = opendir(ENGINE_DIR);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.' || !read_chip(e->d_name, &c))
			continue;
		v = reallocarray(v, n + 1, sizeof(*v));
		if (!v)
			abort();
		v[n++] = c;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(v, n, sizeof(*v), by_index);
	for (int i = 0; i < n; i++)
		fn(arg, &v[i]);
	free(v);
}

void engine_lines(const char *dir, void (*fn)(void *arg, const struct engine_line *l), void *arg)
{
	char text[512], label[4 * TOP_NAME_LEN], consumer[4 * TOP_NAME_LEN];
	FILE *f = open_file(dir, "lines");
	struct engine_line l;

	while (f && fgets(text, sizeof(text), f)) {
		/* not so the row of heads */
		if (sscanf(text, "%" SCNu32 " %" SCNu32 " %127s %127s %15s", &l.line, &l.line_id,
			   label, consumer, l.state) != 5)
			continue;
		copy_name(l.label, label);
		copy_name(l.consumer, consumer);
		fn(arg, &l);
	}
	if (f)
		fclose(f);
}

int engine_clock_open(const char *dir)
{
	char path[sizeof(ENGINE_DIR) + 300];

	snprintf(path, sizeof(path), ENGINE_DIR "/%s/clock", dir);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool engine_clock_read(int fd, uint64_t *hz, struct reading *now)
{
	static const char *const names[] = { "hz ", "hw_ns ", "mono_ns ", "error_ns " };
	uint64_t *const values[] = { hz, &now->hw_ns, &now->mono_ns, &now->error_ns };
	char text[256], *line, *rest = text;
	int found = 0;
	ssize_t n;

	n = pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return false;
	text[n] = 0;
	*hz = 0;
	while ((line = strsep(&rest, "\n")))
		for (int i = 0; i < 4; i++)
			if (!strncmp(line, names[i], strlen(names[i]))) {
				*values[i] = strtoull(line + strlen(names[i]), NULL, 10);
				found |= 1 << i;
			}
	return (found & 0xe) == 0xe;
}
