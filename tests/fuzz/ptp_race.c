// SPDX-License-Identifier: GPL-2.0
/*
 * Target ptp: threads that disturb. What they do is not judged beyond this: a call
 * answers with an errno that some state of the clock allows, and memory that is none of
 * its business stays as it was.
 *
 *	racer 0	unplugs clocks and plugs them in again; wires outputs to inputs
 *	racer 1	sets, shifts and steers clocks, changes pins and requests, pushes edges
 *	racer 2	sleeps in read() and poll() on whatever file is open
 */
#include <pthread.h>
#include <signal.h>

#include "ptp.h"

#define MS 1000000L

static void pause_ms(struct fuzz_rng *rng, unsigned int most)
{
	struct timespec ts = { .tv_nsec = (1 + fuzz_below(rng, most)) * MS };

	nanosleep(&ts, NULL);
}

static void bay_names(unsigned int bay, struct bay *copy)
{
	pthread_mutex_lock(&ptp_bays_mutex);
	strcpy(copy->device, ptp_bays[bay].device);
	strcpy(copy->node, ptp_bays[bay].node);
	pthread_mutex_unlock(&ptp_bays_mutex);
}

static void plugger(struct fuzz_rng *rng)
{
	unsigned int bay = fuzz_below(rng, N_BAYS), other = fuzz_below(rng, 2) * 2;
	struct bay from, to;
	char text[96];

	bay_names(0, &from);
	bay_names(other, &to);
	snprintf(text, sizeof(text), "%s.out%u %s.in%u", from.device, fuzz_below(rng, 4), to.device,
		 fuzz_below(rng, 3));
	spill("/sys/bus/lab/wire", text);
	pause_ms(rng, 400);
	if (fuzz_one_in(rng, 4))
		spill("/sys/bus/lab/unwire", to.device);
	fuzz_hold_signals(true);
	if (!ptp_unplug(bay) || !ptp_plug(bay))
		fuzz_wrong(ptp_fuzz, "racing thread: cannot unplug bay %u and plug in again", bay);
	fuzz_hold_signals(false);
}

/* any errno that the interface knows */
static void known(const char *what, long result)
{
	static const long errors[] = { -EINVAL, -EACCES, -ENODEV, -EBUSY,  -EIO,       -ERANGE,
				       -EAGAIN, -EINTR,	 -EBADF,  -ENOTTY, -EOPNOTSUPP };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (result >= 0 || result == errors[i])
			return;
	fuzz_wrong(ptp_fuzz, "racing thread: %s: %s", what, fuzz_result_name(result));
}

/* a file of the main thread's, made safe against reuse of its number; to be closed */
static int any_file(struct fuzz_rng *rng)
{
	unsigned int slot = fuzz_below(rng, N_SLOTS);
	int fd = fcntl(__atomic_load_n(&ptp_slots[slot].fd, __ATOMIC_RELAXED), F_DUPFD_CLOEXEC, 0);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void setter(struct fuzz_rng *rng)
{
	struct ptp_extts_request extts = { .index = fuzz_below(rng, 8),
					   .flags = fuzz_below(rng, 8) };
	struct ptp_perout_request perout = {
		.index = fuzz_below(rng, 4),
		.period = { .sec = fuzz_below(rng, 2), .nsec = 100000000 },
	};
	struct ptp_pin_desc pin = {
		.index = fuzz_below(rng, 8),
		.func = fuzz_below(rng, 3),
		.chan = fuzz_below(rng, 4),
	};
	struct timex tx = {
		.modes = fuzz_one_in(rng, 2) ? ADJ_SETOFFSET : ADJ_FREQUENCY,
		.freq = (int64_t)fuzz_below(rng, 1 << 24) - (1 << 23),
		.time.tv_sec = (int64_t)fuzz_below(rng, 2000) - 1000,
	};
	int fd = any_file(rng);
	char path[96], text[64];
	struct bay bay;

	switch (fuzz_below(rng, 8)) {
	case 0:
		known("clock_settime", psettime(fd, 1000000000 + fuzz_below(rng, 1000), 0));
		break;
	case 1:
		known("clock_adjtime", padjtime(fd, &tx));
		break;
	case 2:
		known("PTP_PIN_SETFUNC", pioctl(fd, PTP_PIN_SETFUNC, &pin));
		break;
	case 3:
		known("PTP_EXTTS_REQUEST", pioctl(fd, PTP_EXTTS_REQUEST, &extts));
		break;
	case 4:
		known("PTP_PEROUT_REQUEST", pioctl(fd, PTP_PEROUT_REQUEST, &perout));
		break;
	default:
		bay_names(fuzz_one_in(rng, 2) ? 0 : 2, &bay);
		snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/push", bay.device);
		snprintf(text, sizeof(text), "channel=%u count=%u", fuzz_below(rng, 3),
			 1 + fuzz_below(rng, 200));
		spill(path, text);
		break;
	}
	close(fd);
	/* the calls that are judged shall be most of what runs */
	pause_ms(rng, 10);
}

/* a file of its own now and then, so that a sleeper is there when its clock goes */
static void sleeper(struct fuzz *fuzz, struct fuzz_rng *rng)
{
	struct ptp_extts_event events[32];
	struct pollfd pfd = { .events = POLLIN };
	struct bay bay;
	int fd = -1;
	long n;

	if (fuzz_one_in(rng, 2)) {
		bay_names(fuzz_below(rng, N_BAYS), &bay);
		fd = open(bay.node, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		fd = any_file(rng);
	if (fd < 0)
		return;
	pfd.fd = fd;
	memset(events, FILLER, sizeof(events));
	if (fuzz_one_in(rng, 2)) {
		known("poll", call(poll(&pfd, 1, 20)));
	} else if (!__atomic_load_n(&fuzz->stop, __ATOMIC_RELAXED)) {
		n = sysread(pfd.fd, events, 30 * EVENT_SIZE);
		known("read", n);
		if (n > 0 && n % EVENT_SIZE)
			fuzz_wrong(fuzz, "racing thread: read of %ld bytes", n);
		if (n > 0)
			ptp_check_events(events, n / EVENT_SIZE);
		if (*(unsigned char *)(events + 30) != FILLER)
			fuzz_wrong(fuzz, "racing thread: read wrote too much");
	}
	close(fd);
	pause_ms(rng, 10);
}

void ptp_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer)
{
	switch (racer) {
	case 0:
		plugger(rng);
		break;
	case 1:
		setter(rng);
		break;
	default:
		sleeper(fuzz, rng);
		break;
	}
}
