// SPDX-License-Identifier: GPL-2.0
/*
 * hte_read CHIP FIRST COUNT [QUEUE [NAP_MS [NAME]]]: requests lines of /dev/CHIP, both edges,
 * as the consumer NAME, and reads their stamps until it is told to end. With a queue of QUEUE
 * events and a nap of NAP_MS before each read it is a slow reader. Says then how many it got
 * and missed.
 */
#include <errno.h>
#include <error.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static volatile sig_atomic_t ending;

static void end(int sig)
{
	(void)sig;
	ending = 1;
}

int main(int argc, char **argv)
{
	/* without SA_RESTART: read() returns */
	const struct sigaction action = { .sa_handler = end };
	struct gpio_v2_line_request request = {
		.consumer = "hte_read",
		.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE |
				GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING,
	};
	struct gpio_v2_line_event events[16];
	unsigned long got = 0, missed = 0, nap_us;
	unsigned int first;
	char path[64];
	int chip;

	if (argc < 4 || argc > 7)
		error(2, 0, "usage: hte_read CHIP FIRST COUNT [QUEUE [NAP_MS [NAME]]]");
	first = strtoul(argv[2], NULL, 0);
	request.num_lines = strtoul(argv[3], NULL, 0);
	if (request.num_lines > GPIO_V2_LINES_MAX)
		error(2, 0, "%d lines at most", GPIO_V2_LINES_MAX);
	for (unsigned int i = 0; i < request.num_lines; i++)
		request.offsets[i] = first + i;
	request.event_buffer_size = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
	nap_us = argc > 5 ? strtoul(argv[5], NULL, 0) * 1000 : 0;
	if (nap_us)
		strcpy(request.consumer, "slow reader");
	if (argc > 6)
		strncpy(request.consumer, argv[6], sizeof(request.consumer) - 1);

	snprintf(path, sizeof(path), "/dev/%s", argv[1]);
	chip = open(path, O_RDWR | O_CLOEXEC);
	if (chip < 0 || ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request))
		error(1, errno, "%s", path);
	close(chip);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	for (__u32 expected = 1; !ending;) {
		ssize_t len;

		if (nap_us)
			usleep(nap_us);
		len = read(request.fd, events, sizeof(events));
		if (len < 0 && errno != EINTR)
			error(1, errno, "read");
		for (size_t i = 0; len > 0 && i < len / sizeof(events[0]); i++) {
			missed += (__u32)(events[i].seqno - expected);
			expected = events[i].seqno + 1;
			got++;
		}
	}
	printf("%lu events, %lu missed\n", got, missed);
	return 0;
}
