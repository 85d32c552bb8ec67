// SPDX-License-Identifier: GPL-2.0
/*
 * Reads debugfs's ptpN/readers, where the class says who holds each open file. Without
 * debugfs a loss stays with who opened the file, or read it last.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "holders.h"

static FILE *open_readers(int index)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/kernel/debug/ptp%d/readers", index);
	return fopen(path, "re");
}

void holders_update(const struct clocks *cs)
{
	char buf[4096];
	FILE *f;

	for (int i = 0; i < cs->n; i++) {
		f = cs->v[i]->present ? open_readers(cs->v[i]->index) : NULL;
		if (!f)
			continue;
		while (fread(buf, 1, sizeof(buf), f))
			;
		fclose(f);
	}
}

/* a name from /proc, as raw as the kernel's own records have it */
static bool name_of(unsigned int pid, char comm[PTPSTAT_COMM])
{
	char path[64], line[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	line[fread(line, 1, sizeof(line) - 1, f)] = 0;
	fclose(f);
	/* the last line feed is not the name's */
	if (strrchr(line, '\n'))
		*strrchr(line, '\n') = 0;
	memset(comm, 0, PTPSTAT_COMM);
	memcpy(comm, line, strnlen(line, PTPSTAT_COMM - 1));
	return true;
}

void holders_look_up(struct ptp_ev *e)
{
	unsigned int reader, pid;
	char path[32], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u", e->tgid);
	if (!access(path, F_OK))
		return;
	f = open_readers(e->index);
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %u", &reader, &pid) == 2 && reader == e->reader) {
			if (pid != e->tgid && name_of(pid, e->comm))
				e->tgid = pid;
			break;
		}
	fclose(f);
}
