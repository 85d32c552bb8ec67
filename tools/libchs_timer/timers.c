// SPDX-License-Identifier: GPL-2.0
/*
 * The table of timers. Lookups take no lock, since timer_settime(), timer_gettime()
 * and timer_getoverrun() may be called by a signal handler; making a timer takes
 * one, with all signals blocked, and so does fork.
 *
 * Alarms belong to the open file, which a child of fork shares: it closes its
 * descriptors and deletes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/chs_ptp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "timers.h"

#define LIVE	   (1ULL << 31)
#define USERS	   (LIVE - 1)
#define LIFE_SHIFT 32

/* the lock of the table, never held while a signal handler can run */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sigset_t mask_at_fork;

#define PER_CHUNK 64
#define CHUNKS	  1024

/* grows under the lock, and never shrinks */
static struct timer *_Atomic chunks[CHUNKS];

_Atomic unsigned int timer_forks;

static void table_lock(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, old);
	pthread_mutex_lock(&lock);
}

static void table_unlock(const sigset_t *old)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, old, NULL);
}

/* ---- files ------------------------------------------------------------------ */

/* takes fd, or -errno of what gave it */
static int file_keep(struct file_id *f, int fd)
{
	struct stat st;

	f->fd = -1;
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	f->fd = fd;
	f->dev = st.st_dev;
	f->rdev = st.st_rdev;
	f->ino = st.st_ino;
	return 0;
}

/* closes it, unless the program did so and has another file there now */
static void file_drop(struct file_id *f)
{
	struct stat st;

	/* the bare call: close() would be a point of cancellation */
	if (f->fd >= 0 && !fstat(f->fd, &st) && st.st_dev == f->dev && st.st_rdev == f->rdev &&
	    st.st_ino == f->ino)
		syscall(SYS_close, f->fd);
	f->fd = -1;
}

/* ---- entries ---------------------------------------------------------------- */

static struct timer *entry_at(unsigned int i)
{
	struct timer *chunk = atomic_load(&chunks[i / PER_CHUNK]);

	return chunk ? &chunk[i % PER_CHUNK] : NULL;
}

/* the entry in which id lies */
static struct timer *entry_of(timer_t id)
{
	uintptr_t at = (uintptr_t)id, start, offset;
	struct timer *chunk;

	for (int i = 0; i < CHUNKS; i++) {
		chunk = atomic_load(&chunks[i]);
		if (!chunk)
			return NULL;
		start = (uintptr_t)chunk;
		if (at < start || at >= start + PER_CHUNK * sizeof(*chunk))
			continue;
		offset = (at - start) % sizeof(*chunk);
		if (offset < offsetof(struct timer, handle) ||
		    offset >= offsetof(struct timer, handle) + LIVES)
			return NULL;
		return &chunk[(at - start) / sizeof(*chunk)];
	}
	return NULL;
}

static bool is_alive(const struct timer *t, timer_t id, uint64_t state)
{
	return state & LIVE && id == (timer_t)&t->handle[(state >> LIFE_SHIFT) % LIVES];
}

bool timer_is_ours(timer_t id)
{
	return entry_of(id);
}

bool timer_get(struct timer_ref *ref, timer_t id)
{
	struct timer *t = entry_of(id);
	uint64_t state;

	if (!t)
		return false;
	state = atomic_load(&t->state);
	do {
		if (!is_alive(t, id, state))
			return false;
	} while (!atomic_compare_exchange_weak(&t->state, &state, state + 1));
	ref->timer = t;
	ref->life = state >> LIFE_SHIFT;
	return true;
}

void timer_put(struct timer_ref *ref)
{
	struct timer *t = ref->timer;
	uint64_t state = atomic_load(&t->state);

	do {
		/* after a fork within a signal handler, the child has nothing to put */
		if (state >> LIFE_SHIFT != ref->life || !(state & USERS))
			return;
		/* nobody can come any more: it is ours alone until the count is 0 */
		if ((state & (LIVE | USERS)) == 1) {
			notify_forget(t);
			file_drop(&t->event);
			file_drop(&t->clock);
		}
	} while (!atomic_compare_exchange_weak(&t->state, &state, state - 1));
}

bool timer_retire(timer_t id)
{
	struct timer *t = entry_of(id);
	struct timer_ref ref;
	uint64_t state;

	if (!t)
		return false;
	state = atomic_load(&t->state);
	do {
		if (!is_alive(t, id, state))
			return false;
	} while (!atomic_compare_exchange_weak(&t->state, &state, state & ~LIVE));
	ioctl(t->clock.fd, PTP_ALARM_DELETE, &t->alarm);
	ref.timer = t;
	ref.life = state >> LIFE_SHIFT;
	timer_put(&ref);
	return true;
}

/* under the lock */
static struct timer *entry_free(void)
{
	struct timer *chunk;
	int i;

	for (i = 0; i < CHUNKS && (chunk = atomic_load(&chunks[i])); i++)
		for (int k = 0; k < PER_CHUNK; k++)
			if (!(atomic_load(&chunk[k].state) & (LIVE | USERS)))
				return &chunk[k];
	if (i == CHUNKS)
		return NULL;
	chunk = mmap(NULL, PER_CHUNK * sizeof(*chunk), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (chunk == MAP_FAILED)
		return NULL;
	atomic_store(&chunks[i], chunk);
	return chunk;
}

/* what the kernel refuses in a struct sigevent it shall refuse here */
static void configure(struct ptp_alarm_config *c, const struct sigevent *event,
		      const struct timer *t)
{
	memset(c, 0, sizeof(*c));
	c->eventfd = -1;
	switch (event->sigev_notify) {
	case SIGEV_THREAD_ID:
		/* 0 would be the whole process */
		c->tid = event->_sigev_un._tid ?: -1;
		/* fall through */
	case SIGEV_SIGNAL:
		c->notify = PTP_ALARM_NOTIFY_SIGNAL;
		c->signo = event->sigev_signo;
		memcpy(&c->value, &event->sigev_value, sizeof(c->value));
		break;
	case SIGEV_THREAD:
		c->notify = PTP_ALARM_NOTIFY_EVENTFD;
		c->eventfd = t->event.fd;
		break;
	case SIGEV_NONE:
		c->notify = PTP_ALARM_NOTIFY_NONE;
		break;
	default:
		c->notify = ~0U;
	}
}

static int make(struct timer *t, int fd, const struct sigevent *event, timer_t id)
{
	struct ptp_alarm_config config;
	int err;

	t->event.fd = -1;
	err = file_keep(&t->clock, fcntl(fd, F_DUPFD_CLOEXEC, 3));
	if (err)
		return err;
	t->by_thread = event->sigev_notify == SIGEV_THREAD;
	if (t->by_thread) {
		err = file_keep(&t->event, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
		if (err)
			goto drop_clock;
	}
	configure(&config, event, t);
	if (ioctl(t->clock.fd, PTP_ALARM_CREATE, &config)) {
		err = -errno;
		goto drop_event;
	}
	t->alarm = config.id;
	if (t->by_thread) {
		err = notify_prepare(t, event);
		if (!err)
			err = notify_watch(t, id);
		if (err)
			goto drop_alarm;
	}
	return 0;

drop_alarm:
	ioctl(t->clock.fd, PTP_ALARM_DELETE, &t->alarm);
drop_event:
	file_drop(&t->event);
drop_clock:
	file_drop(&t->clock);
	return err;
}

int timer_make(int fd, const struct sigevent *event, timer_t *id)
{
	struct sigevent by_default = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	int err = -EAGAIN;
	struct timer *t;
	uint64_t life;
	timer_t made;
	sigset_t old;

	table_lock(&old);
	t = entry_free();
	if (t) {
		life = (uint32_t)((atomic_load(&t->state) >> LIFE_SHIFT) + 1);
		made = &t->handle[life % LIVES];
		if (!event) {
			by_default.sigev_value.sival_ptr = made;
			event = &by_default;
		}
		atomic_store(&t->overrun, 0);
		t->told = 0;
		err = make(t, fd, event, made);
		if (!err) {
			*id = made;
			atomic_store(&t->state, life << LIFE_SHIFT | LIVE | 1);
		}
	}
	table_unlock(&old);
	return err;
}

/* ---- the ends of a process -------------------------------------------------- */

static void before_fork(void)
{
	sigset_t old;

	table_lock(&old);
	mask_at_fork = old;
}

static void after_fork_in_parent(void)
{
	sigset_t old = mask_at_fork;

	table_unlock(&old);
}

/* timers are not inherited; their alarms go on, for the parent */
static void after_fork_in_child(void)
{
	sigset_t old = mask_at_fork;
	struct timer *t;
	uint64_t state;

	timer_forks++;
	for (unsigned int i = 0; i < PER_CHUNK * CHUNKS; i++) {
		t = entry_at(i);
		if (!t)
			break;
		state = atomic_load(&t->state);
		if (!(state & (LIVE | USERS)))
			continue;
		file_drop(&t->event);
		file_drop(&t->clock);
		atomic_store(&t->state, state >> LIFE_SHIFT << LIFE_SHIFT);
	}
	notify_after_fork();
	table_unlock(&old);
}

__attribute__((constructor)) static void begin(void)
{
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* a child may hold the open file, and with it the alarms, longer than we live */
__attribute__((destructor)) static void end(void)
{
	struct timer *t;

	for (unsigned int i = 0; i < PER_CHUNK * CHUNKS; i++) {
		t = entry_at(i);
		if (!t)
			break;
		if (atomic_load(&t->state) & LIVE)
			ioctl(t->clock.fd, PTP_ALARM_DELETE, &t->alarm);
	}
}
