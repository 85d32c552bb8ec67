// SPDX-License-Identifier: GPL-2.0
/*
 * Alarms: open files ask to be told when a clock shows a time. The interface is in
 * <uapi/linux/chs_ptp.h>.
 *
 * All armed alarms of a clock stand in one queue, ordered by when they are due in
 * the clock's own time. A thread, made with the clock's first alarm, is woken by a
 * backend, reads the clock, lets everything expire that is due, and sets the backend
 * for the earliest that is left:
 *
 *	hardware	the driver's alarm(), which reports PTP_CLOCK_ALARM
 *	software	a timer on CLOCK_MONOTONIC, if there is no other or it fails
 *
 * A backend is a hint. What counts is the clock as read by the thread, so that
 * nothing expires early, whatever the clock's rate does meanwhile. The timer is set
 * by an estimate of that rate, and a long way to go is made in shorter steps.
 *
 * Neither a short interval nor a clock that stands still or jumps about can make
 * the thread spin: after a pass in which something expired it rests (alarm_gap_us,
 * or as long as the pass took), and what falls due meanwhile is folded into one
 * expiration; while the clock lags behind its estimate it rests longer and longer. All
 * threads share one budget (alarm_cpu_percent), see charge_thread().
 *
 * Signals: modules cannot send one to a process, only to a thread, and cannot have
 * one that is queued ahead of time. See send_signal().
 */
#include <linux/eventfd.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include <uapi/linux/chs_ptp.h>

#include "alarm_math.h"
#include "private.h"

#include <trace/events/ptp.h>

static unsigned int max_alarms_per_file = 32;
module_param(max_alarms_per_file, uint, 0644);
MODULE_PARM_DESC(max_alarms_per_file, "alarms that an open file may have");

static unsigned int alarm_gap_us = 50;
module_param(alarm_gap_us, uint, 0644);
MODULE_PARM_DESC(alarm_gap_us, "shortest time between two expirations, us");

static unsigned int alarm_cpu_percent = 25;
module_param(alarm_cpu_percent, uint, 0644);
MODULE_PARM_DESC(alarm_cpu_percent, "share of one processor for the alarms of all clocks");

/* see ALARM_FAR too */
#define ALARM_NEAR     (10 * NSEC_PER_MSEC) /* what is nearer than this is slept in one go */
#define ALARM_RETRY    (10 * NSEC_PER_MSEC) /* until a clock that cannot be read is read again */
#define ALARM_POSTPONE NSEC_PER_MSEC	    /* while the owner is in the middle of an exec */
#define RATE_FIRST     (8 * NSEC_PER_MSEC)   /* shortest base of an estimate, if it is the first */
#define RATE_BASE      (250 * NSEC_PER_MSEC) /* and later */
#define RATE_OLD       (30 * NSEC_PER_SEC)   /* a base that tells nothing any more */
#define BUDGET_BURST   (5 * NSEC_PER_MSEC)   /* processor time that threads may take at once */

enum alarm_cancel { CANCEL_DELETED, CANCEL_CLOSED, CANCEL_CLOCK, CANCEL_EXEC, CANCEL_DISARMED };
enum alarm_overrun { OVERRUN_PENDING, OVERRUN_NO_ROOM };

#define TRACE_HARDWARE 2 /* in the flags of ptp_alarm_arm, beside PTP_ALARM_ABSTIME */

/* one reading of the clock: what it showed, and at which ns of CLOCK_MONOTONIC */
struct alarm_reading {
	s64 phc;
	s64 mono;
};

/**
 * struct ptp_alarm - one alarm; all of it under &ptp_alarms.mutex
 * @node: in &ptp_alarms.queue; its time is @due, or later if it was postponed
 * @due: when it expires, ns of the clock
 * @of_clock: in &ptp_alarms.all
 * @of_reader: in &ptp_reader.alarms
 * @reader: the file that made it
 * @user: whom it counts against
 * @id: unlike any other alarm's of any clock: a signal bears it as si_tid
 * @notify: PTP_ALARM_NOTIFY_*
 * @armed: it is in the queue
 * @relative: it was set as a distance, which steps of the clock do not change
 * @interval: ns between expirations, 0 for one only
 * @anchor: reading of the clock by which a relative one was set
 * @fired: notifications
 * @overruns: expirations without one
 * @last_overruns: of these, what belongs to the last notification
 * @accepted_overruns: SIGNAL: likewise of the notification before it
 * @carry: of these, what the next notification will account for
 * @lateness: of the last notification
 * @max_lateness: the largest
 * @eventfd: EVENTFD
 * @signo: SIGNAL
 * @to_thread: SIGNAL: to @thread alone, else to any of @process
 * @value: SIGNAL: si_value
 * @process: the thread group that made it
 * @thread: the thread that is meant, or that made it
 * @exec_id: the program that made it: a later exec has another number
 * @pid: @process as a number, for the books
 * @comm: its name, likewise
 */
struct ptp_alarm {
	struct timerqueue_node node;
	s64 due;
	struct list_head of_clock;
	struct list_head of_reader;
	struct ptp_reader *reader;
	struct ptp_user *user;
	u32 id;
	u32 notify;
	bool armed;
	bool relative;
	s64 interval;
	struct alarm_reading anchor;
	u64 fired;
	u64 overruns;
	u64 last_overruns;
	u64 accepted_overruns;
	u64 carry;
	s64 lateness;
	s64 max_lateness;
	struct eventfd_ctx *eventfd;
	int signo;
	bool to_thread;
	u64 value;
	struct pid *process;
	struct pid *thread;
	u64 exec_id;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/* what the threads of all clocks may use, see charge_thread() */
static DEFINE_SPINLOCK(budget_lock); /* guards budget_paid; inside &ptp_alarms.mutex */
static s64 budget_paid;

static DEFINE_XARRAY_ALLOC1(alarm_ids);
static u32 next_alarm_id;

static struct ptp_alarm *first_alarm(struct ptp_alarms *alarms)
{
	struct timerqueue_node *node = timerqueue_getnext(&alarms->queue);

	return node ? container_of(node, struct ptp_alarm, node) : NULL;
}

/* ---- the clock's rate ---- */

/* A clock that was dialed anew runs at another rate at once. */
static void follow_dial(struct ptp_clock *ptp)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	long dialed = READ_ONCE(ptp->dialed_frequency);

	if (alarms->mult && alarms->dialed == dialed)
		return;
	/* not known yet: nominal, and dialed to 0 */
	alarms->mult = alarm_redial(alarms->mult ?: ALARM_RATE_ONE, alarms->dialed, dialed);
	alarms->dialed = dialed;
	alarms->rate_known = false;
	alarms->base_known = false;
}

static void learn_rate(struct ptp_clock *ptp, const struct alarm_reading *now, unsigned int steps)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	s64 mono = now->mono - alarms->base_mono, phc = alarm_sub(now->phc, alarms->base_phc);
	u64 mult;

	follow_dial(ptp);
	if (alarms->base_steps != steps)
		alarms->base_known = false;
	if (alarms->base_known && mono < (alarms->rate_known ? RATE_BASE : RATE_FIRST))
		return;
	if (alarms->base_known && mono < RATE_OLD && phc > 0) {
		mult = div64_u64((u64)mono << ALARM_RATE_SHIFT, phc);
		/* one that makes no sense comes from a step that nobody told us of */
		if (mult > alarms->mult / 4 && mult < alarms->mult * 4 && mult > ALARM_RATE_MIN &&
		    mult < ALARM_RATE_MAX) {
			alarms->mult = mult;
			alarms->rate_known = true;
			if (mono < RATE_BASE)
				return;
		}
	}
	alarms->base_phc = now->phc;
	alarms->base_mono = now->mono;
	alarms->base_steps = steps;
	alarms->base_known = true;
}

static int read_clock(struct ptp_clock *ptp, struct alarm_reading *now)
{
	unsigned int steps = READ_ONCE(ptp->alarms.steps);
	struct timespec64 ts;
	s64 before;
	int err;

	lockdep_assert_held(&ptp->alarms.mutex);
	before = ktime_get_ns();
	err = ptp_op_gettime(&ptp->clock, &ts);
	if (err)
		return err;
	now->mono = before + (ktime_get_ns() - before) / 2;
	now->phc = timespec64_to_ns(&ts);
	learn_rate(ptp, now, steps);
	return 0;
}

/* ---- backends ---- */

/**
 * ptp_alarm_kick() - let the thread look at the clock, as soon as it may
 * @ptp: the clock; may be without a thread, or going away
 *
 * A thread that may not do anything yet is not woken: it would cost what its passes are
 * kept from costing.
 *
 * Context: any, hard interrupts included.
 */
void ptp_alarm_kick(struct ptp_clock *ptp)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	unsigned long flags;
	s64 next_pass;

	raw_spin_lock_irqsave(&alarms->kick_lock, flags);
	next_pass = READ_ONCE(alarms->next_pass);
	if (alarms->worker && next_pass > (s64)ktime_get_ns())
		hrtimer_start(&alarms->timer, ns_to_ktime(next_pass), HRTIMER_MODE_ABS_HARD);
	else if (alarms->worker)
		kthread_queue_work(alarms->worker, &alarms->work);
	raw_spin_unlock_irqrestore(&alarms->kick_lock, flags);
}

/**
 * ptp_alarm_event() - the driver's alarm has gone off
 * @ptp: the clock
 *
 * Context: any, hard interrupts included.
 */
void ptp_alarm_event(struct ptp_clock *ptp)
{
	WRITE_ONCE(ptp->alarms.rang, true);
	ptp_alarm_kick(ptp);
}

/* set for no sooner than a pass is allowed: no need to look at the time */
static enum hrtimer_restart alarm_timer(struct hrtimer *timer)
{
	struct ptp_alarms *alarms = container_of(timer, struct ptp_alarms, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&alarms->kick_lock, flags);
	if (alarms->worker)
		kthread_queue_work(alarms->worker, &alarms->work);
	raw_spin_unlock_irqrestore(&alarms->kick_lock, flags);
	return HRTIMER_NORESTART;
}

static bool has_hardware(const struct ptp_clock *ptp)
{
	return ptp->info->alarm && ptp->info->n_alarm > 0 && !ptp->alarms.hardware_failed;
}

static void unload_hardware(struct ptp_clock *ptp)
{
	if (ptp->alarms.loaded)
		ptp_op_alarm(ptp, 0, NULL);
	ptp->alarms.loaded = false;
}

static bool load_hardware(struct ptp_clock *ptp, s64 due)
{
	struct timespec64 when = ns_to_timespec64(due);

	if (!has_hardware(ptp))
		return false;
	if (ptp_op_alarm(ptp, 0, &when)) {
		/* what it holds now, nobody knows */
		ptp->alarms.loaded = true;
		ptp->alarms.hardware_failed = true;
		return false;
	}
	ptp->alarms.loaded = true;
	return true;
}

static s64 rest_of(const struct ptp_alarms *alarms)
{
	s64 gap = (s64)READ_ONCE(alarm_gap_us) * NSEC_PER_USEC;

	return alarms->early < 2 ? 0 : gap << min(alarms->early - 2, 8U);
}

/* Have us woken for the earliest alarm that is left. */
static void set_backend(struct ptp_clock *ptp, const struct alarm_reading *now)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	struct ptp_alarm *first = first_alarm(alarms);
	s64 when, delay, at;

	alarms->expected = 0;
	if (!first) {
		hrtimer_try_to_cancel(&alarms->timer);
		unload_hardware(ptp);
		return;
	}
	when = first->node.expires;
	delay = alarm_mono_of(alarms->mult, alarm_sub(when, now->phc));
	at = now->mono + max(delay, rest_of(alarms));
	/* an alarm that rings before its time is left alone until this one is over */
	if (!alarms->early && at >= alarms->next_pass && load_hardware(ptp, when)) {
		hrtimer_try_to_cancel(&alarms->timer);
		return;
	}
	unload_hardware(ptp);
	if (delay > ALARM_FAR)
		at = now->mono + ALARM_FAR;
	else if (delay > ALARM_NEAR)
		at = now->mono + delay - delay / 8;
	else
		alarms->expected = at;
	at = max(at, alarms->next_pass);
	hrtimer_start(&alarms->timer, ns_to_ktime(at), HRTIMER_MODE_ABS_HARD);
}

/* ---- signals ---- */

enum sent { SENT, STILL_PENDING, NO_ROOM, OWNER_GONE, OWNER_BUSY };

static struct sighand_struct *find_and_lock(struct task_struct *task)
{
	struct sighand_struct *sighand;

	while ((sighand = rcu_dereference(task->sighand))) {
		spin_lock_irq(&sighand->siglock);
		if (likely(sighand == rcu_access_pointer(task->sighand))) {
			__release(&sighand->siglock); /* see lock_signals() */
			return sighand;
		}
		/* exec has given it another in between */
		spin_unlock_irq(&sighand->siglock);
	}
	return NULL;
}

/* rcu_read_lock() held; NULL: the task has ended. Tells sparse what it cannot see. */
static inline struct sighand_struct *lock_signals(struct task_struct *task)
{
	struct sighand_struct *sighand = find_and_lock(task);

	(void)__cond_lock(&sighand->siglock, sighand);
	return sighand;
}

static struct sigqueue *queued_signal(struct sigpending *pending, const struct ptp_alarm *alarm)
{
	struct sigqueue *q;

	list_for_each_entry(q, &pending->list, list)
		if (q->info.si_signo == alarm->signo && q->info.si_code == SI_TIMER &&
		    q->info.si_tid == alarm->id && !(q->flags & SIGQUEUE_PREALLOC))
			return q;
	return NULL;
}

/* during sigtimedwait() the signals that are waited for are not in ->blocked */
static bool lets_in(struct task_struct *task, int signo)
{
	return !(task->flags & PF_EXITING) && !sigismember(&task->blocked, signo);
}

/* The thread that will take the signal: siglock held. NULL: all are exiting. */
static struct task_struct *pick_thread(const struct ptp_alarm *alarm, struct task_struct *leader)
{
	struct task_struct *maker = pid_task(alarm->thread, PIDTYPE_PID), *task, *any = NULL;

	if (maker && !same_thread_group(maker, leader))
		maker = NULL;
	if (maker && lets_in(maker, alarm->signo))
		return maker;
	for_each_thread(leader, task) {
		if (lets_in(task, alarm->signo))
			return task;
		if (!(task->flags & PF_EXITING) && (!any || task == maker))
			any = task;
	}
	return any;
}

/*
 * A thread that lets the signal in must see that there is one. The kernel's own
 * function for it is not exported; this does as much for what we need.
 */
static void alert_thread(struct task_struct *task)
{
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	smp_mb__after_atomic();
	if (READ_ONCE(task->__state) & TASK_INTERRUPTIBLE)
		wake_up_process(task);
	else
		kick_process(task);
}

/*
 * The signal was sent to one thread, but is meant for the process: let it wait where
 * signals of the process wait, so that whichever thread lets it in first takes it,
 * and so that it does not end with the thread.
 */
static void share_signal(const struct ptp_alarm *alarm, struct task_struct *sent_to)
{
	struct sigpending *own = &sent_to->pending, *shared;
	struct sighand_struct *sighand;
	struct task_struct *task;
	struct sigqueue *q, *other;

	rcu_read_lock();
	sighand = lock_signals(sent_to);
	if (!sighand)
		goto unlock_rcu;
	q = queued_signal(own, alarm);
	if (!q)
		goto unlock;
	shared = &sent_to->signal->shared_pending;
	list_move_tail(&q->list, &shared->list);
	sigaddset(&shared->signal, alarm->signo);
	list_for_each_entry(other, &own->list, list)
		if (other->info.si_signo == alarm->signo)
			break;
	if (list_entry_is_head(other, &own->list, list))
		sigdelset(&own->signal, alarm->signo);
	if (!lets_in(sent_to, alarm->signo)) {
		for_each_thread(sent_to, task) {
			if (lets_in(task, alarm->signo)) {
				alert_thread(task);
				break;
			}
		}
	}
	wake_up(&sighand->signalfd_wqh);
unlock:
	spin_unlock_irq(&sighand->siglock);
unlock_rcu:
	rcu_read_unlock();
}

/* siglock held; see find_target() */
static struct task_struct *choose_target(struct ptp_alarm *alarm, struct task_struct *leader, u64 n,
					 enum sent *why)
{
	struct task_struct *target;
	struct sigqueue *q;

	if (leader->signal->flags & SIGNAL_GROUP_EXIT)
		return NULL;
	if (alarm->to_thread) {
		*why = NO_ROOM;
		target = pid_task(alarm->thread, PIDTYPE_PID);
		if (target && (!same_thread_group(target, leader) || target->flags & PF_EXITING))
			return NULL;
	} else {
		target = pick_thread(alarm, leader);
	}
	if (!target)
		return NULL;
	q = queued_signal(alarm->to_thread ? &target->pending : &leader->signal->shared_pending,
			  alarm);
	if (q) {
		alarm->last_overruns += n;
		q->info.si_overrun = min_t(u64, alarm->last_overruns, INT_MAX);
	} else if (alarm->signo < SIGRTMIN && sigismember(&target->pending.signal, alarm->signo)) {
		/* somebody else's: the kernel would not queue a second */
		alarm->carry += n;
	} else {
		return get_task_struct(target);
	}
	*why = STILL_PENDING;
	return NULL;
}

static struct task_struct *take_aim(struct ptp_alarm *alarm, struct task_struct *leader, u64 n,
				    enum sent *why)
{
	struct sighand_struct *sighand = lock_signals(leader);
	struct task_struct *target;

	if (!sighand)
		return NULL;
	target = choose_target(alarm, leader, n, why);
	spin_unlock_irq(&sighand->siglock);
	return target;
}

/*
 * The thread to send to, with a reference; or none, and why. n expirations of an
 * alarm whose signal is still pending are told to whoever will get it.
 */
static struct task_struct *find_target(struct ptp_alarm *alarm, u64 n, enum sent *why)
{
	struct task_struct *leader, *target = NULL;

	*why = OWNER_GONE;
	rcu_read_lock();
	leader = pid_task(alarm->process, PIDTYPE_TGID);
	if (leader && READ_ONCE(leader->self_exec_id) == alarm->exec_id)
		target = take_aim(alarm, leader, n, why);
	rcu_read_unlock();
	return target;
}

static enum sent signal_process(struct ptp_alarm *alarm, u64 n)
{
	u64 overruns = n - 1 + alarm->carry;
	struct task_struct *target;
	kernel_siginfo_t info;
	enum sent why;
	int err, tries = 0;

	do {
		target = find_target(alarm, n, &why);
		if (!target)
			return why;
		clear_siginfo(&info);
		info.si_signo = alarm->signo;
		info.si_code = SI_TIMER;
		info.si_tid = alarm->id;
		info.si_overrun = min_t(u64, overruns, INT_MAX);
		info.si_value.sival_ptr = (void __user *)(unsigned long)alarm->value;
		err = send_sig_info(alarm->signo, &info, target);
		if (!err && !alarm->to_thread)
			share_signal(alarm, target);
		put_task_struct(target);
		/* a thread that has just ended: take another */
	} while (err == -ESRCH && !alarm->to_thread && ++tries < 8);
	if (err) {
		alarm->carry += n;
		return NO_ROOM;
	}
	alarm->accepted_overruns = alarm->last_overruns;
	alarm->last_overruns = overruns;
	alarm->carry = 0;
	return SENT;
}

/*
 * One signal for n expirations, or none while the one before is still pending.
 *
 * Never to the next program: after an exec, the handlers of the one that made the
 * alarm are gone. exec holds cred_guard_mutex from before it takes away what SI_TIMER
 * signals are pending until self_exec_id is another, and may still fail in between. So
 * what we send with the mutex held is for the program that we know, or is taken away.
 */
static enum sent send_signal(struct ptp_alarm *alarm, u64 n)
{
	enum sent sent = OWNER_GONE;
	struct task_struct *leader;

	rcu_read_lock();
	leader = pid_task(alarm->process, PIDTYPE_TGID);
	if (leader)
		get_task_struct(leader);
	rcu_read_unlock();
	if (!leader)
		return OWNER_GONE;
	if (mutex_trylock(&leader->signal->cred_guard_mutex)) {
		sent = signal_process(alarm, n);
		mutex_unlock(&leader->signal->cred_guard_mutex);
	} else {
		sent = OWNER_BUSY;
	}
	put_task_struct(leader);
	return sent;
}

static bool owner_is_gone(const struct ptp_alarm *alarm)
{
	struct task_struct *leader;
	bool gone;

	if (alarm->notify != PTP_ALARM_NOTIFY_SIGNAL)
		return false;
	rcu_read_lock();
	leader = pid_task(alarm->process, PIDTYPE_TGID);
	gone = !leader || READ_ONCE(leader->self_exec_id) != alarm->exec_id;
	rcu_read_unlock();
	return gone;
}

static bool is_queued(const struct ptp_alarm *alarm, struct task_struct *task)
{
	struct sigpending *pending =
		alarm->to_thread ? &task->pending : &task->signal->shared_pending;
	struct sighand_struct *sighand = lock_signals(task);
	bool queued;

	if (!sighand)
		return false;
	queued = queued_signal(pending, alarm);
	spin_unlock_irq(&sighand->siglock);
	return queued;
}

/*
 * What timer_getoverrun() wants: the overruns of the signal that was accepted last. The
 * next one may be pending already.
 */
static u64 accepted_overruns(const struct ptp_alarm *alarm)
{
	u64 overruns = alarm->last_overruns;
	struct task_struct *task;

	if (alarm->notify != PTP_ALARM_NOTIFY_SIGNAL)
		return overruns;
	rcu_read_lock();
	if (alarm->to_thread)
		task = pid_task(alarm->thread, PIDTYPE_PID);
	else
		task = pid_task(alarm->process, PIDTYPE_TGID);
	if (task && is_queued(alarm, task))
		overruns = alarm->accepted_overruns;
	rcu_read_unlock();
	return overruns;
}

/* ---- expirations ---- */

/* to be looked at when it is due, or later */
static void put_in_queue(struct ptp_alarms *alarms, struct ptp_alarm *alarm, s64 due, s64 when)
{
	alarm->due = due;
	alarm->node.expires = when;
	timerqueue_add(&alarms->queue, &alarm->node);
	alarm->armed = true;
	WRITE_ONCE(alarms->n_armed, alarms->n_armed + 1);
}

static void take_from_queue(struct ptp_alarms *alarms, struct ptp_alarm *alarm)
{
	if (!alarm->armed)
		return;
	timerqueue_del(&alarms->queue, &alarm->node);
	alarm->armed = false;
	WRITE_ONCE(alarms->n_armed, alarms->n_armed - 1);
}

static void put_event(struct ptp_alarm *alarm, s64 due, s64 lateness)
{
	struct ptp_extts_event event = {
		.t = ptp_time_from_ts(ns_to_timespec64(due)),
		.index = alarm->id,
		.flags = PTP_EXTTS_ALARM,
		.rsv = { min_t(u64, alarm->last_overruns, U32_MAX), min_t(s64, lateness, U32_MAX) },
	};

	ptp_queue_alarm(alarm->reader, &event);
}

static void alarm_free(struct ptp_alarm *alarm);

static void alarm_destroy(struct ptp_clock *ptp, struct ptp_alarm *alarm, enum alarm_cancel why)
{
	lockdep_assert_held(&ptp->alarms.mutex);
	take_from_queue(&ptp->alarms, alarm);
	list_del(&alarm->of_clock);
	list_del(&alarm->of_reader);
	alarm->reader->n_alarms--;
	WRITE_ONCE(ptp->alarms.n, ptp->alarms.n - 1);
	trace_ptp_alarm_cancel(ptp->index, alarm->reader->id, alarm->id, alarm->fired,
			       alarm->overruns, why);
	alarm_free(alarm);
}

/* n expirations, of which the last was due at due; false if it has to wait */
static bool notify(struct ptp_clock *ptp, struct ptp_alarm *alarm, s64 due, s64 lateness, u64 n)
{
	enum sent sent = SENT;

	if (alarm->notify == PTP_ALARM_NOTIFY_SIGNAL)
		sent = send_signal(alarm, n);
	else
		alarm->last_overruns = n - 1;
	switch (sent) {
	case SENT:
		break;
	case OWNER_GONE:
		alarm_destroy(ptp, alarm, CANCEL_EXEC);
		return true;
	case OWNER_BUSY:
		return false;
	default:
		alarm->overruns += n;
		WRITE_ONCE(ptp->alarms.overruns, ptp->alarms.overruns + n);
		trace_ptp_alarm_overrun(ptp->index, alarm->reader->id, alarm->id, due, n,
					sent == NO_ROOM ? OVERRUN_NO_ROOM : OVERRUN_PENDING);
		return true;
	}
	if (alarm->notify == PTP_ALARM_NOTIFY_EVENT)
		put_event(alarm, due, lateness);
	else if (alarm->notify == PTP_ALARM_NOTIFY_EVENTFD)
		eventfd_signal(alarm->eventfd);
	alarm->fired++;
	alarm->overruns += n - 1;
	WRITE_ONCE(ptp->alarms.fired, ptp->alarms.fired + 1);
	WRITE_ONCE(ptp->alarms.overruns, ptp->alarms.overruns + n - 1);
	alarm->lateness = lateness;
	alarm->max_lateness = max(alarm->max_lateness, lateness);
	trace_ptp_alarm_fire(ptp->index, alarm->reader->id, alarm->id, due, lateness, n - 1,
			     alarm->notify, alarm->pid, alarm->comm);
	return true;
}

static void alarm_expire(struct ptp_clock *ptp, struct ptp_alarm *alarm, s64 now)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	s64 first = alarm->due, due = first, next;
	u64 more = 0;

	take_from_queue(alarms, alarm);
	if (alarm->interval) {
		more = div64_u64(now - due, alarm->interval);
		due += more * alarm->interval;
		next = alarm_add(due, alarm->interval);
		put_in_queue(alarms, alarm, next, next);
	}
	if (notify(ptp, alarm, due, now - due, more + 1))
		return;
	take_from_queue(alarms, alarm);
	put_in_queue(alarms, alarm, first,
		     alarm_add(now, alarm_phc_of(alarms->mult, ALARM_POSTPONE)));
}

static bool expire_all(struct ptp_clock *ptp, s64 now)
{
	struct ptp_alarm *alarm;
	bool any = false;

	while ((alarm = first_alarm(&ptp->alarms)) && alarm->node.expires <= now) {
		/* the end of time, which does not pass */
		if (alarm->node.expires == S64_MAX)
			break;
		alarm_expire(ptp, alarm, now);
		any = true;
	}
	return any;
}

/*
 * The threads run before all ordinary ones, on behalf of any user who may open a clock: so
 * all clocks together get a share of one processor, however many they are. What a pass has
 * cost is known when its thread has slept, that is in the next one. A pass is never put off
 * by another clock's once it has its time, so that none waits for ever.
 *
 * Return: when the next pass of this clock may come, ns of CLOCK_MONOTONIC.
 */
static s64 charge_thread(struct ptp_alarms *alarms, s64 now)
{
	unsigned int percent = clamp(READ_ONCE(alarm_cpu_percent), 1U, 100U);
	u64 runtime = current->se.sum_exec_runtime;
	s64 allowed;

	spin_lock(&budget_lock);
	allowed = alarm_charge(&budget_paid, now, runtime - alarms->charged, percent, BUDGET_BURST);
	spin_unlock(&budget_lock);
	alarms->charged = runtime;
	return allowed;
}

static void alarm_pass(struct kthread_work *work)
{
	struct ptp_clock *ptp = container_of(work, struct ptp_clock, alarms.work);
	struct ptp_alarms *alarms = &ptp->alarms;
	struct alarm_reading now;
	s64 start, end, allowed;
	bool rang;

	mutex_lock(&alarms->mutex);
	if (alarms->stopped)
		goto unlock;
	start = ktime_get_ns();
	allowed = charge_thread(alarms, start);
	if (start < alarms->next_pass) {
		hrtimer_start(&alarms->timer, ns_to_ktime(alarms->next_pass),
			      HRTIMER_MODE_ABS_HARD);
		goto unlock;
	}
	WRITE_ONCE(alarms->next_pass, allowed);
	rang = READ_ONCE(alarms->rang);
	if (rang)
		WRITE_ONCE(alarms->rang, false);
	if (!first_alarm(alarms)) {
		set_backend(ptp, NULL);
		goto unlock;
	}
	if (read_clock(ptp, &now)) {
		hrtimer_start(&alarms->timer, ns_to_ktime(max(start + ALARM_RETRY, allowed)),
			      HRTIMER_MODE_ABS_HARD);
		goto unlock;
	}
	if (expire_all(ptp, now.phc)) {
		alarms->early = 0;
		end = ktime_get_ns();
		end += max((s64)READ_ONCE(alarm_gap_us) * NSEC_PER_USEC, end - start);
		WRITE_ONCE(alarms->next_pass, max(end, allowed));
	} else if (rang || (alarms->expected && start >= alarms->expected)) {
		alarms->early++;
	}
	set_backend(ptp, &now);
unlock:
	mutex_unlock(&alarms->mutex);
}

/* ---- changes of the clock ---- */

static void shift_alarms(struct ptp_clock *ptp, const struct alarm_reading *before,
			 const struct alarm_reading *now, const s64 *delta)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	const struct alarm_reading *from;
	struct ptp_alarm *alarm;
	s64 due, expected;

	list_for_each_entry(alarm, &alarms->all, of_clock) {
		due = alarm->due;
		if (!alarm->armed || due == S64_MAX)
			continue;
		if (alarm->relative && delta) {
			due = alarm_add(due, *delta);
		} else if (alarm->relative) {
			from = before ?: &alarm->anchor;
			expected = alarm_add(from->phc,
					     alarm_phc_of(alarms->mult, now->mono - from->mono));
			due = alarm_add(due, alarm_sub(now->phc, expected));
		}
		/* absolute ones too: one that was postponed was so by the old time */
		take_from_queue(alarms, alarm);
		put_in_queue(alarms, alarm, due, due);
	}
}

/**
 * ptp_alarm_follow() - the clock was stepped: absolute alarms follow it, relative
 *	ones keep their distance
 * @ptp: the clock
 * @held: the mutex was taken before the step, see ptp_alarm_step_begin()
 * @err: the step failed
 * @delta: by how much, or NULL if that is not known
 * @old_ns: without @delta: what the clock showed before
 * @old_mono: and when, ns of CLOCK_MONOTONIC; 0 if it could not be read
 *
 * Context: process context, may sleep. Releases the mutex.
 */
void ptp_alarm_follow(struct ptp_clock *ptp, bool held, int err, const s64 *delta, s64 old_ns,
		      s64 old_mono)
{
	struct alarm_reading before = { .phc = old_ns, .mono = old_mono }, now;
	struct ptp_alarms *alarms = &ptp->alarms;

	if (!held)
		mutex_lock(&alarms->mutex);
	if (!err) {
		alarms->early = 0;
		if (!held) {
			/*
			 * There were none when the step began: they were set before or after
			 * it, and know by their own readings.
			 */
			if (!read_clock(ptp, &now))
				shift_alarms(ptp, NULL, &now, NULL);
		} else if (delta) {
			shift_alarms(ptp, NULL, NULL, delta);
		} else if (old_mono && !read_clock(ptp, &now)) {
			shift_alarms(ptp, &before, &now, NULL);
		}
	}
	mutex_unlock(&alarms->mutex);
	if (!err)
		ptp_alarm_kick(ptp);
}

/* ---- making and unmaking ---- */

static void alarm_free(struct ptp_alarm *alarm)
{
	if (alarm->id)
		xa_erase(&alarm_ids, alarm->id);
	ptp_user_uncharge(alarm->user, PTP_QUOTA_ALARMS);
	if (alarm->eventfd)
		eventfd_ctx_put(alarm->eventfd);
	put_pid(alarm->thread);
	put_pid(alarm->process);
	kfree(alarm);
}

static int find_recipient(struct ptp_alarm *alarm, const struct ptp_alarm_config *config)
{
	struct task_struct *task;
	int err = 0;

	alarm->process = get_task_pid(current, PIDTYPE_TGID);
	alarm->exec_id = current->self_exec_id;
	alarm->pid = task_tgid_nr(current);
	get_task_comm(alarm->comm, current);

	switch (config->notify) {
	case PTP_ALARM_NOTIFY_SIGNAL:
		alarm->signo = config->signo;
		alarm->value = config->value;
		alarm->to_thread = config->tid;
		if (!config->tid) {
			alarm->thread = get_task_pid(current, PIDTYPE_PID);
			break;
		}
		rcu_read_lock();
		task = pid_task(find_vpid(config->tid), PIDTYPE_PID);
		if (task && same_thread_group(task, current))
			alarm->thread = get_pid(find_vpid(config->tid));
		else
			err = -EINVAL;
		rcu_read_unlock();
		break;
	case PTP_ALARM_NOTIFY_EVENTFD:
		alarm->eventfd = eventfd_ctx_fdget(config->eventfd);
		if (IS_ERR(alarm->eventfd)) {
			err = PTR_ERR(alarm->eventfd);
			alarm->eventfd = NULL;
		}
		break;
	}
	return err;
}

static bool config_is_sound(const struct ptp_alarm_config *config)
{
	if (config->notify > PTP_ALARM_NOTIFY_NONE || config->flags ||
	    memchr_inv(config->rsv, 0, sizeof(config->rsv)))
		return false;
	if (config->notify != PTP_ALARM_NOTIFY_SIGNAL)
		return true;
	return config->signo >= 1 && config->signo <= SIGRTMAX && config->tid >= 0;
}

static int need_worker(struct ptp_clock *ptp)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	struct kthread_worker *worker;

	if (alarms->worker)
		return 0;
	worker = kthread_create_worker(0, "ptp%d-alarm", ptp->index);
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	sched_set_fifo_low(worker->task);
	raw_spin_lock_irq(&alarms->kick_lock);
	alarms->worker = worker;
	raw_spin_unlock_irq(&alarms->kick_lock);
	return 0;
}

/* takes the alarm in: from here on it belongs to its file */
static int adopt(struct ptp_reader *reader, struct ptp_alarm *alarm)
{
	struct ptp_clock *ptp = reader->clock;
	int err = -EAGAIN;

	mutex_lock(&ptp->alarms.mutex);
	if (reader->n_alarms < READ_ONCE(max_alarms_per_file))
		err = need_worker(ptp);
	if (!err) {
		alarm->reader = reader;
		reader->n_alarms++;
		WRITE_ONCE(ptp->alarms.n, ptp->alarms.n + 1);
		list_add_tail(&alarm->of_reader, &reader->alarms);
		list_add_tail(&alarm->of_clock, &ptp->alarms.all);
	}
	mutex_unlock(&ptp->alarms.mutex);
	return err;
}

/**
 * ptp_alarm_create() - PTP_ALARM_CREATE
 * @reader: the file
 * @arg: see &struct ptp_alarm_config
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno as the interface has them.
 */
long ptp_alarm_create(struct ptp_reader *reader, struct ptp_alarm_config __user *arg)
{
	struct ptp_alarm_config config;
	struct ptp_alarm *alarm;
	struct ptp_user *user;
	int err;

	BUILD_BUG_ON(sizeof(struct ptp_alarm_config) != 48);
	BUILD_BUG_ON(sizeof(struct ptp_alarm_setting) != 48);
	BUILD_BUG_ON(sizeof(struct ptp_alarm_status) != 72);

	if (copy_from_user(&config, arg, sizeof(config)))
		return -EFAULT;
	if (!config_is_sound(&config))
		return -EINVAL;
	alarm = kzalloc(sizeof(*alarm), GFP_KERNEL_ACCOUNT);
	if (!alarm)
		return -ENOMEM;
	timerqueue_init(&alarm->node);
	alarm->notify = config.notify;
	err = find_recipient(alarm, &config);
	if (err)
		goto free;
	user = ptp_user_charge(PTP_QUOTA_ALARMS);
	if (IS_ERR(user)) {
		err = PTR_ERR(user);
		goto free;
	}
	alarm->user = user;
	err = xa_alloc_cyclic(&alarm_ids, &alarm->id, alarm, XA_LIMIT(1, INT_MAX), &next_alarm_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		goto free;
	/* told first: one that nobody knows of could never be taken back */
	err = put_user(alarm->id, &arg->id);
	if (!err)
		err = adopt(reader, alarm);
	if (!err)
		return 0;
free:
	alarm_free(alarm);
	return err;
}

static struct ptp_alarm *find_alarm(struct ptp_reader *reader, u32 id)
{
	struct ptp_alarm *alarm;

	lockdep_assert_held(&reader->clock->alarms.mutex);
	list_for_each_entry(alarm, &reader->alarms, of_reader) {
		if (alarm->id != id)
			continue;
		if (!owner_is_gone(alarm))
			return alarm;
		alarm_destroy(reader->clock, alarm, CANCEL_EXEC);
		break;
	}
	return NULL;
}

static bool time_is_sound(const struct ptp_clock_time *time)
{
	return time->sec >= 0 && time->nsec < NSEC_PER_SEC;
}

/* ends at S64_MAX */
static s64 ns_of(const struct ptp_clock_time *time)
{
	return ktime_set(time->sec, time->nsec);
}

static void tell_setting(const struct ptp_alarm *alarm, const struct alarm_reading *now,
			 struct ptp_alarm_setting *setting)
{
	s64 left = 0;

	/* one that is due, but whose time to expire has not come, is armed still */
	if (alarm->armed)
		left = max(alarm_sub(alarm->due, now->phc), 1LL);
	*setting = (struct ptp_alarm_setting){
		.id = alarm->id,
		.value = ptp_time_from_ts(ns_to_timespec64(left)),
		.interval = ptp_time_from_ts(ns_to_timespec64(alarm->interval)),
	};
}

static bool setting_is_sound(const struct ptp_alarm_setting *setting, u32 flags)
{
	return !(setting->flags & ~flags) && !setting->rsv[0] && !setting->rsv[1];
}

static int set_alarm(struct ptp_clock *ptp, struct ptp_alarm *alarm,
		     struct ptp_alarm_setting *setting)
{
	bool relative = !(setting->flags & PTP_ALARM_ABSTIME), was_armed = alarm->armed;
	s64 value = ns_of(&setting->value), interval = ns_of(&setting->interval), due = 0;
	struct ptp_alarms *alarms = &ptp->alarms;
	struct alarm_reading now = {};
	int err = 0;

	if (value || was_armed) {
		/* seen by whoever steps the clock after we have read it */
		WRITE_ONCE(alarms->n_armed, alarms->n_armed + 1);
		smp_mb();
		err = read_clock(ptp, &now);
	}
	if (!err) {
		tell_setting(alarm, &now, setting);
		take_from_queue(alarms, alarm);
		alarm->interval = interval;
		alarm->relative = relative;
		alarm->anchor = now;
		alarm->carry = 0;
		if (value) {
			due = relative ? alarm_add(now.phc, value) : value;
			put_in_queue(alarms, alarm, due, due);
		}
		alarms->early = 0;
	}
	if (value || was_armed)
		WRITE_ONCE(alarms->n_armed, alarms->n_armed - 1);
	if (value)
		trace_ptp_alarm_arm(ptp->index, alarm->reader->id, alarm->id, due, interval,
				    (relative ? 0 : PTP_ALARM_ABSTIME) |
					    (has_hardware(ptp) ? TRACE_HARDWARE : 0),
				    err);
	else if (!err && was_armed)
		trace_ptp_alarm_cancel(ptp->index, alarm->reader->id, alarm->id, alarm->fired,
				       alarm->overruns, CANCEL_DISARMED);
	if (err || !(value || was_armed))
		return err;
	if (value && due <= now.phc)
		ptp_alarm_kick(ptp);
	else
		set_backend(ptp, &now);
	return 0;
}

/**
 * ptp_alarm_settime() - PTP_ALARM_SETTIME
 * @reader: the file
 * @arg: see &struct ptp_alarm_setting
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno as the interface has them.
 */
long ptp_alarm_settime(struct ptp_reader *reader, struct ptp_alarm_setting __user *arg)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_alarm_setting setting;
	struct ptp_alarm *alarm;
	int err;

	if (copy_from_user(&setting, arg, sizeof(setting)))
		return -EFAULT;
	mutex_lock(&ptp->alarms.mutex);
	alarm = find_alarm(reader, setting.id);
	if (!alarm)
		err = -ENOENT;
	else if (!setting_is_sound(&setting, PTP_ALARM_ABSTIME) || !time_is_sound(&setting.value) ||
		 !time_is_sound(&setting.interval))
		err = -EINVAL;
	else
		err = set_alarm(ptp, alarm, &setting);
	mutex_unlock(&ptp->alarms.mutex);
	if (err)
		return err;
	return copy_to_user(arg, &setting, sizeof(setting)) ? -EFAULT : 0;
}

/**
 * ptp_alarm_gettime() - PTP_ALARM_GETTIME
 * @reader: the file
 * @arg: see &struct ptp_alarm_setting
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno as the interface has them.
 */
long ptp_alarm_gettime(struct ptp_reader *reader, struct ptp_alarm_setting __user *arg)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_alarm_setting setting;
	struct alarm_reading now = {};
	struct ptp_alarm *alarm;
	int err = 0;

	if (copy_from_user(&setting, arg, sizeof(setting)))
		return -EFAULT;
	mutex_lock(&ptp->alarms.mutex);
	alarm = find_alarm(reader, setting.id);
	if (!alarm)
		err = -ENOENT;
	else if (!setting_is_sound(&setting, 0))
		err = -EINVAL;
	else if (alarm->armed)
		err = read_clock(ptp, &now);
	if (!err)
		tell_setting(alarm, &now, &setting);
	mutex_unlock(&ptp->alarms.mutex);
	if (err)
		return err;
	return copy_to_user(arg, &setting, sizeof(setting)) ? -EFAULT : 0;
}

/**
 * ptp_alarm_status() - PTP_ALARM_STATUS
 * @reader: the file
 * @arg: see &struct ptp_alarm_status
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno as the interface has them.
 */
long ptp_alarm_status(struct ptp_reader *reader, struct ptp_alarm_status __user *arg)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_alarm_status status = {};
	struct ptp_alarm *alarm;

	if (get_user(status.id, &arg->id))
		return -EFAULT;
	mutex_lock(&ptp->alarms.mutex);
	alarm = find_alarm(reader, status.id);
	if (alarm) {
		status.flags = (alarm->armed ? PTP_ALARM_ARMED : 0) |
			       (has_hardware(ptp) ? PTP_ALARM_HARDWARE : 0);
		status.fired = alarm->fired;
		status.overruns = alarm->overruns;
		status.last_overruns = accepted_overruns(alarm);
		status.lateness_ns = alarm->lateness;
		status.max_lateness_ns = alarm->max_lateness;
		if (alarm->armed)
			status.due = ptp_time_from_ts(ns_to_timespec64(alarm->due));
	}
	mutex_unlock(&ptp->alarms.mutex);
	if (!alarm)
		return -ENOENT;
	return copy_to_user(arg, &status, sizeof(status)) ? -EFAULT : 0;
}

/**
 * ptp_alarm_delete() - PTP_ALARM_DELETE
 * @reader: the file
 * @arg: id of the alarm
 *
 * Context: process context, may sleep.
 * Return: 0, or a negative errno as the interface has them.
 */
long ptp_alarm_delete(struct ptp_reader *reader, const u32 __user *arg)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_alarm *alarm;
	u32 id;

	if (get_user(id, arg))
		return -EFAULT;
	mutex_lock(&ptp->alarms.mutex);
	alarm = find_alarm(reader, id);
	if (alarm) {
		alarm_destroy(ptp, alarm, CANCEL_DELETED);
		ptp_alarm_kick(ptp);
	}
	mutex_unlock(&ptp->alarms.mutex);
	return alarm ? 0 : -ENOENT;
}

/**
 * ptp_alarm_close() - take away the alarms of a file
 * @reader: the file, which nobody else has any more
 *
 * Comes after unregister too: must not touch ptp->info.
 *
 * Context: process context, may sleep.
 */
void ptp_alarm_close(struct ptp_reader *reader)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_alarm *alarm, *next;
	bool any;

	/* not without the mutex, even if there are none: ptp_alarm_stop() may be at it */
	mutex_lock(&ptp->alarms.mutex);
	any = reader->n_alarms;
	list_for_each_entry_safe(alarm, next, &reader->alarms, of_reader)
		alarm_destroy(ptp, alarm, CANCEL_CLOSED);
	if (any)
		ptp_alarm_kick(ptp);
	mutex_unlock(&ptp->alarms.mutex);
}

/**
 * ptp_alarm_init() - a clock without alarms
 * @ptp: the clock
 */
void ptp_alarm_init(struct ptp_clock *ptp)
{
	struct ptp_alarms *alarms = &ptp->alarms;

	mutex_init(&alarms->mutex);
	raw_spin_lock_init(&alarms->kick_lock);
	timerqueue_init_head(&alarms->queue);
	INIT_LIST_HEAD(&alarms->all);
	kthread_init_work(&alarms->work, alarm_pass);
	hrtimer_setup(&alarms->timer, alarm_timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
}

/**
 * ptp_alarm_stop() - take away all alarms of a clock, and the thread
 * @ptp: a clock that is being unregistered: no call on a file runs or will run
 *
 * The driver is not called any more once this has returned.
 *
 * Context: process context, may sleep.
 */
void ptp_alarm_stop(struct ptp_clock *ptp)
{
	struct ptp_alarms *alarms = &ptp->alarms;
	struct kthread_worker *worker;
	struct ptp_alarm *alarm, *next;

	mutex_lock(&alarms->mutex);
	list_for_each_entry_safe(alarm, next, &alarms->all, of_clock)
		alarm_destroy(ptp, alarm, CANCEL_CLOCK);
	unload_hardware(ptp);
	alarms->stopped = true;
	mutex_unlock(&alarms->mutex);

	raw_spin_lock_irq(&alarms->kick_lock);
	worker = alarms->worker;
	alarms->worker = NULL;
	raw_spin_unlock_irq(&alarms->kick_lock);
	hrtimer_cancel(&alarms->timer);
	if (worker)
		kthread_destroy_worker(worker);
}

/**
 * ptp_alarm_show() - the clock's alarms, a line each
 * @seq: where to
 * @ptp: the clock
 *
 * Context: process context, may sleep.
 */
void ptp_alarm_show(struct seq_file *seq, struct ptp_clock *ptp)
{
	static const char *const names[] = { "event", "signal", "eventfd", "none" };
	const struct ptp_alarm *alarm;

	seq_puts(seq, "reader alarm     pid comm            notify  set                due_ns      "
		      "    interval_ns      fired   overruns   lateness_ns max_late_ns\n");
	mutex_lock(&ptp->alarms.mutex);
	list_for_each_entry(alarm, &ptp->alarms.all, of_clock) {
		const char *set = alarm->relative ? "rel" : "abs";

		seq_printf(seq, "%6u %5u %7d ", alarm->reader->id, alarm->id, alarm->pid);
		ptp_seq_comm(seq, alarm->comm);
		seq_printf(seq, " %-7s %-3s %20lld %20lld", names[alarm->notify],
			   alarm->armed ? set : "off", alarm->armed ? alarm->due : 0,
			   alarm->interval);
		seq_printf(seq, " %10llu %10llu %13lld %11lld\n", alarm->fired, alarm->overruns,
			   alarm->lateness, alarm->max_lateness);
	}
	mutex_unlock(&ptp->alarms.mutex);
}
