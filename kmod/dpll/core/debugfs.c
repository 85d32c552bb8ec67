// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/dpll:
 *
 *	pins			every pin that users see, and its network devices
 *	<device id>/lock_history	the last 64 transitions
 *	<device id>/stats	time in each status, holdovers, notifications, callbacks,
 *				broken rules
 *	<device id>/poll_ms	how often to look at the lock status, 0 never; may be written
 */
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include <chs/seq_name.h>

#include "private.h"

static const char *const status_names[DPLL_N_STATUS] = {
	"-", "unlocked", "locked", "locked-ho-acq", "holdover",
};

static const char *const seen_names[] = {
	"register", "get", "dump", "ntf", "poll", "set",
};

static const char *const violation_names[DPLL_N_VIOLATIONS] = {
	"two-connected", "connected-unlocked", "selectable-manual",
};

static struct dentry *dpll_root;

static void show_actor(struct seq_file *seq, const struct dpll_actor *actor, u64 at_ns)
{
	seq_printf(seq, " %d ", actor->pid);
	chs_seq_name(seq, actor->comm, sizeof(actor->comm));
	seq_printf(seq, " %llu\n", at_ns - min(at_ns, actor->at_ns));
}

static int lock_history_show(struct seq_file *seq, void *unused)
{
	struct dpll_device *dpll = seq->private;
	const struct dpll_history *h = &dpll->history;
	u32 i;

	seq_puts(seq, "mono_ns real_ns from to error dwell_ns seen_by actor_pid actor_comm actor_age_ns\n");
	dpll_device_acquire(dpll);
	i = h->n_ring > DPLL_HISTORY ? h->n_ring - DPLL_HISTORY : 0;
	for (; i < h->n_ring; i++) {
		const struct dpll_transition *t = &h->ring[i % DPLL_HISTORY];

		seq_printf(seq, "%llu %lld %s %s %u %llu %s", t->at_ns, t->real_ns,
			   status_names[t->from], status_names[t->to], t->error, t->dwell_ns,
			   seen_names[t->seen_by]);
		if (t->actor.at_ns)
			show_actor(seq, &t->actor, t->at_ns);
		else
			seq_puts(seq, " 0 - 0\n");
	}
	dpll_device_release(dpll, NULL);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lock_history);

static int stats_show(struct seq_file *seq, void *unused)
{
	struct dpll_device *dpll = seq->private;
	const struct dpll_history *h = &dpll->history;
	u64 now = ktime_get_ns();
	int i;

	dpll_device_acquire(dpll);
	now = max(now, h->since_ns);
	seq_printf(seq, "lock_status %s\ntransitions %llu\n", status_names[h->status], h->n);
	for (i = DPLL_LOCK_STATUS_UNLOCKED; i < DPLL_N_STATUS; i++)
		seq_printf(seq, "time_%s_ns %llu\n", status_names[i],
			   h->in_ns[i] + (h->status == i ? now - h->since_ns : 0));
	seq_printf(seq, "holdovers %llu\nholdover_last_ns %llu\nholdover_longest_ns %llu\n",
		   h->holdovers,
		   h->status == DPLL_LOCK_STATUS_HOLDOVER ? now - h->since_ns : h->holdover_last_ns,
		   h->status == DPLL_LOCK_STATUS_HOLDOVER ?
		   max(now - h->since_ns, h->holdover_max_ns) : h->holdover_max_ns);
	seq_printf(seq, "notifications %lld\nnotifications_failed %lld\n",
		   atomic64_read(&dpll->sent), atomic64_read(&dpll->failed));
	seq_printf(seq, "callbacks %llu\ncallbacks_failed %llu\n", dpll->op_calls, dpll->op_errors);
	for (i = 0; i < DPLL_N_VIOLATIONS; i++)
		seq_printf(seq, "%s %llu\n", violation_names[i], dpll->violations[i]);
	dpll_device_release(dpll, NULL);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int poll_ms_get(void *data, u64 *ms)
{
	struct dpll_device *dpll = data;

	*ms = READ_ONCE(dpll->poll_ms);
	return 0;
}

/* one writer at a time: whoever stops the poll must not stop another one's */
static int poll_ms_set(void *data, u64 ms)
{
	static DEFINE_MUTEX(writer);

	if (ms > INT_MAX)
		return -ERANGE;
	mutex_lock(&writer);
	dpll_poll_every(data, ms);
	mutex_unlock(&writer);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(poll_ms_fops, poll_ms_get, poll_ms_set, "%llu\n");

static int pins_show(struct seq_file *seq, void *unused)
{
	int srcu = srcu_read_lock(&dpll_srcu);
	struct dpll_pin *pin;
	unsigned long i;

	seq_puts(seq, "id idx clock_id module label notifications failed netdevs\n");
	xa_for_each_marked(&dpll_pins, i, pin, DPLL_VISIBLE) {
		seq_printf(seq, "%u %u 0x%016llx ", pin->id, pin->idx, pin->clock_id);
		chs_seq_name(seq, pin->module_name, sizeof(pin->module_name));
		seq_putc(seq, ' ');
		chs_seq_name(seq, dpll_pin_label(pin), SIZE_MAX);
		seq_printf(seq, " %lld %lld", atomic64_read(&pin->sent),
			   atomic64_read(&pin->failed));
		dpll_netdev_show(seq, pin);
		seq_putc(seq, '\n');
	}
	srcu_read_unlock(&dpll_srcu, srcu);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(pins);

/**
 * dpll_debugfs_add() - make a device's folder
 * @dpll: device
 */
void dpll_debugfs_add(struct dpll_device *dpll)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", dpll->id);
	dpll->dir = debugfs_create_dir(name, dpll_root);
	debugfs_create_file("lock_history", 0444, dpll->dir, dpll, &lock_history_fops);
	debugfs_create_file("stats", 0444, dpll->dir, dpll, &stats_fops);
	debugfs_create_file_unsafe("poll_ms", 0644, dpll->dir, dpll, &poll_ms_fops);
}

/**
 * dpll_debugfs_remove() - take it away; waits for readers
 * @dpll: device
 */
void dpll_debugfs_remove(struct dpll_device *dpll)
{
	debugfs_remove_recursive(dpll->dir);
	dpll->dir = NULL;
}

void __init dpll_debugfs_init(void)
{
	dpll_root = debugfs_create_dir("dpll", NULL);
	debugfs_create_file("pins", 0444, dpll_root, NULL, &pins_fops);
}

void dpll_debugfs_exit(void)
{
	debugfs_remove_recursive(dpll_root);
}
