// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded before libchs_timer.so: takes the clock $PHC (/dev/ptp64) for
 * CLOCK_REALTIME in a program that cannot be told of other clocks. Changes the number
 * of the clock in its calls and nothing else.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

static clockid_t phc = CLOCK_REALTIME;

static clockid_t clock_for(clockid_t clock)
{
	return clock == CLOCK_REALTIME ? phc : clock;
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *now)
{
	return NEXT(clock_gettime)(clock_for(clock), now);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
		    struct timespec *rest)
{
	return NEXT(clock_nanosleep)(clock_for(clock), flags, request, rest);
}

int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
	return NEXT(timer_create)(clock_for(clock), event, timer);
}

__attribute__((constructor)) static void begin(void)
{
	const char *node = getenv("PHC");
	int fd = node ? open(node, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		abort();
	phc = (clockid_t)(~(unsigned int)fd << 3 | 3);
}
