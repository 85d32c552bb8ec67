// SPDX-License-Identifier: GPL-2.0
/*
 * -p: reads BPF's per-process hash and gives back the entries of processes that have
 * ended. Only of those: nobody counts in them any more, whereas an entry that is taken
 * away under a program that runs goes to another key with the rest of its figures.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "procs.h"

/* so many ended processes keep a row each; of the others those of one name share one */
#define ENDED_ROWS 256

int procs_init(struct procs *ps, int map_fd, int cpus, bool same_pids)
{
	memset(ps, 0, sizeof(*ps));
	ps->map_fd = map_fd;
	ps->cpus = cpus;
	ps->same_pids = same_pids;
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

/* in our own pid namespace; in another one nobody is known to have ended */
static bool has_ended(const struct procs *ps, uint32_t tgid)
{
	return ps->same_pids && kill(tgid, 0) && errno == ESRCH;
}

/* the oldest of the ended ones beyond the limit: into the row of its name */
static void merge_ended(struct procs *ps)
{
	struct proc_row *r, *into;
	int n = 0, kept = 0;

	for (int i = 0; i < ps->n; i++)
		n += ps->v[i].gone && ps->v[i].key.tgid;
	if (n <= ENDED_ROWS)
		return;
	for (int i = 0; i < ps->n; i++) {
		r = &ps->v[i];
		if (!r->gone || !r->key.tgid || ps->ended - r->gone_at < ENDED_ROWS)
			continue;
		into = NULL;
		for (int k = 0; k < ps->n && !into; k++)
			if (k != i && ps->v[k].gone && !ps->v[k].key.tgid &&
			    ps->v[k].key.slot == r->key.slot && ps->v[k].key.op == r->key.op &&
			    !strcmp(ps->v[k].comm, r->comm))
				into = &ps->v[k];
		if (!into) {
			/* the first of its name: no process any more, but all of them */
			r->key.tgid = 0;
			continue;
		}
		into->all_count += r->all_count;
		into->all_errors += r->all_errors;
		into->all_sum_ns += r->all_sum_ns;
		r->all_count = 0;
	}
	for (int i = 0; i < ps->n; i++)
		if (!ps->v[i].gone || ps->v[i].all_count)
			ps->v[kept++] = ps->v[i];
	ps->n = kept;
}

void procs_harvest(struct procs *ps)
{
	struct ptp_proc_key key, *prev = NULL;
	struct proc_row *r;

	for (int i = 0; i < ps->n; i++) {
		r = &ps->v[i];
		r->count = r->errors = r->sum_ns = 0;
	}
	merge_ended(ps);
	while (!bpf_map_get_next_key(ps->map_fd, prev, &key)) {
		if (!bpf_map_lookup_elem(ps->map_fd, &key, ps->buf))
			update(ps, row_of(ps, &key));
		prev = &key;
	}
	for (int i = 0; i < ps->n; i++) {
		r = &ps->v[i];
		if (r->gone || r->count || !has_ended(ps, r->key.tgid))
			continue;
		/* what it did between the look at its figures and its end */
		if (!bpf_map_lookup_elem(ps->map_fd, &r->key, ps->buf))
			update(ps, r);
		bpf_map_delete_elem(ps->map_fd, &r->key);
		r->gone = true;
		r->gone_at = ps->ended++;
	}
	qsort(ps->v, ps->n, sizeof(*ps->v), by_clock_and_count);
}

void procs_free(struct procs *ps)
{
	free(ps->v);
	free(ps->buf);
}
