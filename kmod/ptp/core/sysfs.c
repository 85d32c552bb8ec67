// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/class/<class>/ptpN: mainline's attributes in mainline's formats, and
 * below statistics/ what mainline does not count. The pins are in pins.c.
 */
#include <linux/capability.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>

#include "private.h"

static struct ptp_clock *clock_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t clock_name_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%s\n", clock_of(dev)->info->name);
}
static DEVICE_ATTR_RO(clock_name);

static ssize_t max_phase_adjustment_show(struct device *dev, struct device_attribute *attr,
					 char *page)
{
	struct ptp_clock_info *info = clock_of(dev)->info;

	return sysfs_emit(page, "%d\n", info->getmaxphase(info));
}
static DEVICE_ATTR_RO(max_phase_adjustment);

#define INFO_ATTR(_name, _member)							\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,		\
			    char *page)							\
{											\
	return sysfs_emit(page, "%d\n", clock_of(dev)->info->_member);			\
}											\
static DEVICE_ATTR_RO(_name)

INFO_ATTR(max_adjustment, max_adj);
INFO_ATTR(n_alarms, n_alarm);
INFO_ATTR(n_external_timestamps, n_ext_ts);
INFO_ATTR(n_periodic_outputs, n_per_out);
INFO_ATTR(n_programmable_pins, n_pins);
INFO_ATTR(pps_available, pps);

/* "index enable": flags stay 0, so that drivers look at enable alone */
static ssize_t extts_enable_store(struct device *dev, struct device_attribute *attr,
				  const char *text, size_t size)
{
	struct ptp_clock *ptp = clock_of(dev);
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_EXTTS };
	int enable, err;

	if (sscanf(text, "%u %d", &request.extts.index, &enable) != 2)
		return -EINVAL;
	if (request.extts.index >= ptp->info->n_ext_ts)
		return -EINVAL;
	err = ptp_request_enable(ptp, &request, !!enable);
	return err ?: size;
}
static DEVICE_ATTR(extts_enable, 0220, NULL, extts_enable_store);

static ssize_t fifo_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct ptp_extts_event event;

	if (!ptp_reader_pop(clock_of(dev)->fifo, &event))
		return 0;
	return sysfs_emit(page, "%u %lld %u\n", event.index, event.t.sec, event.t.nsec);
}
static DEVICE_ATTR_RO(fifo);

/* "index start_s start_ns period_s period_ns" */
static ssize_t period_store(struct device *dev, struct device_attribute *attr, const char *text,
			    size_t size)
{
	struct ptp_clock *ptp = clock_of(dev);
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_PEROUT };
	struct ptp_perout_request *perout = &request.perout;
	int err;

	if (sscanf(text, "%u %lld %u %lld %u", &perout->index, &perout->start.sec,
		   &perout->start.nsec, &perout->period.sec, &perout->period.nsec) != 5)
		return -EINVAL;
	if (perout->index >= ptp->info->n_per_out)
		return -EINVAL;
	err = ptp_request_enable(ptp, &request, perout->period.sec || perout->period.nsec);
	return err ?: size;
}
static DEVICE_ATTR(period, 0220, NULL, period_store);

static ssize_t pps_enable_store(struct device *dev, struct device_attribute *attr,
				const char *text, size_t size)
{
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_PPS };
	int enable, err;

	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (sscanf(text, "%d", &enable) != 1)
		return -EINVAL;
	err = ptp_request_enable(clock_of(dev), &request, !!enable);
	return err ?: size;
}
static DEVICE_ATTR(pps_enable, 0220, NULL, pps_enable_store);

/* ---- virtual clocks, see vclock.c ---- */

static ssize_t n_vclocks_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct ptp_clock *ptp = clock_of(dev);
	u32 n;

	if (mutex_lock_interruptible(&ptp->vclock_mutex))
		return -ERESTARTSYS;
	n = ptp->n_vclocks;
	mutex_unlock(&ptp->vclock_mutex);
	return sysfs_emit(page, "%u\n", n);
}

static ssize_t n_vclocks_store(struct device *dev, struct device_attribute *attr, const char *text,
			       size_t size)
{
	u32 n;
	int err;

	if (kstrtou32(text, 0, &n))
		return -EINVAL;
	err = ptp_vclocks_set(clock_of(dev), n);
	return err ?: size;
}
static DEVICE_ATTR_RW(n_vclocks);

static ssize_t max_vclocks_show(struct device *dev, struct device_attribute *attr, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(clock_of(dev)->max_vclocks));
}

static ssize_t max_vclocks_store(struct device *dev, struct device_attribute *attr,
				 const char *text, size_t size)
{
	u32 max;
	int err;

	if (kstrtou32(text, 0, &max) || !max || max > PTP_VCLOCKS_LIMIT)
		return -EINVAL;
	err = ptp_vclocks_limit(clock_of(dev), max);
	return err ?: size;
}
static DEVICE_ATTR_RW(max_vclocks);

static struct attribute *clock_attrs[] = {
	&dev_attr_clock_name.attr,
	&dev_attr_max_adjustment.attr,
	&dev_attr_max_phase_adjustment.attr,
	&dev_attr_n_alarms.attr,
	&dev_attr_n_external_timestamps.attr,
	&dev_attr_n_periodic_outputs.attr,
	&dev_attr_n_programmable_pins.attr,
	&dev_attr_pps_available.attr,
	&dev_attr_extts_enable.attr,
	&dev_attr_fifo.attr,
	&dev_attr_period.attr,
	&dev_attr_pps_enable.attr,
	&dev_attr_n_vclocks.attr,
	&dev_attr_max_vclocks.attr,
	NULL,
};

static umode_t clock_attr_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	struct ptp_clock *ptp = clock_of(kobj_to_dev(kobj));
	struct ptp_clock_info *info = ptp->info;
	bool visible = true;

	if (attr == &dev_attr_extts_enable.attr || attr == &dev_attr_fifo.attr)
		visible = info->n_ext_ts;
	else if (attr == &dev_attr_period.attr)
		visible = info->n_per_out;
	else if (attr == &dev_attr_pps_enable.attr)
		visible = info->pps;
	else if (attr == &dev_attr_max_phase_adjustment.attr)
		visible = info->adjphase && info->getmaxphase;
	else if (attr == &dev_attr_n_vclocks.attr || attr == &dev_attr_max_vclocks.attr)
		visible = !ptp->is_virtual;
	return visible ? attr->mode : 0;
}

const struct attribute_group ptp_clock_group = {
	.attrs = clock_attrs,
	.is_visible = clock_attr_visible,
};

/* ---- statistics/ ---- */

struct op_attribute {
	struct device_attribute attr;
	enum ptp_op op;
	bool errors;
};

static ssize_t op_show(struct device *dev, struct device_attribute *attr, char *page)
{
	const struct op_attribute *op = container_of(attr, struct op_attribute, attr);
	struct ptp_clock *ptp = clock_of(dev);
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ptp_counts *counts = per_cpu_ptr(ptp->counts, cpu);

		sum += op->errors ? counts->errors[op->op] : counts->calls[op->op];
	}
	return sysfs_emit(page, "%llu\n", sum);
}

#define OP_ATTR(_name, _op)								\
static struct op_attribute stat_##_name = {						\
	.attr = __ATTR(_name, 0444, op_show, NULL), .op = _op };			\
static struct op_attribute stat_##_name##_errors = {					\
	.attr = __ATTR(_name##_errors, 0444, op_show, NULL), .op = _op, .errors = true }

OP_ATTR(gettime, PTP_OP_GETTIME);
OP_ATTR(gettimex, PTP_OP_GETTIMEX);
OP_ATTR(crosststamp, PTP_OP_CROSSTSTAMP);
OP_ATTR(settime, PTP_OP_SETTIME);
OP_ATTR(adjtime, PTP_OP_ADJTIME);
OP_ATTR(adjfine, PTP_OP_ADJFINE);
OP_ATTR(adjphase, PTP_OP_ADJPHASE);
OP_ATTR(vclocks, PTP_OP_VCLOCKS);
OP_ATTR(enable, PTP_OP_ENABLE);
OP_ATTR(ioctl, PTP_OP_IOCTL);
OP_ATTR(read, PTP_OP_READ);
OP_ATTR(open, PTP_OP_OPEN);
OP_ATTR(pps, PTP_OP_PPS);
OP_ATTR(aux_work, PTP_OP_AUX_WORK);
OP_ATTR(alarm, PTP_OP_ALARM);

#define LOCKED_U64_ATTR(_name, _member)							\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,		\
			    char *page)							\
{											\
	struct ptp_clock *ptp = clock_of(dev);						\
	u64 value;									\
											\
	spin_lock_irq(&ptp->queue_lock);						\
	value = ptp->_member;								\
	spin_unlock_irq(&ptp->queue_lock);						\
	return sysfs_emit(page, "%llu\n", value);					\
}											\
static DEVICE_ATTR_RO(_name)

LOCKED_U64_ATTR(extts_events, extts_events);
LOCKED_U64_ATTR(extts_dropped, extts_dropped);
LOCKED_U64_ATTR(readers, n_readers);

#define ALARM_ATTR(_name, _member) \
	static ssize_t _name##_show(struct device *dev, struct device_attribute *attr, char *page) \
	{ \
		return sysfs_emit(page, "%llu\n", (u64)READ_ONCE(clock_of(dev)->alarms._member)); \
	} \
	static DEVICE_ATTR_RO(_name)

ALARM_ATTR(alarms, n);
ALARM_ATTR(alarms_armed, n_armed);
ALARM_ATTR(alarms_fired, fired);
ALARM_ATTR(alarms_overruns, overruns);

/* "channel dropped", a line for each channel that lost events */
static ssize_t extts_dropped_channels_show(struct device *dev, struct device_attribute *attr,
					   char *page)
{
	struct ptp_clock *ptp = clock_of(dev);
	unsigned int channel;
	int len = 0;

	spin_lock_irq(&ptp->queue_lock);
	for (channel = 0; channel <= ptp->n_channels; channel++)
		if (ptp->channel_dropped[channel])
			len += sysfs_emit_at(page, len, channel < ptp->n_channels ?
					     "%u %llu\n" : ">=%u %llu\n",
					     channel, ptp->channel_dropped[channel]);
	spin_unlock_irq(&ptp->queue_lock);
	return len;
}
static DEVICE_ATTR_RO(extts_dropped_channels);

struct change_attribute {
	struct device_attribute attr;
	enum ptp_op op;
	const char *format;
};

/*
 * One line; comm as in debugfs: what would be more than a word of printable ASCII is octal,
 * see chs_seq_name(). Empty: never happened.
 */
static ssize_t change_show(struct device *dev, struct device_attribute *attr, char *page)
{
	const struct change_attribute *change = container_of(attr, struct change_attribute, attr);
	struct ptp_clock *ptp = clock_of(dev);
	char comm[4 * TASK_COMM_LEN];
	struct ptp_change last;
	int len;

	mutex_lock(&ptp->steer_mutex);
	last = ptp->last_change[change->op - PTP_OP_SETTIME];
	mutex_unlock(&ptp->steer_mutex);
	if (!last.pid)
		return 0;
	len = string_escape_mem(last.comm, strnlen(last.comm, sizeof(last.comm)), comm,
				sizeof(comm) - 1, ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND, " \\");
	comm[len] = 0;
	return sysfs_emit(page, change->format, timespec64_to_ns(&last.when), last.old_value,
			  last.new_value, last.pid, comm);
}

#define CHANGE_ATTR(_name, _op, _format)						\
static struct change_attribute change_##_name = {					\
	.attr = __ATTR(_name, 0444, change_show, NULL), .op = _op, .format = _format }

CHANGE_ATTR(last_settime, PTP_OP_SETTIME,
	    "when_ns=%lld old_ns=%lld new_ns=%lld pid=%d comm=%s\n");
CHANGE_ATTR(last_adjtime, PTP_OP_ADJTIME,
	    "when_ns=%lld old_ns=%lld new_ns=%lld pid=%d comm=%s\n");
CHANGE_ATTR(last_adjfine, PTP_OP_ADJFINE,
	    "when_ns=%lld old_scaled_ppm=%lld new_scaled_ppm=%lld pid=%d comm=%s\n");
CHANGE_ATTR(last_adjphase, PTP_OP_ADJPHASE,
	    "when_ns=%lld old_ns=%lld new_ns=%lld pid=%d comm=%s\n");
CHANGE_ATTR(last_vclocks, PTP_OP_VCLOCKS, "when_ns=%lld old=%lld new=%lld pid=%d comm=%s\n");

#define OP_ATTR_REFS(_name) &stat_##_name.attr.attr, &stat_##_name##_errors.attr.attr

static struct attribute *statistics_attrs[] = {
	OP_ATTR_REFS(gettime),
	OP_ATTR_REFS(gettimex),
	OP_ATTR_REFS(crosststamp),
	OP_ATTR_REFS(settime),
	OP_ATTR_REFS(adjtime),
	OP_ATTR_REFS(adjfine),
	OP_ATTR_REFS(adjphase),
	OP_ATTR_REFS(vclocks),
	OP_ATTR_REFS(enable),
	OP_ATTR_REFS(ioctl),
	OP_ATTR_REFS(read),
	OP_ATTR_REFS(open),
	OP_ATTR_REFS(pps),
	OP_ATTR_REFS(aux_work),
	OP_ATTR_REFS(alarm),
	&dev_attr_extts_events.attr,
	&dev_attr_extts_dropped.attr,
	&dev_attr_extts_dropped_channels.attr,
	&dev_attr_readers.attr,
	&dev_attr_alarms.attr,
	&dev_attr_alarms_armed.attr,
	&dev_attr_alarms_fired.attr,
	&dev_attr_alarms_overruns.attr,
	&change_last_settime.attr.attr,
	&change_last_adjtime.attr.attr,
	&change_last_adjfine.attr.attr,
	&change_last_adjphase.attr.attr,
	&change_last_vclocks.attr.attr,
	NULL,
};

const struct attribute_group ptp_statistics_group = {
	.name = "statistics",
	.attrs = statistics_attrs,
};
