// SPDX-License-Identifier: GPL-2.0
/* -p: reads BPF's per-process hash and gives entries back that have gone quiet. */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "procs.h"

/* after so many intervals without a call an entry's room is given back */
#define QUIET_LIMIT 10

int procs_init(struct procs *ps, int map_fd, int cpus)
{
	memset(ps, 0, sizeof(*ps));
	ps->map_fd = map_fd;
	ps->cpus = cpus;
	ps->buf = calloc(cpus, sizeof(*ps->buf));
	return ps->buf ? 0 : -ENOMEM;
}

static struct proc_row *row_of(struct procs *ps, const struct ptp_proc_key *key)
{
	struct proc_row *v;

	for (int i = 0; i < ps->n; i++)
		if (!ps->v[i].gone && !memcmp(&ps->v[i].key, key, sizeof(*key)))
			return &ps->v[i];
	if (ps->n == ps->room) {
		ps->room = ps->room * 2 + 16;
		v = reallocarray(ps->v, ps->room, sizeof(*v));
		if (!v)
			abort();
		ps->v = v;
	}
	v = &ps->v[ps->n++];
	memset(v, 0, sizeof(*v));
	v->key = *key;
	return v;
}

/* sums the CPUs' figures; the row's all_* become them, count etc. the growth */
static void update(struct procs *ps, struct proc_row *r)
{
	uint64_t count = 0, errors = 0, sum = 0;

	for (int i = 0; i < ps->cpus; i++) {
		count += ps->buf[i].count;
		errors += ps->buf[i].errors;
		sum += ps->buf[i].sum_ns;
		if (!r->comm[0] && ps->buf[i].comm[0])
			memcpy(r->comm, ps->buf[i].comm, PTPSTAT_COMM);
	}
	r->count = count - r->all_count;
	r->errors = errors - r->all_errors;
	r->sum_ns = sum - r->all_sum_ns;
	r->all_count = count;
	r->all_errors = errors;
	r->all_sum_ns = sum;
}

static int by_clock_and_count(const void *a, const void *b)
{
	const struct proc_row *x = a, *y = b;

	if (x->key.slot != y->key.slot)
		return x->key.slot < y->key.slot ? -1 : 1;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return x->all_count > y->all_count ? -1 : x->all_count < y->all_count;
}

void procs_harvest(struct procs *ps)
{
	struct ptp_proc_key key, *prev = NULL;
	struct proc_row *r;

	while (!bpf_map_get_next_key(ps->map_fd, prev, &key)) {
		if (!bpf_map_lookup_elem(ps->map_fd, &key, ps->buf))
			update(ps, row_of(ps, &key));
		prev = &key;
	}
	for (int i = 0; i < ps->n; i++) {
		r = &ps->v[i];
		if (r->gone) {
			r->count = r->errors = r->sum_ns = 0;
			continue;
		}
		r->quiet = r->count ? 0 : r->quiet + 1;
		if (r->quiet < QUIET_LIMIT)
			continue;
		/* takes the last figures with it, so that no call falls between */
		if (!bpf_map_lookup_and_delete_elem(ps->map_fd, &r->key, ps->buf))
			update(ps, r);
		r->gone = true;
	}
	qsort(ps->v, ps->n, sizeof(*ps->v), by_clock_and_count);
}

void procs_free(struct procs *ps)
{
	free(ps->v);
	free(ps->buf);
}
