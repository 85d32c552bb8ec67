// SPDX-License-Identifier: GPL-2.0
/* Alarms: reads BPF's hash of open files and gives entries back that have gone quiet. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "alarms.h"
#include "clocks.h"
#include "out.h"

/* after so many intervals without an expiration an entry's room is given back */
#define QUIET_LIMIT 10

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
	for (int i = 0; i < as->cpus; i++) {
		const struct ptp_alarmstat *new = &as->buf[i], *old = &r->prev[i];

		f->fired += new->fired - old->fired;
		f->overruns += new->overruns - old->overruns;
		f->late_sum_ns += new->late_sum_ns - old->late_sum_ns;
		max = epoch_max(new->late_max[epoch & 1], epoch);
		if (max > f->late_max_ns)
			f->late_max_ns = max;
		hist_add_delta(&f->late, new->late, old->late);
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

void alarms_harvest(struct alarms *as, uint64_t epoch)
{
	struct ptp_alarm_key key, *prev = NULL;
	struct alarm_row *r;

	while (!bpf_map_get_next_key(as->map_fd, prev, &key)) {
		if (!bpf_map_lookup_elem(as->map_fd, &key, as->buf))
			update(as, row_of(as, &key), epoch);
		prev = &key;
	}
	for (int i = 0; i < as->n; i++) {
		r = &as->v[i];
		if (r->gone) {
			memset(&r->now, 0, sizeof(r->now));
			continue;
		}
		r->quiet = r->now.fired || r->now.overruns ? 0 : r->quiet + 1;
		if (r->quiet < QUIET_LIMIT)
			continue;
		/* takes the last figures with it, so that no expiration falls between */
		if (!bpf_map_lookup_and_delete_elem(as->map_fd, &r->key, as->buf))
			update(as, r, epoch);
		r->gone = true;
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
