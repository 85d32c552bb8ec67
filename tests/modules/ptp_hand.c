// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_hand: a PTP clock that only tells the time, and the time is what a test last wrote
 * into a parameter, so that virtual clocks over it can be checked to the nanosecond. It
 * also calls for a test what the class exports for network drivers. For
 * tests/ptp_vclock.bats.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/slab.h>

static long counter;
module_param(counter, long, 0600);
MODULE_PARM_DESC(counter, "what the clock shows, ns");

static bool cycles;
module_param(cycles, bool, 0400);
MODULE_PARM_DESC(cycles,
		 "it is a counter behind the clock that shows this; the clock stands at 7 s");

static atomic_t left = ATOMIC_INIT(-1);

static int set_left(const char *text, const struct kernel_param *kp)
{
	int n, err = kstrtoint(text, 0, &n);

	if (!err)
		atomic_set(&left, n);
	return err;
}

static const struct kernel_param_ops left_ops = { .set = set_left };
module_param_cb(left, &left_ops, NULL, 0200);
MODULE_PARM_DESC(left, "so many readings succeed, all further ones give EIO; -1: no end");

static int read_hand(struct ptp_clock_info *info, struct timespec64 *ts)
{
	int n = atomic_read(&left);

	if (n == 0)
		return -EIO;
	if (n > 0)
		atomic_dec(&left);
	*ts = ns_to_timespec64(READ_ONCE(counter));
	return 0;
}

static int read_seven(struct ptp_clock_info *info, struct timespec64 *ts)
{
	*ts = (struct timespec64){ .tv_sec = 7 };
	return 0;
}

/* ---- the exported calls: written are the arguments, read the results ---- */

static s64 converted;

static int set_convert(const char *text, const struct kernel_param *kp)
{
	ktime_t stamp;
	int index;

	if (sscanf(text, "%d %lld", &index, &stamp) != 2)
		return -EINVAL;
	converted = ptp_convert_timestamp(&stamp, index);
	return 0;
}

static int get_convert(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%lld\n", converted);
}

static const struct kernel_param_ops convert_ops = { .set = set_convert, .get = get_convert };
module_param_cb(convert, &convert_ops, NULL, 0600);
MODULE_PARM_DESC(convert, "INDEX NS: ptp_convert_timestamp()");

static char indexes[256] = "\n";

static int set_vclocks(const char *text, const struct kernel_param *kp)
{
	int *list = ERR_PTR(-EINVAL);
	int n, i, len, index, err = kstrtoint(text, 0, &index);

	if (err)
		return err;
	n = ptp_get_vclocks_index(index, &list);
	len = scnprintf(indexes, sizeof(indexes), "%d:", n);
	for (i = 0; i < n; i++)
		len += scnprintf(indexes + len, sizeof(indexes) - len, " %d", list[i]);
	scnprintf(indexes + len, sizeof(indexes) - len, "%s\n", n || !list ? "" : " left over");
	kfree(list);
	return 0;
}

static int get_vclocks(char *page, const struct kernel_param *kp)
{
	return sysfs_emit(page, "%s", indexes);
}

static const struct kernel_param_ops vclocks_ops = { .set = set_vclocks, .get = get_vclocks };
module_param_cb(vclocks, &vclocks_ops, NULL, 0600);
MODULE_PARM_DESC(vclocks, "INDEX: ptp_get_vclocks_index(): number, list");

static struct ptp_clock_info hand_info = {
	.owner = THIS_MODULE,
	.name = "hand",
	.gettime64 = read_hand,
};

static struct ptp_clock *hand;

static int __init hand_init(void)
{
	if (cycles) {
		hand_info.gettime64 = read_seven;
		hand_info.getcycles64 = read_hand;
	}
	hand = ptp_clock_register(&hand_info, NULL);
	return PTR_ERR_OR_ZERO(hand);
}

static void __exit hand_exit(void)
{
	ptp_clock_unregister(hand);
}

module_init(hand_init);
module_exit(hand_exit);
MODULE_DESCRIPTION("PTP clock whose time is turned by hand");
MODULE_LICENSE("GPL");
