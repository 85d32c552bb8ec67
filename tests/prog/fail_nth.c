// SPDX-License-Identifier: GPL-2.0
/*
 * fail_nth [GROUP...]: each path into the class and the lab is walked with its first
 * allocation failing, then with its second, until nothing is left to fail. Every
 * failure must come out as an error that is its name, and leave all as it was.
 *
 * Needs a kernel with fault injection (the debug kernel); exits with 77 elsewhere.
 * Faults are injected by /proc/thread-self/fail-nth: they hit this task alone.
 */
#include "faults.h"
#include "ptp_test.h"

/* ---- paths ----------------------------------------------------------------- */

static int fd = -1; /* the clock, for reading and writing */
static char text[65536];

static void close_it(long result)
{
	close(result);
}

/* ---- the clock -------------------------------------------------------------- */

static long open_clock(void)
{
	return call(open(node, O_RDWR | O_CLOEXEC));
}

static long ioctl_caps(void)
{
	return pioctl(fd, PTP_CLOCK_GETCAPS2, &(struct ptp_clock_caps){ 0 });
}

static long ioctl_extts(void)
{
	struct ptp_extts_request rq = { .flags = PTP_ENABLE_FEATURE | PTP_RISING_EDGE };

	return pioctl(fd, PTP_EXTTS_REQUEST2, &rq);
}

static long ioctl_perout(void)
{
	struct ptp_perout_request rq = { .period = { .sec = 1 } };

	return pioctl(fd, PTP_PEROUT_REQUEST2, &rq);
}

static void perout_off(long result)
{
	struct ptp_perout_request rq = { 0 };

	(void)result;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "perout off");
}

static long ioctl_pps(void)
{
	return pioctl(fd, PTP_ENABLE_PPS2, (void *)1);
}

static long ioctl_pin(void)
{
	struct ptp_pin_desc pin = { .index = 1, .func = PTP_PF_EXTTS, .chan = 1 };

	return pioctl(fd, PTP_PIN_SETFUNC2, &pin);
}

static void pin_off(long result)
{
	struct ptp_pin_desc pin = { .index = 1 };

	(void)result;
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), 0, "pin off");
}

static long ioctl_pin_get(void)
{
	return pioctl(fd, PTP_PIN_GETFUNC2, &(struct ptp_pin_desc){ 0 });
}

static long ioctl_offset(void)
{
	static struct ptp_sys_offset offset = { .n_samples = 25 };

	return pioctl(fd, PTP_SYS_OFFSET2, &offset);
}

static long ioctl_extended(void)
{
	static struct ptp_sys_offset_extended offset = { .n_samples = 25 };

	return pioctl(fd, PTP_SYS_OFFSET_EXTENDED2, &offset);
}

static long ioctl_precise(void)
{
	return pioctl(fd, PTP_SYS_OFFSET_PRECISE2, &(struct ptp_sys_offset_precise){ 0 });
}

static long ioctl_mask(void)
{
	return pioctl(fd, PTP_MASK_EN_SINGLE, &(unsigned int){ 0 });
}

static long get(void)
{
	return pgettime(fd, &(struct timespec){ 0 });
}

static long set(void)
{
	return psettime(fd, 1000003, 0);
}

static long steer(void)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = 23 << 16 };

	return padjtime(fd, &tx);
}

static long step(void)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO, .time.tv_usec = 101 };

	return padjtime(fd, &tx);
}

/* one event waits, whatever became of the call before */
static void one_event(void)
{
	struct ptp_extts_event events[CAPACITY];

	drain(fd, events, CAPACITY);
	push(0, 1, 0);
}

static long read_event(void)
{
	struct ptp_extts_event event;

	return sysread(fd, &event, sizeof(event));
}

/* ---- alarms ------------------------------------------------------------------ */

static unsigned int alarm_id;

static long alarm_create(void)
{
	struct ptp_alarm_config config = { .notify = PTP_ALARM_NOTIFY_EVENT };
	long err = pioctl(fd, PTP_ALARM_CREATE, &config);

	alarm_id = config.id;
	return err;
}

static void alarm_delete(long result)
{
	(void)result;
	want(pioctl(fd, PTP_ALARM_DELETE, &alarm_id), 0, "alarm delete");
}

/* the clock's first: its worker too is made */
static long alarm_first(void)
{
	struct ptp_alarm_config config = { .notify = PTP_ALARM_NOTIFY_NONE };
	int file = open(node, O_RDONLY | O_CLOEXEC);
	long err;

	if (file < 0)
		return -errno;
	err = pioctl(file, PTP_ALARM_CREATE, &config);
	close(file);
	return err;
}

static void alarm_made(void)
{
	if (alarm_create())
		die("PTP_ALARM_CREATE");
}

static long alarm_set(void)
{
	struct ptp_alarm_setting setting = {
		.id = alarm_id,
		.value = { .sec = 1009 },
		.interval = { .sec = 1 },
	};
	long err = pioctl(fd, PTP_ALARM_SETTIME, &setting);

	/* made for each call: a failure leaves it as it was */
	if (err)
		pioctl(fd, PTP_ALARM_DELETE, &alarm_id);
	return err;
}

static long alarm_get(void)
{
	struct ptp_alarm_setting setting = { .id = alarm_id };
	long err = pioctl(fd, PTP_ALARM_GETTIME, &setting);

	if (err)
		pioctl(fd, PTP_ALARM_DELETE, &alarm_id);
	return err;
}

/* ---- files of sysfs and debugfs ---------------------------------------------- */

#define SYSFS_WRITE(function, file, value) \
	static void function##_prepare(void) \
	{ \
		target = open_node(sysfs(file), O_WRONLY); \
	} \
	static long function(void) \
	{ \
		return call(write(target, value, strlen(value))); \
	}

SYSFS_WRITE(sysfs_pin, "pins/pin1", "0 0")
SYSFS_WRITE(sysfs_extts, "extts_enable", "0 1")
SYSFS_WRITE(sysfs_period, "period", "0 0 0 1 0")
SYSFS_WRITE(sysfs_pps, "pps_enable", "1")

SYSFS_WRITE(sysfs_max_vclocks, "max_vclocks", "23")
SYSFS_WRITE(sysfs_vclocks, "n_vclocks", "3")

/* none is left behind, however far the call came */
static void no_vclocks(void)
{
	if (spill(sysfs("n_vclocks"), "0"))
		die("n_vclocks");
	want(number_in(sysfs("n_vclocks")), 0, "n_vclocks");
	sysfs_vclocks_prepare();
}

static void vclocks_off(long result)
{
	(void)result;
	want(number_in(sysfs("n_vclocks")), 3, "n_vclocks made");
	want(spill(sysfs("n_vclocks"), "0"), 0, "n_vclocks off");
}

static long debugfs_readers(void)
{
	return slurp(debugfs("readers"), text, sizeof(text));
}

static long statistics(void)
{
	return slurp(sysfs("statistics/gettime"), text, sizeof(text));
}

/* ---- birth and death --------------------------------------------------------- */

static void lab_file(void)
{
	target = open_node("/sys/bus/lab/new_device", O_WRONLY);
}

static long lab_register(void)
{
	static const char line[] = "phc name=faulty";

	return call(write(target, line, sizeof(line) - 1));
}

/* the clock of these paths is phc0; what a call has made goes again, whatever its name */
static void lab_unregister(long result)
{
	char name[32];

	(void)result;
	slurp("/sys/bus/lab/result", text, sizeof(text));
	if (sscanf(text, "%31s", name) != 1 || spill("/sys/bus/lab/del_device", name))
		ok(false, "del %s", text);
}

static unsigned int clocks(void)
{
	unsigned int n = 0;
	glob_t found;

	if (!glob("/sys/class/p[ht][cp]/ptp*", 0, NULL, &found)) {
		n = found.gl_pathc;
		globfree(&found);
	}
	return n;
}

static const struct path clock_paths[] = {
	{ "open", NULL, open_clock, close_it, 0, 0 },
	{ "PTP_CLOCK_GETCAPS", NULL, ioctl_caps, NULL, 0, 0 },
	{ "PTP_PIN_SETFUNC", NULL, ioctl_pin, pin_off, 0, 0 },
	{ "PTP_PIN_GETFUNC", NULL, ioctl_pin_get, NULL, 0, 0 },
	{ "PTP_EXTTS_REQUEST", NULL, ioctl_extts, NULL, 0, 0 },
	{ "PTP_PEROUT_REQUEST", NULL, ioctl_perout, perout_off, 0, 0 },
	{ "PTP_ENABLE_PPS", NULL, ioctl_pps, NULL, 0, 0 },
	{ "PTP_SYS_OFFSET", NULL, ioctl_offset, NULL, 0, 0 },
	{ "PTP_SYS_OFFSET_EXTENDED", NULL, ioctl_extended, NULL, 0, 0 },
	{ "PTP_SYS_OFFSET_PRECISE", NULL, ioctl_precise, NULL, 0, 0 },
	{ "PTP_MASK_EN_SINGLE", NULL, ioctl_mask, NULL, 0, 0 },
	{ "clock_gettime", NULL, get, NULL, 0, 0 },
	{ "clock_settime", NULL, set, NULL, 0, 0 },
	{ "clock_adjtime, frequency", NULL, steer, NULL, 0, 0 },
	{ "clock_adjtime, step", NULL, step, NULL, 0, 0 },
	{ "read", one_event, read_event, NULL, 0, 0 },
	{ "sysfs pins", sysfs_pin_prepare, sysfs_pin, NULL, 0, 0 },
	{ "sysfs extts_enable", sysfs_extts_prepare, sysfs_extts, NULL, 0, 0 },
	{ "sysfs period", sysfs_period_prepare, sysfs_period, perout_off, 0, 0 },
	{ "sysfs pps_enable", sysfs_pps_prepare, sysfs_pps, NULL, 0, 0 },
	{ "PTP_ALARM_CREATE, first", NULL, alarm_first, NULL, 0, 0 },
	{ "PTP_ALARM_CREATE", NULL, alarm_create, alarm_delete, 0, 0 },
	{ "PTP_ALARM_SETTIME", alarm_made, alarm_set, alarm_delete, 0, 0 },
	{ "PTP_ALARM_GETTIME", alarm_made, alarm_get, alarm_delete, 0, 0 },
	{ "sysfs max_vclocks", sysfs_max_vclocks_prepare, sysfs_max_vclocks, NULL, 0, 0 },
	{ "sysfs statistics", NULL, statistics, NULL, 0, 0 },
	{ "debugfs readers", NULL, debugfs_readers, NULL, 0, 0 },
};

static void clock_group(void)
{
	size_t i;

	lab_new("");
	fd = open_node(node, O_RDWR | O_NONBLOCK);
	extts_on(fd, 0, 0);
	for (i = 0; i < ARRAY_SIZE(clock_paths); i++)
		walk(&clock_paths[i]);
	close(fd);
	lab_del();
}

/* what an n_vclocks that failed half-way has made is counted, and goes away */
static void vclocks_group(void)
{
	static const struct path path = { "sysfs n_vclocks", no_vclocks, sysfs_vclocks,
					  vclocks_off,	     0,		 0 };

	lab_new("");
	fd = open_node(node, O_RDWR);
	walk(&path);
	want(spill(sysfs("n_vclocks"), "0"), 0, "n_vclocks off at the end");
	want(clocks(), 1, "clocks afterwards");
	close(fd);
	lab_del();
}

static void register_group(void)
{
	/* the PPS core takes no notice of a name that it could not set, device_add() does */
	static const struct path path = { "register",	  lab_file, lab_register,
					  lab_unregister, -EINVAL,  0 };
	unsigned int before = clocks();

	walk(&path);
	want(clocks(), before, "clocks afterwards");
	want(spill("/sys/bus/lab/new_device", "phc"), 0, "register without a fault");
	lab_unregister(0);
}

/*
 * ---- modules -------------------------------------------------------------------
 * The own init of a module is the last part of its loading. What comes before is the
 * kernel's, some of whose warnings tell of its own trouble: it is left in peace.
 */

#define OWN_INIT 40

static const char *module;
static int module_file;

static long insert(void)
{
	return call(syscall(SYS_finit_module, module_file, "", 0));
}

static void removed(long result)
{
	long err = unload(module);

	(void)result;
	if (err)
		die("unload %s: %s", module, err_name(err));
}

static void one_module(const char *name, const char *const *users)
{
	const struct path path = { name, NULL, insert, removed, 0, OWN_INIT };
	const char *const *user;
	char file[256];

	module = name;
	snprintf(file, sizeof(file), "%s", module_path(name));
	module_file = open_node(file, O_RDONLY);
	for (user = users; *user; user++)
		want(unload(*user), 0, "unload %s", *user);
	want(unload(name), 0, "unload %s", name);
	walk(&path);
	want(load(name), 0, "load %s", name);
	while (user-- != users)
		want(load(*user), 0, "load %s", *user);
	close(module_file);
}

static void module_group(void)
{
	static const char *const of_lab_phc[] = { NULL };
	static const char *const of_chs_ptp[] = { "lab_phc", NULL };

	/* not lab_core: bus_register() warns of a lockdep key when it fails half-way */
	one_module("lab_phc", of_lab_phc);
	one_module("chs_ptp", of_chs_ptp);
}

static const struct group groups[] = {
	{ "clock", clock_group },
	{ "vclocks", vclocks_group },
	{ "register", register_group },
	{ "modules", module_group },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: fail_nth GROUP...");
	faults_setup();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
