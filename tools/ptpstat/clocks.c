// SPDX-License-Identifier: GPL-2.0
/* The clocks: reads sysfs of the PTP class and ptpstat's BPF maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "clocks.h"
#include "out.h"
#include "probe.h"
#include "ptpstat.skel.h"
#include "table.h"

const char *const op_names[PTP_OP_COUNT] = {
	[PTP_OP_GETTIME] = "gettime",
	[PTP_OP_GETTIMEX] = "gettimex",
	[PTP_OP_CROSSTSTAMP] = "crosststamp",
	[PTP_OP_SETTIME] = "settime",
	[PTP_OP_ADJTIME] = "adjtime",
	[PTP_OP_ADJFINE] = "adjfine",
	[PTP_OP_ADJPHASE] = "adjphase",
	[PTP_OP_ENABLE] = "enable",
	[PTP_OP_IOCTL] = "ioctl",
	[PTP_OP_AUX] = "aux_work",
	[PTP_OP_READ] = "read",
	[PTP_OP_PPS] = "pps",
	[PTP_OP_OPEN] = "open",
};

const char *const probe_names[] = {
	[PROBE_PRECISE] = "precise",
	[PROBE_EXTENDED] = "extended",
	[PROBE_BASIC] = "basic",
	[PROBE_OVERHEARD] = "overheard",
	[PROBE_NONE] = NULL,
};

static bool read_line(const char *path, char *buf, int size)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f)
		return false;
	ok = fgets(buf, size, f);
	fclose(f);
	if (ok)
		buf[strcspn(buf, "\n")] = 0;
	return ok;
}

static int64_t read_number(const char *path)
{
	char buf[32];

	return read_line(path, buf, sizeof(buf)) ? strtoll(buf, NULL, 10) : COL_UNKNOWN;
}

/*
 * Where the kernel has a PTP class of its own, ours is "phc"; else ours is "ptp".
 * So a class "ptp" is ours only if there is no "phc" and our module is there.
 */
static const char *find_class(void)
{
	if (!access("/sys/class/phc", F_OK))
		return "/sys/class/phc";
	if (!access("/sys/module/chs_ptp", F_OK) && !access("/sys/class/ptp", F_OK))
		return "/sys/class/ptp";
	return NULL;
}

void clocks_find(struct clocks *cs)
{
	int64_t first = read_number("/sys/module/chs_ptp/parameters/first_index");

	cs->class_dir = find_class();
	cs->first_index = first == COL_UNKNOWN ? 0 : first;
}

static int slot_by_name(const struct clocks *cs, const char *name)
{
	DIR *d = cs->class_dir ? opendir(cs->class_dir) : NULL;
	char path[300], line[64];
	int index, slot = -1;
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (sscanf(e->d_name, "ptp%d", &index) != 1)
			continue;
		snprintf(path, sizeof(path), "%s/%s/clock_name", cs->class_dir, e->d_name);
		if (read_line(path, line, sizeof(line)) && !strcmp(line, name))
			slot = index - cs->first_index;
	}
	if (d)
		closedir(d);
	return slot;
}

int clocks_slot(const struct clocks *cs, const char *arg)
{
	const char *s = arg;
	char *end;
	long n;

	if (!strncmp(s, "/dev/", 5))
		s += 5;
	if (!strncmp(s, "ptp", 3))
		s += 3;
	n = strtol(s, &end, 10);
	if (end == s || *end || n < 0)
		return slot_by_name(cs, arg);
	n -= cs->first_index;
	return n >= 0 && n < PTPSTAT_MAX_CLOCKS ? n : -1;
}

int clocks_init(struct clocks *cs, struct ptpstat_bpf *bpf, int max, bool probe)
{
	cs->bpf = bpf;
	cs->max = max;
	cs->probe = probe;
	cs->cpus = libbpf_num_possible_cpus();
	if (cs->cpus < 0)
		return cs->cpus;
	cs->buf = calloc(cs->cpus, sizeof(*cs->buf));
	return cs->buf ? 0 : -ENOMEM;
}

static bool wanted(const struct clocks *cs, int slot)
{
	return !cs->bpf->rodata->filter_clocks ||
	       cs->bpf->rodata->clock_bits[slot / 64] >> (slot % 64) & 1;
}

static struct clk *get(struct clocks *cs, int index)
{
	int slot = index - cs->first_index, at = 0;
	struct clk *c, **v;

	if (slot < 0 || slot >= cs->max || !wanted(cs, slot))
		return NULL;
	while (at < cs->n && cs->v[at]->index < index)
		at++;
	if (at < cs->n && cs->v[at]->index == index)
		return cs->v[at];
	c = calloc(1, sizeof(*c));
	v = reallocarray(cs->v, cs->n + 1, sizeof(*v));
	if (v)
		cs->v = v;
	if (c)
		c->prev = calloc(cs->cpus, sizeof(*c->prev));
	if (!c || !v || !c->prev)
		abort();
	c->index = index;
	c->fd = -1;
	c->freq_ppb = NAN;
	c->readers = COL_UNKNOWN;
	c->jumps = c->stops = c->misreads = COL_UNKNOWN;
	snprintf(c->node, sizeof(c->node), "ptp%d", index);
	memmove(v + at + 1, v + at, (cs->n - at) * sizeof(*v));
	v[at] = c;
	cs->n++;
	return c;
}

static void came(struct clocks *cs, struct clk *c)
{
	char path[300];

	c->present = true;
	c->method = PROBE_PRECISE;
	snprintf(path, sizeof(path), "%s/%s/clock_name", cs->class_dir, c->node);
	if (!read_line(path, c->name, sizeof(c->name)))
		c->name[0] = 0;
}

void clocks_scan(struct clocks *cs)
{
	struct dirent *e;
	struct clk *c;
	char path[300];
	int index;
	DIR *d;

	if (!cs->class_dir)
		cs->class_dir = find_class();
	for (int i = 0; i < cs->max && i < PTPSTAT_MAX_CLOCKS; i++)
		if (cs->bpf->bss->active[i / 64] >> (i % 64) & 1)
			get(cs, cs->first_index + i);
	d = cs->class_dir ? opendir(cs->class_dir) : NULL;
	while (d && (e = readdir(d))) {
		if (sscanf(e->d_name, "ptp%d", &index) != 1)
			continue;
		c = get(cs, index);
		if (c && !c->present)
			came(cs, c);
	}
	if (d)
		closedir(d);
	for (int i = 0; i < cs->n; i++) {
		c = cs->v[i];
		if (!c->present)
			continue;
		snprintf(path, sizeof(path), "%s/%s", cs->class_dir, c->node);
		if (!access(path, F_OK))
			continue;
		/* not only for tidiness: an open file would keep the class module */
		c->present = false;
		probe_close(c);
	}
}

static void overhear(struct clk *c, const struct ptp_best *b, uint64_t epoch)
{
	int64_t bound;

	if (b->width >> EPOCH_SHIFT != (epoch & (~0ULL >> EPOCH_SHIFT)))
		return;
	bound = ((b->width & EPOCH_NS_MASK) + 1) / 2;
	if (c->source == PROBE_OVERHEARD && bound >= c->bound_ns)
		return;
	c->source = PROBE_OVERHEARD;
	c->offset_ns = b->offset_ns;
	c->bound_ns = bound;
}

/* what one CPU's figures grew by, added up */
static void add_cpu(struct clk *c, const struct ptp_clkstat *new, const struct ptp_clkstat *old,
		    uint64_t epoch)
{
	struct figures *f = &c->now;
	uint64_t max;

	for (int i = 0; i < PTP_OP_COUNT; i++) {
		f->op[i].count += new->op[i].count - old->op[i].count;
		f->op[i].errors += new->op[i].errors - old->op[i].errors;
		f->op[i].sum_ns += new->op[i].sum_ns - old->op[i].sum_ns;
		max = epoch_max(new->op[i].max[epoch & 1], epoch);
		if (max > f->op[i].max_ns)
			f->op[i].max_ns = max;
	}
	for (int i = 0; i < HIST_COUNT; i++)
		hist_add_delta(&f->hist[i], new->hist[i], old->hist[i]);
	f->events += new->events - old->events;
	f->drops += new->drops - old->drops;
	f->alarm_runs += new->alarm_runs - old->alarm_runs;
	f->sampled += new->sampled - old->sampled;
	f->readings += new->readings - old->readings;
	f->skipped += new->skipped - old->skipped;
	overhear(c, &new->best[epoch & 1], epoch);
}

static void add_total(struct clk *c)
{
	struct figures *t = &c->total;
	const struct figures *f = &c->now;

	for (int i = 0; i < PTP_OP_COUNT; i++) {
		t->op[i].count += f->op[i].count;
		t->op[i].errors += f->op[i].errors;
		t->op[i].sum_ns += f->op[i].sum_ns;
		if (f->op[i].max_ns > t->op[i].max_ns)
			t->op[i].max_ns = f->op[i].max_ns;
	}
	for (int i = 0; i < HIST_COUNT; i++)
		hist_merge(&t->hist[i], &f->hist[i]);
	t->events += f->events;
	t->drops += f->drops;
	t->alarm_runs += f->alarm_runs;
	t->sampled += f->sampled;
	t->readings += f->readings;
	t->skipped += f->skipped;
}

static void read_state(struct clocks *cs, struct clk *c)
{
	uint32_t slot = c->index - cs->first_index;
	struct ptp_clkstate st;
	struct timeline line;
	char path[300];

	if (!bpf_map_lookup_elem(bpf_map__fd(cs->bpf->maps.state), &slot, &st)) {
		if (st.freq_set)
			c->freq_ppb = st.scaled_ppm * 1000.0 / 65536;
		/* one that came and went between two looks at sysfs */
		if (!c->name[0])
			memcpy(c->name, st.name, PTPSTAT_NAME);
	}
	if (cs->bpf->rodata->events &&
	    !bpf_map_lookup_elem(bpf_map__fd(cs->bpf->maps.timelines), &slot, &line)) {
		c->jumps = line.jumps;
		c->stops = line.stops;
		c->misreads = line.misreads;
	}
	c->readers = COL_UNKNOWN;
	if (!c->present)
		return;
	snprintf(path, sizeof(path), "%s/%s/statistics/readers", cs->class_dir, c->node);
	c->readers = read_number(path);
	/* the probe's own open file is none to count */
	if (c->readers > 0 && c->fd >= 0)
		c->readers--;
}

uint64_t clocks_channels(const struct clocks *cs, const struct clk *c)
{
	uint32_t slot = c->index - cs->first_index;
	struct ptp_clkstate st;

	if (bpf_map_lookup_elem(bpf_map__fd(cs->bpf->maps.state), &slot, &st))
		return 0;
	return st.rhythms & ((1ULL << PTPSTAT_CHANNELS) - 1);
}

bool clocks_rhythm(const struct clocks *cs, const struct clk *c, int channel, struct rhythm *r)
{
	uint32_t slot = c->index - cs->first_index, key = slot * PTPSTAT_CHANNELS + channel;
	struct ptp_channel ch;

	if (!cs->bpf->rodata->events ||
	    bpf_map_lookup_elem(bpf_map__fd(cs->bpf->maps.channels), &key, &ch))
		return false;
	*r = ch.rhythm;
	return r->events;
}

void clocks_harvest(struct clocks *cs)
{
	int fd = bpf_map__fd(cs->bpf->maps.clocks);
	uint64_t epoch = cs->epoch++;
	uint32_t slot;
	struct clk *c;

	/* from here on the interval's maxima stand still */
	cs->bpf->bss->epoch_tag = cs->epoch << EPOCH_SHIFT;
	for (int i = 0; i < cs->n; i++) {
		c = cs->v[i];
		slot = c->index - cs->first_index;
		memset(&c->now, 0, sizeof(c->now));
		c->source = PROBE_NONE;
		c->offset_ns = COL_UNKNOWN;
		c->bound_ns = COL_UNKNOWN;
		if (bpf_map_lookup_elem(fd, &slot, cs->buf))
			continue;
		for (int cpu = 0; cpu < cs->cpus; cpu++)
			add_cpu(c, cs->buf + cpu, c->prev + cpu, epoch);
		memcpy(c->prev, cs->buf, cs->cpus * sizeof(*cs->buf));
		add_total(c);
		read_state(cs, c);
	}
}

void clocks_probe(struct clocks *cs)
{
	if (!cs->probe)
		return;
	/* only meanwhile do the programs have to look whose calls they see */
	cs->bpf->bss->look = 1;
	for (int i = 0; i < cs->n; i++)
		if (cs->v[i]->present)
			probe_clock(cs->v[i]);
	cs->bpf->bss->look = cs->look;
}

uint64_t figures_ops(const struct figures *f)
{
	uint64_t n = 0;

	for (int i = 0; i < PTP_OP_DRIVER_END; i++)
		n += f->op[i].count;
	return n;
}

uint64_t figures_errors(const struct figures *f)
{
	uint64_t n = 0;

	for (int i = 0; i < PTP_OP_DRIVER_END; i++)
		n += f->op[i].errors;
	return n;
}

uint64_t figures_runs(const struct figures *f)
{
	uint64_t n = f->events + f->drops + f->alarm_runs + f->readings + f->skipped;

	/* one run for all samples of a call: its ioctl is counted */
	n -= f->sampled;
	for (int i = 0; i < PTP_OP_COUNT; i++)
		n += f->op[i].count;
	return n;
}

bool clk_idle(const struct clk *c)
{
	uint64_t n = c->now.events + c->now.drops + c->now.alarm_runs;

	for (int i = 0; i < PTP_OP_COUNT; i++)
		n += c->now.op[i].count;
	return !n;
}

void clocks_free(struct clocks *cs)
{
	for (int i = 0; i < cs->n; i++) {
		probe_close(cs->v[i]);
		free(cs->v[i]->prev);
		free(cs->v[i]);
	}
	free(cs->v);
	free(cs->buf);
}
