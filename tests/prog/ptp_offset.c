// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_offset [-c NODE2] [-n COUNT] [-i MS] [-w NS] NODE: offset of a PTP clock from
 * CLOCK_REALTIME, or from a second PTP clock, by PTP_SYS_OFFSET_PRECISE; in ns, a line
 * each. With -w the exit status is 1 if one of them is not within NS.
 */
#include "ptp_test.h"

static int64_t offset_of(int fd, int64_t *real)
{
	struct ptp_sys_offset_precise answer;
	long err = pioctl(fd, PTP_SYS_OFFSET_PRECISE2, &answer);

	if (err)
		die("PTP_SYS_OFFSET_PRECISE2: %s", err_name(err));
	*real = answer.sys_realtime.sec * NSEC + answer.sys_realtime.nsec;
	return answer.device.sec * NSEC + answer.device.nsec - *real;
}

int main(int argc, char **argv)
{
	long count = 1, interval = 1000, within = -1, i;
	const char *other = NULL;
	int fd, fd2 = -1, option, status = 0;
	int64_t offset, real;

	while ((option = getopt(argc, argv, "c:n:i:w:")) != -1) {
		switch (option) {
		case 'c':
			other = optarg;
			break;
		case 'n':
			count = atol(optarg);
			break;
		case 'i':
			interval = atol(optarg);
			break;
		case 'w':
			within = atol(optarg);
			break;
		default:
			die("usage: ptp_offset [-c NODE2] [-n COUNT] [-i MS] [-w NS] NODE");
		}
	}
	if (optind + 1 != argc)
		die("usage: ptp_offset [-c NODE2] [-n COUNT] [-i MS] [-w NS] NODE");
	fd = open_node(argv[optind], O_RDONLY);
	if (other)
		fd2 = open_node(other, O_RDONLY);
	for (i = 0; i < count; i++) {
		if (i)
			nap_ms(interval);
		offset = offset_of(fd, &real);
		/* both rates differ from the system's by ppm only: a ms apart is a few ns */
		if (other)
			offset -= offset_of(fd2, &real);
		printf("%ld\n", (long)offset);
		if (within >= 0 && (offset > within || offset < -within))
			status = 1;
	}
	return status;
}
