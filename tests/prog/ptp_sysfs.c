// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_sysfs DEVICE NODE GROUP...: a PTP clock's files in sysfs and debugfs: modes,
 * formats, commands, and statistics that are exact. The groups but "poor" want a
 * clock with the lab's defaults; statistics and changes want a fresh one.
 */
#include <dirent.h>
#include <linux/pps.h>
#include <sys/prctl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "ptp_test.h"

#define LONG_AGO 1000003L

static int fd;

static char page[8192];

static const char *text_of(const char *name)
{
	long len = slurp(sysfs(name), page, sizeof(page));

	if (len < 0)
		snprintf(page, sizeof(page), "(%s)", err_name(len));
	return page;
}

static void reads(const char *name, const char *expected)
{
	const char *got = text_of(name);

	ok(!strcmp(got, expected), "%s: '%.*s'%s%.*s", name, (int)strcspn(expected, "\n"), expected,
	   strcmp(got, expected) ? ", is " : "",
	   strcmp(got, expected) ? (int)strcspn(got, "\n") : 0, got);
}

static void reads_number(const char *name, long long expected)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld\n", expected);
	reads(name, text);
}

static void counts(const char *name, long long expected)
{
	want(statistic(name), expected, "statistics/%s", name);
}

static void writes(const char *name, const char *text, long expected)
{
	want(spill(sysfs(name), text), expected, "%s: '%s'", name, text);
}

static void has_mode(const char *path, unsigned int mode)
{
	struct stat st;

	if (stat(path, &st))
		ok(false, "%s: mode 0%o: %s", path, mode, strerror(errno));
	else
		ok((st.st_mode & 07777) == mode && !st.st_uid && !st.st_gid,
		   "%s: mode 0%o of root, is 0%o", path, mode, st.st_mode & 07777);
}

static void absent(const char *name)
{
	want(call(access(sysfs(name), F_OK)), -ENOENT, "%s: is there", name);
}

static const char *lab_text(const char *attribute)
{
	static char text[256];
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/%s", device, attribute);
	slurp(path, text, sizeof(text));
	return text;
}

static long long lab_number(const char *attribute)
{
	return atoll(lab_text(attribute));
}

/* the nth of the lab's list of numbers */
static long long lab_nth(const char *attribute, unsigned int n)
{
	const char *p = lab_text(attribute);

	while (n--)
		p = strchr(p, ' ') + 1;
	return atoll(p);
}

static void attributes(void)
{
	static const char *const read_only_files[] = {
		"clock_name",
		"max_adjustment",
		"max_phase_adjustment",
		"n_alarms",
		"n_external_timestamps",
		"n_periodic_outputs",
		"n_programmable_pins",
		"pps_available",
		"fifo",
		"dev",
	};
	static const char *const write_only_files[] = { "extts_enable", "period", "pps_enable" };
	char name[64], path[PATH_MAX], line[64];
	struct ptp_clock_caps caps;
	struct stat st;
	size_t i;

	pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
	snprintf(name, sizeof(name), "lab-%s\n", device);
	reads("clock_name", name);
	reads_number("max_adjustment", caps.max_adj);
	reads_number("max_phase_adjustment", caps.max_phase_adj);
	reads_number("n_alarms", caps.n_alarm);
	reads_number("n_external_timestamps", caps.n_ext_ts);
	reads_number("n_periodic_outputs", caps.n_per_out);
	reads_number("n_programmable_pins", caps.n_pins);
	reads_number("pps_available", caps.pps);
	for (i = 0; i < ARRAY_SIZE(read_only_files); i++) {
		has_mode(sysfs(read_only_files[i]), 0444);
		want(spill(sysfs(read_only_files[i]), "1\n"), -EACCES, "%s: written",
		     read_only_files[i]);
	}
	for (i = 0; i < ARRAY_SIZE(write_only_files); i++) {
		has_mode(sysfs(write_only_files[i]), 0220);
		want(slurp(sysfs(write_only_files[i]), page, sizeof(page)), -EACCES, "%s: read",
		     write_only_files[i]);
	}

	/* the node: its minor number is the index, and only root has it */
	if (stat(node, &st))
		die("stat %s: %s", node, strerror(errno));
	ok(S_ISCHR(st.st_mode), "%s: a character device", node);
	has_mode(node, 0600);
	want(minor(st.st_rdev), atoi(node_name() + 3), "%s: minor number", node);
	snprintf(line, sizeof(line), "%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	reads("dev", line);
	snprintf(line, sizeof(line), "MAJOR=%u\nMINOR=%u\nDEVNAME=%s\n", major(st.st_rdev),
		 minor(st.st_rdev), node_name());
	reads("uevent", line);
	if (!realpath(sysfs("device"), path))
		die("no device link");
	want(strcmp(strrchr(path, '/') + 1, device), 0, "device: %s", path);
	if (!realpath(sysfs("subsystem"), path))
		die("no subsystem link");
	ok(!strcmp(path, "/sys/class/phc") || !strcmp(path, "/sys/class/ptp"), "subsystem: %s",
	   path);
	has_mode(debugfs("readers"), 0400);
}

static void extts_enable(void)
{
	long long calls;

	writes("extts_enable", "0 1", 0);
	want(lab_nth("in_on", 0), 1, "extts 0 is on");
	push(0, 7, 0);
	want(lab_nth("delivered", 0), 7, "its rising edges come");
	writes("extts_enable", "0 0\n", 0);
	want(lab_nth("in_on", 0), 0, "extts 0 is off");
	writes("extts_enable", "3 2", 0);
	want(lab_nth("in_on", 3), 1, "extts 3 is on");
	writes("extts_enable", "3 0", 0);
	writes("extts_enable", "4 1", -EBUSY); /* the driver's: it has no pin */
	calls = statistic("enable");
	writes("extts_enable", "8 1", -EINVAL);
	writes("extts_enable", "4294967295 1", -EINVAL);
	writes("extts_enable", "0", -EINVAL);
	writes("extts_enable", "\n", -EINVAL);
	writes("extts_enable", "x 1", -EINVAL);
	writes("extts_enable", "0 x", -EINVAL);
	counts("enable", calls);
}

static void fifo(void)
{
	struct ptp_extts_event event;
	long long dropped;
	char line[64];
	int r = open_node(node, O_RDONLY | O_NONBLOCK), i, n = 0;

	pioctl(fd, PTP_MASK_CLEAR_ALL, NULL); /* so that fd has no losses */
	while (*text_of("fifo"))
		;
	writes("extts_enable", "3 1", 0);
	reads("fifo", "");
	push(3, 2, 1000);
	for (i = 0; i < 2; i++) {
		want(sysread(r, &event, 32), 32, "a reader gets the event");
		snprintf(line, sizeof(line), "3 %lld %u\n", (long long)event.t.sec, event.t.nsec);
		reads("fifo", line);
	}
	reads("fifo", "");
	close(r);
	/* full, it keeps the newest, and nobody is said to have lost any */
	dropped = statistic("extts_dropped");
	push(3, 1009, 1000);
	counts("extts_dropped", dropped);
	while (*text_of("fifo"))
		n++;
	want(n, CAPACITY, "fifo: of 1009 events there are");
	/* a mask of an open file is no mask of the fifo */
	r = open_node(node, O_RDONLY);
	pioctl(r, PTP_MASK_CLEAR_ALL, NULL);
	push(3, 1, 0);
	ok(!strncmp(text_of("fifo"), "3 ", 2), "fifo: beside an open file that lets nothing in");
	close(r);
	writes("extts_enable", "3 0", 0);
}

static void period(void)
{
	long long calls;

	writes("period", "0 0 0 1 0", 0);
	want(lab_nth("out_on", 0), 1, "output 0 runs");
	writes("period", "0 0 0 0 0\n", 0);
	want(lab_nth("out_on", 0), 0, "output 0 is off");
	writes("period", "3 100 5 0 500000", 0);
	want(lab_nth("out_on", 3), 1, "output 3 runs");
	writes("period", "3 0 0 0 0", 0);
	writes("period", "0 0 0 0 1", -ERANGE); /* the driver's: too short */
	calls = statistic("enable");
	writes("period", "4 0 0 1 0", -EINVAL);
	writes("period", "4294967295 0 0 1 0", -EINVAL);
	writes("period", "0 0 0 1", -EINVAL);
	writes("period", "", 0); /* nothing written is no write */
	writes("period", "x", -EINVAL);
	counts("enable", calls);
}

static void pps_enable(void)
{
	writes("pps_enable", "1", 0);
	want(lab_number("pps_on"), 1, "PPS is on");
	writes("pps_enable", "0\n", 0);
	want(lab_number("pps_on"), 0, "PPS is off");
	writes("pps_enable", "x", -EINVAL);
	allow_sys_time(false);
	writes("pps_enable", "1", -EPERM);
	writes("pps_enable", "x", -EPERM);
	allow_sys_time(true);
	want(lab_number("pps_on"), 0, "PPS is off");
}

static void pins(void)
{
	char name[32], line[32];
	unsigned int i;
	DIR *dir = opendir(sysfs("pins"));
	struct dirent *entry;

	for (i = 0; dir && (entry = readdir(dir));)
		i += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	want(i, 8, "pins/: files");
	for (i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "pins/pin%u", i);
		snprintf(line, sizeof(line), "%u %u\n", i < 4 ? 1U : 2U, i % 4);
		reads(name, line);
		has_mode(sysfs(name), 0644);
	}
	writes("pins/pin1", "1 0", 0);
	reads("pins/pin1", "1 0\n");
	reads("pins/pin0", "0 0\n");
	writes("pins/pin0", "0 7\n", 0);
	reads("pins/pin0", "0 7\n");
	writes("pins/pin0", "1 8", -EINVAL);
	writes("pins/pin0", "2 4", -EINVAL);
	writes("pins/pin0", "3 1", -EINVAL);
	writes("pins/pin0", "3 0", -EOPNOTSUPP);
	writes("pins/pin0", "4 0", -EINVAL);
	writes("pins/pin0", "1", -EINVAL);
	writes("pins/pin0", "x", -EINVAL);
	reads("pins/pin0", "0 7\n");
	writes("pins/pin0", "1 0", 0);
	writes("pins/pin1", "1 1", 0);
}

/* what a clock does not have has no file */
static void poor(void)
{
	absent("extts_enable");
	absent("fifo");
	absent("period");
	absent("pps_enable");
	absent("pins");
	absent("max_phase_adjustment");
	reads_number("n_external_timestamps", 0);
	reads_number("n_periodic_outputs", 0);
	reads_number("n_programmable_pins", 0);
	reads_number("pps_available", 0);
	reads_number("n_alarms", 0);
	reads_number("statistics/gettimex", 0);
	reads("statistics/extts_dropped_channels", "");
}

static void statistics(void)
{
	static const char *const names[] = {
		"gettime", "gettimex", "crosststamp", "settime",  "adjtime",
		"adjfine", "adjphase", "vclocks",     "enable",	  "ioctl",
		"read",	   "open",     "pps",	      "aux_work", "alarm",
	};
	static const char *const others[] = {
		"extts_events",	   "extts_dropped", "extts_dropped_channels", "readers",
		"last_settime",	   "last_adjtime",  "last_adjfine",	      "last_adjphase",
		"last_vclocks",	   "alarms",	    "alarms_armed",	      "alarms_fired",
		"alarms_overruns",
	};
	struct ptp_sys_offset_extended extended = { .n_samples = 5 };
	struct ptp_sys_offset_precise precise = { 0 };
	struct ptp_sys_offset offset = { .n_samples = 3 };
	struct timex tx = { .modes = ADJ_FREQUENCY };
	struct ptp_extts_event events[30];
	struct timespec ts;
	char name[64];
	unsigned int i;
	int r;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "statistics/%s", names[i]);
		reads_number(name, !strcmp(names[i], "open"));
		has_mode(sysfs(name), 0444);
		snprintf(name, sizeof(name), "statistics/%s_errors", names[i]);
		reads_number(name, 0);
		has_mode(sysfs(name), 0444);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(name, sizeof(name), "statistics/%s", others[i]);
		has_mode(sysfs(name), 0444);
	}
	for (i = 0; i < 101; i++)
		pgettime(fd, &ts);
	for (i = 0; i < 7; i++)
		pioctl(fd, PTP_SYS_OFFSET2, &offset);
	for (i = 0; i < 2; i++)
		pioctl(fd, PTP_SYS_OFFSET_EXTENDED, &extended);
	for (i = 0; i < 3; i++)
		pioctl(fd, PTP_SYS_OFFSET_PRECISE, &precise);
	for (i = 0; i < 5; i++)
		psettime(fd, LONG_AGO + i, 0);
	psettime(fd, -1, 0); /* refused by the kernel */
	for (i = 0; i < 11; i++)
		padjtime(fd, &tx);
	tx.freq = LONG_MAX;
	padjtime(fd, &tx); /* refused by the class */
	tx.modes = ADJ_SETOFFSET;
	for (i = 0; i < 13; i++)
		padjtime(fd, &tx); /* each reads the clock */
	tx.modes = ADJ_OFFSET;
	for (i = 0; i < 17; i++)
		padjtime(fd, &tx);
	counts("gettime", 101 + 7 * 3 + 13);
	counts("gettimex", 2 * 5);
	counts("crosststamp", 3);
	counts("settime", 5);
	counts("adjfine", 11 + 1);
	counts("adjfine_errors", 1);
	counts("adjtime", 13);
	counts("adjphase", 17);
	counts("ioctl", 7 + 2 + 3);
	counts("ioctl_errors", 0);
	pioctl(fd, 0, NULL);
	offset.n_samples = 26;
	pioctl(fd, PTP_SYS_OFFSET, &offset);
	pioctl(fd, PTP_CLOCK_GETCAPS, NULL);
	counts("ioctl", 7 + 2 + 3 + 3);
	counts("ioctl_errors", 3);
	lab("fail", "op=all errno=5 count=1");
	pgettime(fd, &ts);
	pioctl(fd, PTP_SYS_OFFSET_PRECISE, &precise);
	lab("fail", "op=all count=0");
	counts("gettime", 101 + 7 * 3 + 13 + 1);
	counts("gettime_errors", 1);
	counts("crosststamp", 4);
	counts("crosststamp_errors", 1);

	extts_on(fd, 0, 0);
	counts("enable", 1);
	counts("enable_errors", 0);
	lab("fail", "op=enable errno=5 count=1");
	spill(sysfs("extts_enable"), "1 1");
	counts("enable", 2);
	counts("enable_errors", 1);

	counts("readers", 1);
	r = open_node(node, O_RDONLY | O_NONBLOCK);
	counts("open", 2);
	counts("readers", 2);
	sysread(r, events, 32);
	counts("read", 1);
	counts("read_errors", 0);
	pioctl(fd, PTP_MASK_CLEAR_ALL, NULL);
	push(0, 101, 0);
	sysread(r, events, 960);
	sysread(r, events, 960);
	sysread(r, events, 33);
	counts("read", 4);
	counts("read_errors", 1);
	counts("extts_events", 101);
	counts("extts_dropped", 0);
	reads("statistics/extts_dropped_channels", "");
	close(r);
	counts("readers", 1);
	counts("open", 2);
	counts("aux_work", 0);
}

/* lines of debugfs readers that contain a text */
static unsigned int lines_with(const char *text)
{
	unsigned int n = 0;
	char *p;

	if (slurp(debugfs("readers"), page, sizeof(page)) <= 0)
		return 0;
	for (p = page; (p = strstr(p, text)); n++)
		p += strlen(text);
	return n;
}

/* losses stay in the books when the file that had them is closed, killed too */
static void departed(void)
{
	char line[128];
	unsigned int i;
	pid_t pid;
	int r;

	pioctl(fd, PTP_MASK_CLEAR_ALL, NULL);
	extts_on(fd, 0, 0);
	extts_on(fd, 3, 0);
	want(lines_with("closed"), 0, "closed readers in the books");
	r = open_node(node, O_RDONLY);
	push(0, 101, 0);
	close(r);
	want(lines_with("closed"), 0, "a reader without losses: closed readers in the books");

	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "slow eater");
		r = open_node(node, O_RDONLY);
		push(0, 1009, 1000);
		push(3, 3, 1000);
		sysread(r, page, 960);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	counts("extts_dropped", 1012 - CAPACITY);
	reads("statistics/extts_dropped_channels", "0 885\n");
	slurp(debugfs("readers"), page, sizeof(page));
	snprintf(line, sizeof(line), "%d slow\\040eater   closed", pid);
	ok(strstr(page, line), "debugfs: %s", line);
	want(lines_with("closed"), 1, "closed readers in the books");
	slurp(debugfs("readers"), page, sizeof(page));
	ok(strstr(page, " 30       885 -\n"), "debugfs: 30 delivered, 885 lost");

	r = open_node(node, O_RDONLY);
	push(3, 1009, 1000);
	close(r);
	reads("statistics/extts_dropped_channels", "0 885\n3 882\n");
	for (i = 0; i < 17; i++) {
		r = open_node(node, O_RDONLY);
		push(3, CAPACITY + 1, 1000);
		close(r);
	}
	want(lines_with("closed"), 16, "closed readers in the books at most");
	reads("statistics/extts_dropped_channels", "0 885\n3 899\n");
	counts("extts_dropped", 885 + 882 + 17);
	counts("readers", 1);
}

/* ---- names that are no words ---- */

/* of each line: as many columns as the first has, and nothing but printable ASCII */
static bool is_table(const char *text)
{
	unsigned int columns = 0, heads = 0;
	bool in_word = false;
	const char *p;

	for (p = text; *p; p++) {
		if (*p == '\n') {
			heads = heads ?: columns;
			if (columns != heads)
				return false;
			columns = 0;
			in_word = false;
			continue;
		}
		if (*p < ' ' || *p > '~')
			return false;
		columns += *p != ' ' && !in_word;
		in_word = *p != ' ';
	}
	return heads && p[-1] == '\n';
}

static void as_somebody(const char *name, const char *escaped)
{
	struct ptp_alarm_config config = { .notify = PTP_ALARM_NOTIFY_NONE };
	struct timex tx = { .modes = ADJ_FREQUENCY };
	int r;

	prctl(PR_SET_NAME, name);
	r = open_node(node, O_RDONLY);
	want(pioctl(r, PTP_ALARM_CREATE, &config), 0, "an alarm of %s", escaped);
	slurp(debugfs("readers"), page, sizeof(page));
	ok(strstr(page, escaped) && is_table(page), "an open file of %s: %s", escaped, page);
	slurp(debugfs("alarms"), page, sizeof(page));
	ok(strstr(page, escaped) && is_table(page), "an alarm of %s: %s", escaped, page);
	push(0, CAPACITY + 3, 1000);
	slurp(debugfs("readers"), page, sizeof(page));
	ok(strstr(page, escaped) && is_table(page), "losses of %s: %s", escaped, page);
	close(r);
	slurp(debugfs("readers"), page, sizeof(page));
	ok(strstr(page, escaped) && is_table(page), "a closed file of %s: %s", escaped, page);
	want(padjtime(fd, &tx), 0, "adjfine by %s", escaped);
	ok(!strcmp(field(sysfs("statistics/last_adjfine"), "comm"), escaped),
	   "last_adjfine by %s: %s", escaped, field(sysfs("statistics/last_adjfine"), "comm"));
}

static void names(void)
{
	extts_on(fd, 0, 0);
	slurp(debugfs("readers"), page, sizeof(page));
	ok(is_table(page), "no losses: %s", page);
	as_somebody("plain", "plain");
	as_somebody("two words", "two\\040words");
	as_somebody("tmux: server", "tmux:\\040server");
	as_somebody("a\nb\tc", "a\\012b\\011c");
	as_somebody("\033[31mred\033[m", "\\033[31mred\\033[m");
	as_somebody("Z\xc3\xa4hler", "Z\\303\\244hler");
	as_somebody("\xff\xfe\x80", "\\377\\376\\200");
	as_somebody("back\\slash", "back\\134slash");
	prctl(PR_SET_NAME, "ptp_sysfs");
}

static void changed(const char *name, const char *old_key, const char *new_key, long long old_value,
		    long long new_value, pid_t pid)
{
	char path[256];
	int64_t now = now_ns(CLOCK_REALTIME), when;

	snprintf(path, sizeof(path), "%s", sysfs(name));
	when = number_field(path, "when_ns");
	ok(when <= now && when > now - 20 * NSEC, "%s: when", name);
	want(number_field(path, old_key), old_value, "%s: %s", name, old_key);
	want(number_field(path, new_key), new_value, "%s: %s", name, new_key);
	want(number_field(path, "pid"), pid, "%s: pid", name);
	ok(!strcmp(field(path, "comm"), "turn\\040the\\040hands"), "%s: comm '%s'", name,
	   field(path, "comm"));
}

/* who changed the clock last, from what to what */
static void changes(void)
{
	static const char *const names[] = { "last_settime", "last_adjtime", "last_adjfine",
					     "last_adjphase" };
	struct timex tx = { .modes = ADJ_SETOFFSET };
	char name[64], before[4][256];
	unsigned int i;
	pid_t pid;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "statistics/%s", names[i]);
		reads(name, "");
	}
	lab("stuck", "1");
	psettime(fd, LONG_AGO, 7);
	tx.modes = ADJ_FREQUENCY;
	tx.freq = 65536;
	padjtime(fd, &tx);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "turn the hands");
		psettime(fd, LONG_AGO + 101, 13);
		tx.modes = ADJ_SETOFFSET | ADJ_NANO;
		tx.time.tv_sec = -3;
		tx.time.tv_usec = 1;
		padjtime(fd, &tx);
		tx.modes = ADJ_FREQUENCY;
		tx.freq = -5 * 65536;
		padjtime(fd, &tx);
		tx.modes = ADJ_OFFSET | ADJ_NANO;
		tx.offset = -1009;
		padjtime(fd, &tx);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	changed("statistics/last_settime", "old_ns", "new_ns", LONG_AGO * NSEC + 7,
		(LONG_AGO + 101) * NSEC + 13, pid);
	changed("statistics/last_adjtime", "old_ns", "new_ns", (LONG_AGO + 101) * NSEC + 13,
		(LONG_AGO + 98) * NSEC + 14, pid);
	changed("statistics/last_adjfine", "old_scaled_ppm", "new_scaled_ppm", 65536, -5 * 65536,
		pid);
	changed("statistics/last_adjphase", "old_ns", "new_ns", 0, -1009, pid);

	/* what fails changes nothing */
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "statistics/%s", names[i]);
		snprintf(before[i], sizeof(before[i]), "%s", text_of(name));
	}
	lab("fail", "op=all errno=5 count=1");
	psettime(fd, LONG_AGO, 0);
	lab("fail", "op=gettime errno=5 count=0");
	tx.modes = ADJ_SETOFFSET;
	tx.time.tv_sec = tx.time.tv_usec = 0;
	padjtime(fd, &tx);
	tx.modes = ADJ_FREQUENCY;
	padjtime(fd, &tx);
	tx.freq = LONG_MAX;
	padjtime(fd, &tx);
	tx.modes = ADJ_OFFSET;
	tx.offset = 1;
	padjtime(fd, &tx);
	tx.offset = LONG_MAX;
	padjtime(fd, &tx);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(name, sizeof(name), "statistics/%s", names[i]);
		reads(name, before[i]);
	}
	lab("stuck", "0");
}

/* ---- the PPS source ---- */

static long fetch(int file, struct pps_fdata *data, int seconds)
{
	memset(data, 0, sizeof(*data));
	data->timeout.sec = seconds;
	return call(ioctl(file, PPS_FETCH, data));
}

static void pps(void)
{
	struct pps_kparams params = { 0 };
	struct pps_fdata first, data;
	char name[64], path[PATH_MAX] = "";
	unsigned int i, matches = 0;
	int file, mode = 0;
	int64_t gap;
	glob_t found;

	if (glob("/sys/class/pps/pps*/name", 0, NULL, &found))
		die("no PPS source");
	for (i = 0; i < found.gl_pathc; i++) {
		slurp(found.gl_pathv[i], name, sizeof(name));
		name[strcspn(name, "\n")] = 0;
		if (strcmp(name, node_name()))
			continue;
		matches++;
		*strrchr(found.gl_pathv[i], '/') = 0;
		snprintf(path, sizeof(path), "/dev/%s", strrchr(found.gl_pathv[i], '/') + 1);
	}
	globfree(&found);
	want(matches, 1, "PPS sources named %s", node_name());
	file = open_node(path, O_RDWR);
	want(call(ioctl(file, PPS_GETCAP, &mode)), 0, "PPS_GETCAP");
	want(mode, PPS_CAPTUREASSERT | PPS_OFFSETASSERT | PPS_CANWAIT | PPS_TSFMT_TSPEC,
	     "PPS_GETCAP: modes");
	want(call(ioctl(file, PPS_GETPARAMS, &params)), 0, "PPS_GETPARAMS");
	want(params.mode & ~PPS_TSFMT_TSPEC, PPS_CAPTUREASSERT | PPS_OFFSETASSERT,
	     "PPS_GETPARAMS: mode");

	want(fetch(file, &data, 0), 0, "PPS_FETCH: off");
	want(data.info.assert_sequence, 0, "PPS_FETCH: off: sequence");
	want(pioctl(fd, PTP_ENABLE_PPS, (void *)1), 0, "ENABLE_PPS");
	/* the clock's second is what counts: let it begin at once, and again */
	for (i = 1; i <= 5; i++) {
		int64_t before = now_ns(CLOCK_REALTIME), stamp;

		psettime(fd, LONG_AGO + 10 * i, 970000000);
		want(fetch(file, &data, 5), 0, "PPS_FETCH: second %u", i);
		want(data.info.assert_sequence, i, "PPS_FETCH: sequence");
		want(data.info.clear_sequence, 0, "PPS_FETCH: no clear");
		stamp = data.info.assert_tu.sec * NSEC + data.info.assert_tu.nsec;
		ok(stamp >= before + 29000000 && stamp <= now_ns(CLOCK_REALTIME),
		   "PPS_FETCH: %ld ns after the clock was set to 0.97 s", (long)(stamp - before));
	}
	/* on a busy machine a second may be seen late, but not all of them */
	do {
		first = data;
		want(fetch(file, &data, 5), 0, "PPS_FETCH: the next second");
		want(data.info.assert_sequence, i, "PPS_FETCH: sequence");
		gap = (data.info.assert_tu.sec - first.info.assert_tu.sec) * NSEC +
		      data.info.assert_tu.nsec - first.info.assert_tu.nsec;
	} while (i++ < 15 && (gap <= 900000000 || gap >= 1100000000));
	ok(gap > 900000000 && gap < 1100000000, "PPS_FETCH: %ld ns after the last", (long)gap);
	want(pioctl(fd, PTP_ENABLE_PPS, NULL), 0, "ENABLE_PPS: off");
	counts("pps", i - 1);
	want(lab_number("pps_events"), i - 1, "the driver's own count");
	psettime(fd, LONG_AGO, 999000000);
	nap_ms(101);
	counts("pps", i - 1);
	close(file);
}

static const struct group groups[] = {
	{ "attributes", attributes },
	{ "extts_enable", extts_enable },
	{ "fifo", fifo },
	{ "period", period },
	{ "pps_enable", pps_enable },
	{ "pins", pins },
	{ "statistics", statistics },
	{ "departed", departed },
	{ "names", names },
	{ "changes", changes },
	{ "pps", pps },
	{ "poor", poor },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_sysfs DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
