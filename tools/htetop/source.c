// SPDX-License-Identifier: GPL-2.0
/*
 * Where the model comes from: starts the BPF programs, maps their arrays, and makes of
 * them and of debugfs what the model tells.
 *
 * A provider is known by its index and generation (see bpf/htetop.h); one that comes under
 * the name of one that has gone goes on as that one, lines and totals with it.
 */
#include <errno.h>
#include <fnmatch.h>
#include <linux/membarrier.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bpf_tool.h"
#include "engine.h"
#include "err.h"
#include "figures.h"
#include "htetop.h"
#include "htetop.skel.h"
#include "relation.h"
#include "source.h"
#include "table.h"
#include "timefmt.h"

#define MODULE	  "chs_hte"
#define MAX_LINKS 16
#define NO_LINE	  (-1)

/* of a provider, what the model does not tell */
struct chip {
	int index;
	uint32_t generation;
	uint32_t first_key;
	uint32_t looks;	 /* at its FIFO, as of our latest */
	uint64_t lost;	 /* by it, likewise */
	bool seen;	 /* in debugfs, at the latest look */
	bool lines_read; /* debugfs has told of its lines */
	bool back;	 /* it had gone; its lines do not know yet */
	char dir[256];	 /* in debugfs; "": not known */
	int clock;	 /* open file, -1: none */
	struct relation relation;
	int *line; /* where its lines stand, by number; NO_LINE */
	uint32_t n_line;
};

/* of a line the same */
struct line {
	int chip;
	bool told; /* by debugfs or by its events, who has it */
	bool busy; /* there are figures of the interval to be forgotten */
};

/* a record of the BPF side, whose line it is, and what it said at the last look */
struct slot {
	bool used;
	int line;
	uint32_t names;
	struct seen seen;
};

struct source {
	const struct config *cfg;
	struct htetop_bpf *bpf;
	struct bpf_link *links[MAX_LINKS];
	int n_links;
	bool raw;
	struct htetop_line *records;
	size_t records_size;
	uint64_t epoch;
	uint32_t chip_events; /* that have been looked into */
	struct top_chip *top_chips;
	struct chip *chips;
	int n_chips;
	struct top_chip *told_chips; /* as source_take() told of them; top_chips may change later */
	struct top_line *top_lines;
	struct line *lines;
	int n_lines, line_room;
	bool unsorted;
	struct slot *slots;
	struct top_line *picked; /* what is shown, where not all is */
	int picked_room;
	double pace;  /* s between two readings of the clocks */
	bool restart; /* totals, with the next source_take() */
	int64_t taken_ns;
	uint64_t untracked_base, missed_base;
	uint64_t runs, other_runs; /* of BPF programs: in the interval; beside the lines', in all */
	struct bpf_cost cost;
	double cpu_s;
};

static void *grown(void *v, int n, size_t size)
{
	v = reallocarray(v, n, size);
	if (!v)
		abort();
	return v;
}

/* ---- lines ---- */

static int line_at(const struct source *s, int chip, uint32_t number)
{
	const struct chip *c = &s->chips[chip];

	return number < c->n_line ? c->line[number] : NO_LINE;
}

static void put_line_at(struct source *s, int chip, uint32_t number, int i)
{
	struct chip *c = &s->chips[chip];

	if (number >= c->n_line) {
		uint32_t n = number + 1 > s->top_chips[chip].nlines ? number + 1
								    : s->top_chips[chip].nlines;

		c->line = grown(c->line, n, sizeof(*c->line));
		while (c->n_line < n)
			c->line[c->n_line++] = NO_LINE;
	}
	c->line[number] = i;
}

static int add_line(struct source *s, int chip, uint32_t number)
{
	struct top_line *t;
	int i = line_at(s, chip, number);

	if (i != NO_LINE)
		return i;
	if (s->n_lines == s->line_room) {
		s->line_room = s->line_room * 2 + 64;
		s->top_lines = grown(s->top_lines, s->line_room, sizeof(*s->top_lines));
		s->lines = grown(s->lines, s->line_room, sizeof(*s->lines));
	}
	i = s->n_lines++;
	t = &s->top_lines[i];
	figures_init(t);
	t->line = number;
	t->key = s->chips[chip].first_key + number;
	t->state = "free";
	memset(&s->lines[i], 0, sizeof(s->lines[i]));
	s->lines[i].chip = chip;
	put_line_at(s, chip, number, i);
	s->unsorted = true;
	return i;
}

static int by_chip_and_line(const void *va, const void *vb, void *arg)
{
	const struct source *s = arg;
	int a = *(const int *)va, b = *(const int *)vb;
	int by = s->lines[a].chip - s->lines[b].chip;

	return by
		       ?: (s->top_lines[a].line > s->top_lines[b].line) -
				  (s->top_lines[a].line < s->top_lines[b].line);
}

static uint32_t slots_used(const struct source *s)
{
	uint32_t n = s->bpf ? READ(s->bpf->bss->next_slot) : 0;

	return n < s->cfg->max_lines ? n : s->cfg->max_lines;
}

static void sort_lines(struct source *s)
{
	struct top_line *top = grown(NULL, s->line_room, sizeof(*top));
	struct line *lines = grown(NULL, s->line_room, sizeof(*lines));
	int *order = grown(NULL, s->n_lines, sizeof(*order));
	int *place = grown(NULL, s->n_lines, sizeof(*place));
	uint32_t n = slots_used(s);

	for (int i = 0; i < s->n_lines; i++)
		order[i] = i;
	qsort_r(order, s->n_lines, sizeof(*order), by_chip_and_line, s);
	for (int i = 0; i < s->n_lines; i++) {
		top[i] = s->top_lines[order[i]];
		lines[i] = s->lines[order[i]];
		put_line_at(s, lines[i].chip, top[i].line, i);
		place[order[i]] = i;
	}
	for (uint32_t slot = 0; slot < n; slot++)
		if (s->slots[slot].used)
			s->slots[slot].line = place[s->slots[slot].line];
	free(place);
	free(order);
	free(s->top_lines);
	free(s->lines);
	s->top_lines = top;
	s->lines = lines;
	s->unsorted = false;
}

/* ---- providers ---- */

static int live_chip(const struct source *s, int index)
{
	for (int i = 0; i < s->n_chips; i++)
		if (s->chips[i].index == index && !s->top_chips[i].gone)
			return i;
	return -1;
}

static int gone_chip(const struct source *s, const char *name)
{
	for (int i = 0; i < s->n_chips; i++)
		if (s->top_chips[i].gone && !strcmp(s->top_chips[i].name, name))
			return i;
	return -1;
}

static struct htetop_chip *bpf_chip(struct source *s, int index)
{
	return s->bpf && index >= 0 && index < HTETOP_CHIPS ? &s->bpf->bss->chips[index] : NULL;
}

/* a provider that has come, as the one of that name that went or as a new one */
static int add_chip(struct source *s, int index, uint32_t generation, const char *name,
		    uint32_t nlines, uint32_t first_key)
{
	int i = gone_chip(s, name);
	struct top_chip *t;
	struct chip *c;

	if (i >= 0) {
		s->chips[i].back = true;
	} else {
		i = s->n_chips++;
		s->top_chips = grown(s->top_chips, s->n_chips, sizeof(*s->top_chips));
		s->chips = grown(s->chips, s->n_chips, sizeof(*s->chips));
		t = memset(&s->top_chips[i], 0, sizeof(*t));
		memset(&s->chips[i], 0, sizeof(s->chips[i]));
		snprintf(t->name, sizeof(t->name), "%s", name);
	}
	t = &s->top_chips[i];
	c = &s->chips[i];
	t->index = c->index = index;
	t->nlines = nlines;
	t->gone = false;
	t->relation = TOP_UNKNOWN;
	t->rate_ppb = NAN;
	t->fifo_max = -1;
	c->generation = generation;
	c->first_key = first_key;
	c->looks = 0;
	c->lost = 0;
	c->lines_read = generation; /* of those that came later all has been seen */
	c->clock = -1;
	c->dir[0] = 0;
	relation_forget(&c->relation);
	return i;
}

static void read_fifo(struct source *s, int i)
{
	const struct htetop_chip *b = bpf_chip(s, s->chips[i].index);
	struct top_chip *t = &s->top_chips[i];
	struct chip *c = &s->chips[i];
	uint32_t looks;
	uint64_t lost;

	/* by now another's */
	if (!b || READ(b->generation) != c->generation)
		return;
	looks = READ(b->looks);
	lost = READ(b->fifo_lost);
	/* or just becoming another's */
	if (!looks || lost < c->lost)
		return;
	t->fifo_max = READ(b->fifo_max);
	t->fifo_lost += lost - c->lost;
	s->runs += looks - c->looks;
	c->lost = lost;
	c->looks = looks;
}

static void retire_chip(struct source *s, int i)
{
	struct chip *c = &s->chips[i];

	read_fifo(s, i);
	s->top_chips[i].gone = true;
	s->top_chips[i].relation = TOP_UNKNOWN;
	s->top_chips[i].rate_ppb = NAN;
	if (c->clock >= 0)
		close(c->clock);
	c->clock = -1;
	c->dir[0] = 0;
}

/* what BPF has seen come and go */
static void look_at_events(struct source *s)
{
	const struct htetop_chip *b;
	char name[HTETOP_NAME];
	bool there;
	int known;

	for (int i = 0; i < HTETOP_CHIPS; i++) {
		b = bpf_chip(s, i);
		known = live_chip(s, i);
		there = b->gone != b->generation + 1;
		if (known >= 0 && (s->chips[known].generation != b->generation || !there))
			retire_chip(s, known);
		if (!b->generation || !there || live_chip(s, i) >= 0)
			continue;
		memcpy(name, b->name, sizeof(name));
		name[sizeof(name) - 1] = 0;
		add_chip(s, i, b->generation, name, b->nlines, b->first_key);
	}
}

static void see_chip(void *arg, const struct engine_chip *e)
{
	struct source *s = arg;
	const struct htetop_chip *b = bpf_chip(s, e->index);
	int i = live_chip(s, e->index);
	struct chip *c;

	if (i >= 0 &&
	    (s->chips[i].first_key != e->first_key || strcmp(s->top_chips[i].name, e->name))) {
		/* another one by now, of which the events tell; or there are none to tell */
		if (s->chips[i].generation)
			return;
		retire_chip(s, i);
		i = -1;
	}
	if (i < 0) {
		if (b && (b->generation || b->gone))
			return;
		i = add_chip(s, e->index, 0, e->name, e->nlines, e->first_key);
	}
	c = &s->chips[i];
	c->seen = true;
	if (c->dir[0])
		return;
	snprintf(c->dir, sizeof(c->dir), "%s", e->dir);
	c->clock = engine_clock_open(e->dir);
}

static const char *state_by_name(const char *name)
{
	static const char *const names[] = { "active", "disabled", "bound", "free" };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return names[i];
	return "free";
}

struct lines_of {
	struct source *s;
	int chip;
};

static void see_line(void *arg, const struct engine_line *e)
{
	struct lines_of *of = arg;
	struct source *s = of->s;
	int i = add_line(s, of->chip, e->line);
	struct top_line *t = &s->top_lines[i];

	/* what an event told is later */
	if (s->lines[i].told)
		return;
	s->lines[i].told = true;
	t->line_id = e->line_id;
	t->state = state_by_name(e->state);
	memcpy(t->label, e->label, sizeof(t->label));
	memcpy(t->consumer, e->consumer, sizeof(t->consumer));
}

/* changes nothing that source_take() has told of */
static void look_for_chips(struct source *s)
{
	for (int i = 0; i < s->n_chips; i++)
		s->chips[i].seen = false;
	if (s->bpf)
		look_at_events(s);
	engine_chips(see_chip, s);
	for (int i = 0; i < s->n_chips; i++) {
		const struct chip *c = &s->chips[i];

		if (!s->top_chips[i].gone && !c->seen && !c->generation && engine_readable())
			retire_chip(s, i);
	}
}

static void begin_lines_of(struct source *s, int chip)
{
	for (int i = 0; i < s->n_lines; i++)
		if (s->lines[i].chip == chip) {
			s->top_lines[i].key = s->chips[chip].first_key + s->top_lines[i].line;
			s->top_lines[i].state = "free";
		}
}

/* of providers that have come; not before we listen: what changed in between would stay unknown */
static void look_for_lines(struct source *s)
{
	struct lines_of of = { .s = s };

	for (int i = 0; i < s->n_chips; i++) {
		struct chip *c = &s->chips[i];

		if (c->back)
			begin_lines_of(s, i);
		c->back = false;
		if (s->top_chips[i].gone || !c->dir[0] || c->lines_read)
			continue;
		c->lines_read = true;
		of.chip = i;
		engine_lines(c->dir, see_line, &of);
	}
}

static void tell_relation(struct source *s, int i)
{
	const struct relation *r = &s->chips[i].relation;
	struct htetop_chip *b = bpf_chip(s, s->chips[i].index);
	struct htetop_relation *spare;
	const struct reading *at;

	if (!b)
		return;
	if (!relation_known(r)) {
		b->which = 0;
		return;
	}
	at = &r->at[r->n - 1];
	spare = &b->relation[!(b->which & 1)];
	spare->base_hw = at->hw_ns;
	spare->offset_ns = at->mono_ns - at->hw_ns;
	spare->rate = llround(r->rate * (1ULL << HTETOP_RATE_SHIFT));
	spare->error_ns = s->top_chips[i].error_ns;
	/* it must be whole before it is looked at */
	__atomic_store_n(&b->which, b->which & 1 ? 2 : 1, __ATOMIC_RELEASE);
}

static void read_clock(struct source *s, int i)
{
	struct top_chip *t = &s->top_chips[i];
	struct chip *c = &s->chips[i];
	struct reading now;

	if (c->clock < 0 || !engine_clock_read(c->clock, &t->clock_hz, &now))
		relation_forget(&c->relation);
	else
		relation_add(&c->relation, &now);
	/* beyond these nothing can be handed to BPF */
	if (relation_known(&c->relation) && bpf_chip(s, c->index)) {
		t->relation = TOP_RELATED;
		t->offset_ns = now.hw_ns - now.mono_ns;
		t->error_ns = relation_error(&c->relation, s->pace * 1e9);
		t->rate_ppb = -c->relation.rate / (1 + c->relation.rate) * 1e9;
	} else {
		t->relation = TOP_UNKNOWN;
		t->rate_ppb = NAN;
	}
	tell_relation(s, i);
}

void source_tick(struct source *s)
{
	uint32_t events = s->bpf ? READ(s->bpf->bss->chip_events) : 0;

	if (events != s->chip_events)
		look_for_chips(s);
	s->chip_events = events;
	for (int i = 0; i < s->n_chips; i++)
		if (!s->top_chips[i].gone)
			read_clock(s, i);
}

void source_pause(struct source *s)
{
	for (int i = 0; s->bpf && i < HTETOP_CHIPS; i++)
		__atomic_store_n(&s->bpf->bss->chips[i].which, 0, __ATOMIC_RELEASE);
}

void source_pace(struct source *s, double seconds)
{
	seconds = seconds < SOURCE_TICK_S ? seconds : SOURCE_TICK_S;
	if (seconds == s->pace)
		return;
	s->pace = seconds;
	source_tick(s);
}

/* ---- figures ---- */

/* a record's provider; one that came and went unseen is made up for it */
static int chip_of_record(struct source *s, const struct htetop_line *rec)
{
	char name[HTETOP_NAME];
	int i;

	for (i = 0; i < s->n_chips; i++)
		if (s->chips[i].index == (int)rec->chip &&
		    s->chips[i].generation == rec->generation)
			return i;
	memcpy(name, rec->chip_name, sizeof(name));
	name[sizeof(name) - 1] = 0;
	if (!name[0])
		snprintf(name, sizeof(name), "hte%u", rec->chip);
	i = gone_chip(s, name);
	if (i < 0)
		i = add_chip(s, rec->chip, rec->generation, name, 0, rec->key - rec->line);
	if (rec->chip_name[0])
		retire_chip(s, i);
	return i;
}

static void read_names(struct source *s, const struct htetop_line *rec, struct slot *slot)
{
	static const char *const states[] = { "bound", "active", "active", "disabled", "free" };
	uint32_t names = __atomic_load_n(&rec->names, __ATOMIC_ACQUIRE);
	struct top_line *t = &s->top_lines[slot->line];
	const struct chip *c = &s->chips[s->lines[slot->line].chip];

	/* odd: being written; the next look will find it done */
	if (names == slot->names || names & 1)
		return;
	slot->names = names;
	/* an earlier provider's consumer lets go at last of a line that another has by now */
	if (c->generation != rec->generation || c->index != (int)rec->chip)
		return;
	t->line_id = rec->line_id;
	memcpy(t->label, rec->label, sizeof(t->label));
	memcpy(t->consumer, rec->consumer, sizeof(t->consumer));
	t->label[sizeof(t->label) - 1] = 0;
	t->consumer[sizeof(t->consumer) - 1] = 0;
	t->state = states[rec->action < 5 ? rec->action : 4];
	s->lines[slot->line].told = true;
	/* written anew meanwhile: once more, next time */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (READ(rec->names) != names)
		slot->names = names - 1;
}

static void read_record(struct source *s, uint32_t number)
{
	const struct htetop_line *rec = &s->records[number];
	struct slot *slot = &s->slots[number];
	struct line *l = &s->lines[slot->line];
	struct top_line *t = &s->top_lines[slot->line];
	uint64_t before = t->stamps;

	read_names(s, rec, slot);
	/* without links nothing comes any more */
	s->runs += figures_read(t, rec, &slot->seen, s->epoch - 1, !s->n_links, &l->busy);
	if (t->stamps != before && !l->told)
		t->state = "active";
}

/* a key of which a later provider's line has another record: nothing comes to this one */
static bool orphaned(const struct source *s, uint32_t slot)
{
	return READ(s->bpf->bss->slot_of_key[s->records[slot].key]) != slot + 1;
}

static void free_slot(struct source *s, uint32_t slot)
{
	memset(&s->slots[slot], 0, sizeof(s->slots[slot]));
	memset(&s->records[slot], 0, sizeof(s->records[slot]));
	bpf_map_update_elem(bpf_map__fd(s->bpf->maps.free_slots), NULL, &slot, 0);
}

static void read_lines(struct source *s, double elapsed)
{
	uint32_t n = slots_used(s);

	for (int i = 0; i < s->n_lines; i++) {
		if (s->lines[i].busy)
			figures_begin(&s->top_lines[i]);
		s->lines[i].busy = false;
	}
	for (uint32_t slot = 0; slot < n; slot++) {
		const struct htetop_line *rec = &s->records[slot];
		bool last;

		if (!__atomic_load_n(&rec->claimed, __ATOMIC_ACQUIRE))
			continue;
		last = orphaned(s, slot);
		if (!s->slots[slot].used) {
			s->slots[slot].used = true;
			s->slots[slot].line = add_line(s, chip_of_record(s, rec), rec->line);
		}
		read_record(s, slot);
		if (last)
			free_slot(s, slot);
	}
	for (int i = 0; i < s->n_lines; i++) {
		if (s->top_chips[s->lines[i].chip].gone)
			s->top_lines[i].state = "gone";
		if (s->lines[i].busy)
			figures_finish(&s->top_lines[i], elapsed);
	}
}

/* a name in which a pattern's signs stand matches itself all the same */
static bool matches(const char **patterns, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(patterns[i], name) || !fnmatch(patterns[i], name, 0))
			return true;
	return !n;
}

static bool wanted(const struct config *cfg, const struct top_line *t)
{
	bool in = !cfg->n_lines;

	for (int i = 0; i < cfg->n_lines && !in; i++)
		in = t->line >= cfg->lines[i].first && t->line <= cfg->lines[i].last;
	return in && matches(cfg->chips, cfg->n_chips, t->chip->name) &&
	       matches(cfg->consumers, cfg->n_consumers, t->consumer);
}

static void pick_lines(struct source *s, struct top_model *m)
{
	const struct config *cfg = s->cfg;

	m->lines = s->top_lines;
	m->n_lines = s->n_lines;
	if (!cfg->n_chips && !cfg->n_lines && !cfg->n_consumers)
		return;
	if (s->picked_room < s->n_lines) {
		s->picked_room = s->line_room;
		s->picked = grown(s->picked, s->picked_room, sizeof(*s->picked));
	}
	m->lines = s->picked;
	m->n_lines = 0;
	for (int i = 0; i < s->n_lines; i++)
		if (wanted(cfg, &s->top_lines[i]))
			s->picked[m->n_lines++] = s->top_lines[i];
}

static double own_cpu(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u))
		return 0;
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void reckon(struct source *s, struct top_model *m)
{
	uint64_t other = READ(s->bpf->bss->other_runs);
	double cpu = own_cpu();
	struct bpf_cost now;

	bpf_tool_cost(s->bpf->obj, &now);
	m->events = s->runs + other - s->other_runs;
	s->runs = 0;
	m->cost_ns = now.runs > s->cost.runs ? now.ns - s->cost.ns : 0;
	m->cpu = (cpu - s->cpu_s) / m->interval_s;
	s->other_runs = other;
	s->cost = now;
	s->cpu_s = cpu;
}

/* all that has been read was before */
static void restart_totals(struct source *s)
{
	for (int i = 0; i < s->n_lines; i++)
		figures_restart(&s->top_lines[i]);
	for (int i = 0; i < s->n_chips; i++)
		s->top_chips[i].fifo_lost = 0;
	s->untracked_base = READ(s->bpf->bss->untracked);
	s->missed_base = s->cost.missed;
	s->restart = false;
}

static void tell_chips(struct source *s, struct top_model *m)
{
	s->told_chips = grown(s->told_chips, s->n_chips + 1, sizeof(*s->told_chips));
	for (int i = 0; i < s->n_chips; i++)
		s->told_chips[i] = s->top_chips[i];
	for (int i = 0; i < s->n_lines; i++)
		s->top_lines[i].chip = &s->told_chips[s->lines[i].chip];
	m->chips = s->told_chips;
	m->n_chips = s->n_chips;
}

int source_take(struct source *s, struct top_model *m)
{
	int64_t now = time_mono_ns();
	double elapsed = (now - s->taken_ns) / 1e9;

	memset(m, 0, sizeof(*m));
	m->mono_ns = now;
	m->real_ns = time_mono_to_real(now);
	m->interval_s = elapsed > 0 ? elapsed : 1e-9;
	s->taken_ns = now;
	source_tick(s);
	look_for_lines(s);
	/* from here on the interval's maxima stand still */
	s->epoch++;
	s->bpf->bss->epoch_tag = s->epoch << EPOCH_SHIFT;
	read_lines(s, m->interval_s);
	for (int i = 0; i < s->n_chips; i++)
		if (!s->top_chips[i].gone)
			read_fifo(s, i);
	if (s->unsorted)
		sort_lines(s);
	reckon(s, m);
	if (s->restart)
		restart_totals(s);
	m->untracked = READ(s->bpf->bss->untracked) - s->untracked_base;
	m->missed = s->cost.missed - s->missed_base;
	tell_chips(s, m);
	pick_lines(s, m);
	return 0;
}

void source_reset(struct source *s)
{
	s->restart = true;
}

/* ---- start and stop ---- */

static int start_bpf(struct source *s)
{
	uint32_t n = s->cfg->max_lines;
	int err;

	s->raw = s->cfg->raw_tp;
	if (!s->raw && !bpf_tool_has_btf(MODULE)) {
		s->raw = true;
		if (s->cfg->common.verbose)
			err_say(0, NULL, "no BTF of %s to be had: raw tracepoints", MODULE);
	}
	s->bpf = htetop_bpf__open();
	if (!s->bpf)
		return err_say(errno, NULL, "cannot open the BPF object");
	s->bpf->rodata->max_lines = n;
	bpf_map__set_max_entries(s->bpf->maps.lines, n);
	bpf_map__set_max_entries(s->bpf->maps.free_slots, n);
	bpf_tool_pick(s->bpf->obj, s->raw);
	err = bpf_tool_load(s->bpf->skeleton);
	if (err)
		return err;
	s->records_size = (size_t)n * sizeof(*s->records);
	s->records = mmap(NULL, s->records_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_map__fd(s->bpf->maps.lines), 0);
	if (s->records == MAP_FAILED) {
		s->records = NULL;
		return err_say(errno, "ask for fewer lines", "cannot map the lines' records");
	}
	s->epoch = 1;
	s->bpf->bss->epoch_tag = s->epoch << EPOCH_SHIFT;
	return bpf_tool_attach(s->bpf->obj, MODULE, NULL, s->links, &s->n_links, MAX_LINKS);
}

struct source *source_open(const struct config *cfg)
{
	struct source *s;

	if (bpf_tool_allowed(MODULE))
		return NULL;
	if (!engine_readable())
		err_say(0, "mount -t debugfs none /sys/kernel/debug, and run it as root",
			"cannot read " ENGINE_DIR ", so neither clocks nor older names are known");
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->cfg = cfg;
	s->pace = cfg->common.interval ?: 1;
	if (s->pace > SOURCE_TICK_S)
		s->pace = SOURCE_TICK_S;
	s->slots = calloc(cfg->max_lines, sizeof(*s->slots));
	if (!s->slots)
		abort();
	/* a first reading of the clocks; until the second there is time enough to tell rates */
	look_for_chips(s);
	source_tick(s);
	if (start_bpf(s)) {
		source_close(s);
		return NULL;
	}
	s->chip_events = s->bpf->bss->chip_events - 1;
	source_tick(s);
	look_for_lines(s);
	bpf_tool_cost(s->bpf->obj, &s->cost);
	s->cpu_s = own_cpu();
	s->taken_ns = time_mono_ns();
	return s;
}

bool source_is_raw(const struct source *s)
{
	return s->raw;
}

void source_stop(struct source *s)
{
	bpf_tool_detach(s->links, s->n_links);
	s->n_links = 0;
	/* one may still be running on another CPU; this waits until it has ended */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

void source_close(struct source *s)
{
	bpf_tool_detach(s->links, s->n_links);
	for (int i = 0; i < s->n_chips; i++) {
		if (s->chips[i].clock >= 0)
			close(s->chips[i].clock);
		free(s->chips[i].line);
	}
	if (s->records)
		munmap(s->records, s->records_size);
	htetop_bpf__destroy(s->bpf);
	free(s->top_chips);
	free(s->told_chips);
	free(s->chips);
	free(s->top_lines);
	free(s->lines);
	free(s->slots);
	free(s->picked);
	free(s);
}
