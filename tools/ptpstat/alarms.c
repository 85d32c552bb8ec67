// SPDX-License-Identifier: GPL-2.0
/*
 * Alarms: reads BPF's hash of open files and gives back the entries of files that are
 * closed. Only of those: no alarm of them fires any more, so nothing counts in an entry
 * that is taken away.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "alarms.h"
#include "clocks.h"
#include "out.h"

/* so many closed files keep a row each; of the others those of one process name share one */
#define ENDED_ROWS 128

int alarms_init(struct alarms *as, int map_fd, int cpus)
{
	memset(as, 0, sizeof(*as));
	as->map_fd = map_fd;
	as->cpus = cpus;
	as->buf = calloc(cpus, sizeof(*as->buf));
	return as->buf ? 0 : -ENOMEM;
}

static struct alarm_row *row_of(struct alarms *as, const struct ptp_alarm_key *key)
{
	struct alarm_row *v;

	for (int i = 0; i < as->n; i++)
		if (!as->v[i].gone && !memcmp(&as->v[i].key, key, sizeof(*key)))
			return &as->v[i];
	if (as->n == as->room) {
		as->room = as->room * 2 + 16;
		v = reallocarray(as->v, as->room, sizeof(*v));
		if (!v)
			abort();
		as->v = v;
	}
	v = &as->v[as->n++];
	memset(v, 0, sizeof(*v));
	v->key = *key;
	v->prev = calloc(as->cpus, sizeof(*v->prev));
	if (!v->prev)
		abort();
	return v;
}

/* what the CPUs' figures grew by becomes now, and total grows by it */
static void update(struct alarms *as, struct alarm_row *r, uint64_t epoch)
{
	struct alarm_figures *f = &r->now, *t = &r->total;
	uint64_t max;

	memset(f, 0, sizeof(*f));
	r->closed = false;
	for (int i = 0; i < as->cpus; i++) {
		const struct ptp_alarmstat *new = &as->buf[i], *old = &r->prev[i];

		f->fired += new->fired - old->fired;
		f->overruns += new->overruns - old->overruns;
		f->late_sum_ns += new->late_sum_ns - old->late_sum_ns;
		max = epoch_max(new->late_max[epoch & 1], epoch);
		if (max > f->late_max_ns)
			f->late_max_ns = max;
		hist_add_delta(&f->late, new->late, old->late);
		r->closed |= new->closed;
		if (new->tgid) {
			r->tgid = new->tgid;
			memcpy(r->comm, new->comm, PTPSTAT_COMM);
		}
	}
	memcpy(r->prev, as->buf, as->cpus * sizeof(*as->buf));
	t->fired += f->fired;
	t->overruns += f->overruns;
	t->late_sum_ns += f->late_sum_ns;
	if (f->late_max_ns > t->late_max_ns)
		t->late_max_ns = f->late_max_ns;
	hist_merge(&t->late, &f->late);
}

static int by_clock_and_reader(const void *a, const void *b)
{
	const struct alarm_row *x = a, *y = b;

	if (x->key.slot != y->key.slot)
		return x->key.slot < y->key.slot ? -1 : 1;
	return x->key.reader < y->key.reader ? -1 : x->key.reader > y->key.reader;
}

/* the oldest of the closed ones beyond the limit: into the row of their owner's name */
static void merge_closed(struct alarms *as)
{
	struct alarm_row *r, *into;
	int kept = 0;

	for (int i = 0; i < as->n; i++) {
		r = &as->v[i];
		if (!r->gone || !r->key.reader || as->ended - r->gone_at < ENDED_ROWS)
			continue;
		into = NULL;
		for (int k = 0; k < as->n && !into; k++)
			if (as->v[k].gone && !as->v[k].key.reader &&
			    as->v[k].key.slot == r->key.slot && !strcmp(as->v[k].comm, r->comm))
				into = &as->v[k];
		if (!into) {
			r->key.reader = 0;
			continue;
		}
		into->total.fired += r->total.fired;
		into->total.overruns += r->total.overruns;
		into->total.late_sum_ns += r->total.late_sum_ns;
		if (r->total.late_max_ns > into->total.late_max_ns)
			into->total.late_max_ns = r->total.late_max_ns;
		hist_merge(&into->total.late, &r->total.late);
		r->merged = true;
	}
	for (int i = 0; i < as->n; i++)
		if (!as->v[i].merged)
			as->v[kept++] = as->v[i];
	as->n = kept;
}

void alarms_harvest(struct alarms *as, uint64_t epoch)
{
	struct ptp_alarm_key key, *prev = NULL;
	struct alarm_row *r;

	for (int i = 0; i < as->n; i++)
		memset(&as->v[i].now, 0, sizeof(as->v[i].now));
	merge_closed(as);
	while (!bpf_map_get_next_key(as->map_fd, prev, &key)) {
		if (!bpf_map_lookup_elem(as->map_fd, &key, as->buf))
			update(as, row_of(as, &key), epoch);
		prev = &key;
	}
	for (int i = 0; i < as->n; i++) {
		r = &as->v[i];
		if (r->gone || !r->closed || r->now.fired || r->now.overruns)
			continue;
		/* what was counted between the look at the first CPU and that at the last */
		if (!bpf_map_lookup_elem(as->map_fd, &r->key, as->buf))
			update(as, r, epoch);
		bpf_map_delete_elem(as->map_fd, &r->key);
		free(r->prev);
		r->prev = NULL;
		r->gone = true;
		r->gone_at = as->ended++;
	}
	qsort(as->v, as->n, sizeof(*as->v), by_clock_and_reader);
}

void alarms_free(struct alarms *as)
{
	for (int i = 0; i < as->n; i++)
		free(as->v[i].prev);
	free(as->v);
	free(as->buf);
}
