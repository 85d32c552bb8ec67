/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * PTP user ABI that the kernel's headers lack: what Linux added up to 6.18, by
 * mainline's numbers, and alarms, which are ours.
 */
#ifndef _UAPI_CHS_PTP_H
#define _UAPI_CHS_PTP_H

#include <linux/ptp_clock.h>

/* Linux 6.8: offsets as events, and a mask of channels for each open file */
#ifndef PTP_EXT_OFFSET
#define PTP_EXT_OFFSET		(1 << 4)
#undef PTP_EXTTS_VALID_FLAGS
#define PTP_EXTTS_VALID_FLAGS \
	(PTP_ENABLE_FEATURE | PTP_EXTTS_EDGES | PTP_STRICT_FLAGS | PTP_EXT_OFFSET)
#endif
#ifndef PTP_EXTTS_EVENT_VALID
#define PTP_EXTTS_EVENT_VALID	PTP_ENABLE_FEATURE
#endif
#ifndef PTP_MASK_CLEAR_ALL
#define PTP_MASK_CLEAR_ALL	_IO(PTP_CLK_MAGIC, 19)
#define PTP_MASK_EN_SINGLE	_IOW(PTP_CLK_MAGIC, 20, unsigned int)
#endif

/*
 * As PTP_SYS_OFFSET_PRECISE and PTP_SYS_OFFSET_EXTENDED, of the free-running
 * counter behind the clock instead of the clock.
 */
#ifndef PTP_SYS_OFFSET_PRECISE_CYCLES
#define PTP_SYS_OFFSET_PRECISE_CYCLES \
	_IOWR(PTP_CLK_MAGIC, 21, struct ptp_sys_offset_precise)
#endif
#ifndef PTP_SYS_OFFSET_EXTENDED_CYCLES
#define PTP_SYS_OFFSET_EXTENDED_CYCLES \
	_IOWR(PTP_CLK_MAGIC, 22, struct ptp_sys_offset_extended)
#endif

/*
 * ---- alarms ------------------------------------------------------------------
 *
 * An alarm belongs to the open file that made it and is gone with it. It expires
 * in the clock's own time: an absolute one follows the clock when it is set or
 * steered, a relative one keeps its distance when the clock is stepped. None
 * expires early. Making one needs no more than an open file: it changes nothing
 * of the clock.
 *
 * Each expiration is either notified or counted as an overrun: periods that have
 * gone by when the alarm is looked at are folded into one notification, and no
 * signal is sent while the one before is still pending. So
 * fired + overruns == expirations, always.
 *
 * Numbers from 64 on are clear of mainline's, which end at 24 today.
 */

/* enum ptp_alarm_notify: how an alarm makes itself heard */
#define PTP_ALARM_NOTIFY_EVENT	0	/* a record in read() of the file that made it */
#define PTP_ALARM_NOTIFY_SIGNAL	1	/* a signal, si_code SI_TIMER */
#define PTP_ALARM_NOTIFY_EVENTFD 2	/* one added to an eventfd */
#define PTP_ALARM_NOTIFY_NONE	3	/* it only counts */

/**
 * struct ptp_alarm_config - PTP_ALARM_CREATE
 * @id: set on return: the alarm's number within this file
 * @notify: PTP_ALARM_NOTIFY_*
 * @signo: SIGNAL: the signal, 1 to SIGRTMAX
 * @tid: SIGNAL: 0 for the calling process (any thread that lets the signal in), or
 *	a thread of it, as SIGEV_THREAD_ID
 * @value: SIGNAL: si_value of the signal
 * @eventfd: EVENTFD: the file descriptor
 * @flags: none defined: 0
 * @rsv: 0
 *
 * The signal bears the id as si_timerid, which no other alarm of any clock has, and as
 * si_overrun the expirations that it stands for beside its own. Signals end with the
 * program: after exec or exit the alarm is gone (ENOENT). To a thread that has ended
 * all expirations are overruns.
 *
 * Errors: EFAULT; EINVAL (notify, signo, tid, flags, rsv, not an eventfd); EBADF
 * (eventfd); EAGAIN (limit of this file or user); ENOMEM.
 */
struct ptp_alarm_config {
	__u32 id;
	__u32 notify;
	__s32 signo;
	__s32 tid;
	__u64 value;
	__s32 eventfd;
	__u32 flags;
	__u32 rsv[4];
};

#define PTP_ALARM_ABSTIME	(1 << 0)	/* value is a time, not a distance */

/**
 * struct ptp_alarm_setting - PTP_ALARM_SETTIME, PTP_ALARM_GETTIME
 * @id: the alarm
 * @flags: SETTIME: PTP_ALARM_ABSTIME; GETTIME: 0
 * @value: SETTIME: first expiration, 0 to disarm; on return of both the distance
 *	to the next expiration (before the change), 0 when disarmed
 * @interval: SETTIME: time between expirations, 0 for one only; on return of both
 *	the interval (before the change)
 * @rsv: 0
 *
 * An absolute time that has passed expires at once. Errors: EFAULT; ENOENT (no
 * such alarm); EINVAL (flags, rsv, a time that is negative or whose nsec is not
 * below 10^9); the driver's if the clock cannot be read.
 */
struct ptp_alarm_setting {
	__u32 id;
	__u32 flags;
	struct ptp_clock_time value;
	struct ptp_clock_time interval;
	__u32 rsv[2];
};

#define PTP_ALARM_ARMED		(1 << 0)
#define PTP_ALARM_HARDWARE	(1 << 1)	/* the clock has an alarm of its own */

/**
 * struct ptp_alarm_status - PTP_ALARM_STATUS
 * @id: the alarm; all else is set on return
 * @flags: PTP_ALARM_ARMED, PTP_ALARM_HARDWARE
 * @fired: notifications since it was made
 * @overruns: expirations without a notification of their own, since it was made
 * @last_overruns: those that belong to the last notification; SIGNAL: to the last that
 *	was accepted (timer_getoverrun)
 * @lateness_ns: of the last expiration that was notified, in the clock's time
 * @max_lateness_ns: largest since it was made
 * @due: next expiration in the clock's time, 0 when disarmed
 * @rsv: 0
 *
 * Errors: EFAULT, ENOENT.
 */
struct ptp_alarm_status {
	__u32 id;
	__u32 flags;
	__u64 fired;
	__u64 overruns;
	__u64 last_overruns;
	__s64 lateness_ns;
	__s64 max_lateness_ns;
	struct ptp_clock_time due;
	__u32 rsv[2];
};

#define PTP_ALARM_CREATE	_IOWR(PTP_CLK_MAGIC, 64, struct ptp_alarm_config)
#define PTP_ALARM_SETTIME	_IOWR(PTP_CLK_MAGIC, 65, struct ptp_alarm_setting)
#define PTP_ALARM_GETTIME	_IOWR(PTP_CLK_MAGIC, 66, struct ptp_alarm_setting)
#define PTP_ALARM_STATUS	_IOWR(PTP_CLK_MAGIC, 67, struct ptp_alarm_status)
#define PTP_ALARM_DELETE	_IOW(PTP_CLK_MAGIC, 68, __u32)	/* by address; ENOENT */

/*
 * Alarms in read(): a struct ptp_extts_event with this flag. t is the time the
 * alarm was due (the last period that is folded in), index its id, rsv[0] the
 * overruns that belong to it, rsv[1] its lateness in ns, both ending at U32_MAX.
 * Masks of channels do not apply.
 */
#define PTP_EXTTS_ALARM		(1 << 16)

#endif /* _UAPI_CHS_PTP_H */
