// SPDX-License-Identifier: GPL-2.0
/*
 * hte_fail [GROUP...]: each path into the hardware timestamping engine is walked with its
 * first allocation failing, then with its second, and so on; see faults.h. hte_giver and
 * hte_taker must be loaded and have nothing; exits with 77 where no faults are to be had.
 */
#include "faults.h"
#include "hte_test.h"

#define LINES 23

/*
 * The hands copy to and from user space, which may fail too, also when the deed is done.
 * So a call that fails undoes what there may be: the fault is used up by then.
 */
static long done(long err, const __s32 *result)
{
	return err ?: *result;
}

/* ---- providers ------------------------------------------------------------- */

/* by its driver alone: making a device has faults of the kernel's own that are not survived */
static void bind_file(void)
{
	target = open_node(DRIVER "bind", O_WRONLY);
}

static long provider_bind(void)
{
	static const char name[] = "hte_giver.0";

	return call(write(target, name, sizeof(name) - 1));
}

static void provider_unbind(long result)
{
	(void)result;
	giver_bind(0, false);
}

/* ---- consumers -------------------------------------------------------------- */

static struct taker_device device = { .refs = 1, .names = 1 };

static long init_named(void)
{
	static unsigned int turn;
	struct taker_init init = { .named = 1 };
	long err;

	/* a name that nobody had before */
	snprintf(init.name, sizeof(init.name), "name %u", turn++);
	err = pioctl(taker_fd, TAKER_INIT, &init);
	return done(err, &init.result);
}

static long got(struct taker_get *get)
{
	long err = done(pioctl(taker_fd, TAKER_GET, get), &get->result);

	if (err)
		taker_put(0);
	return err;
}

static long get_by_data(void)
{
	return got(&(struct taker_get){ .device = HAND_NONE });
}

static long get_by_reference(void)
{
	return got(&(struct taker_get){ .device = device.device });
}

static long count_references(void)
{
	return taker_count(device.device);
}

static void put(long result)
{
	(void)result;
	want(taker_put(0), 0, "put");
}

static void wanted(void)
{
	taker_init(0, 1, 1, NULL);
}

static void bound(void)
{
	taker_bind(0, 0, 1);
}

static long requested(struct taker_request request)
{
	long err = done(pioctl(taker_fd, TAKER_REQUEST, &request), &request.result);

	if (err)
		taker_put(0);
	return err;
}

static long request(void)
{
	return requested((struct taker_request){ .flags = TAKER_SECOND });
}

static long request_ring(void)
{
	return requested((struct taker_request){ .flags = TAKER_SECOND | TAKER_RING, .ring = 64 });
}

static long request_managed(void)
{
	struct taker_request request = { .flags = TAKER_MANAGED, .device = device.device };

	return requested(request);
}

/* the managed line goes with the device */
static void new_device(void)
{
	device.ref[0] = (struct taker_ref){ .giver = 0, .nargs = 1, .args = { 1 }, .name = "x" };
	hand(taker_fd, TAKER_DEVICE, &device);
}

static void device_and_line(void)
{
	static bool is_there;

	/* the line of the call before was put or goes with this */
	if (is_there)
		hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)device.device);
	is_there = true;
	new_device();
	bound();
}

static void request_line(void)
{
	taker_take(0, 0, 1, HANDLED);
}

/* the next call wants it free */
static long put_line(void)
{
	long err = taker_put(0);

	if (err)
		taker_put(0);
	return err;
}

static long turn_off_and_on(void)
{
	return taker_disable(0) ?: taker_enable(0);
}

static long read_lines(void)
{
	static char text[65536];

	return slurp(HTE "faulty/lines", text, sizeof(text));
}

static long read_clock(void)
{
	static char text[256];

	return slurp(HTE "faulty/clock", text, sizeof(text));
}

static long push_some(void)
{
	struct giver_push push = { .line = 1, .count = LINES };

	return done(pioctl(giver_fd, GIVER_PUSH, &push), &push.result);
}

static const struct path line_paths[] = {
	{ "init with a name", NULL, init_named, NULL, 0, 0 },
	{ "get by line_data", wanted, get_by_data, put, 0, 0 },
	{ "get by reference", wanted, get_by_reference, put, 0, 0 },
	{ "count references", NULL, count_references, NULL, 0, 0 },
	{ "request", bound, request, put, 0, 0 },
	{ "request with a ring", bound, request_ring, put, 0, 0 },
	{ "put", request_line, put_line, NULL, 0, 0 },
};

static const struct path used_paths[] = {
	{ "push", NULL, push_some, NULL, 0, 0 },
	{ "disable and enable", NULL, turn_off_and_on, NULL, 0, 0 },
	{ "file lines", NULL, read_lines, NULL, 0, 0 },
	{ "file clock", NULL, read_clock, NULL, 0, 0 },
};

static void group_lines(void)
{
	static const struct path managed = {
		"request, managed", device_and_line, request_managed, NULL, 0, 0,
	};
	size_t i;

	if (giver_try("faulty", LINES, 0))
		die("a provider");
	new_device();
	for (i = 0; i < ARRAY_SIZE(line_paths); i++)
		walk(&line_paths[i]);
	request_line();
	for (i = 0; i < ARRAY_SIZE(used_paths); i++)
		walk(&used_paths[i]);
	put(0);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)device.device);
	walk(&managed);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)device.device);
	want(taker_state(0).bound, 0, "bound at the end");
	want(atoi(hte_file("faulty/ts_requested")), 0, "ts_requested");
	giver_del(0);
}

static void group_provider(void)
{
	static const struct path path = {
		"register", bind_file, provider_bind, provider_unbind, 0, 0,
	};

	if (giver_try("faulty", LINES, 0))
		die("a provider");
	giver_bind(0, false);
	walk(&path);
	want(access(HTE "faulty", F_OK) ? -errno : 0, -ENOENT, "folder afterwards");
	giver_bind(0, true);
	request_line();
	want(push(0, 1, 1), 0, "push");
	put(0);
	giver_del(0);
}

static const struct group groups[] = {
	{ "lines", group_lines },
	{ "provider", group_provider },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: hte_fail GROUP...");
	faults_setup();
	hands_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
