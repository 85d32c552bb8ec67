// SPDX-License-Identifier: GPL-2.0
/*
 * lab_core: the bus on which behavioural hardware models live, their attributes
 * and the wires between them. Knows no model and no class.
 *
 *	/sys/bus/lab/new_device	write "MODEL [count=N] [PARAMETER=VALUE]..."
 *	/sys/bus/lab/del_device	write "DEVICE..." or "all"; globs are welcome
 *	/sys/bus/lab/wire	write "DEVICE.outN DEVICE.inN..."
 *	/sys/bus/lab/unwire	write "DEVICE.outN DEVICE.inN...", or what is to be
 *				left without wires: DEVICE, DEVICE.outN, DEVICE.inN
 *	/sys/bus/lab/wires	read: one wire a line
 *	/sys/bus/lab/result	read: what the reader's last write brought: the names
 *				of new devices, or why it failed
 *	/sys/bus/lab/help	read: every loaded model, every attribute
 *	/sys/bus/lab/devices	the devices, with the attributes as files
 *
 * Locks: lab_mutex guards models, devices and wires. It is never taken in an
 * attribute of a device, since removal waits for those with lab_mutex held.
 * reply_mutex guards the replies and is taken inside anything. Edges run under
 * rcu_read_lock() alone.
 */
#include <linux/bitmap.h>
#include <linux/glob.h>
#include <linux/idr.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/string_helpers.h>
#include <chs/release.h>

#include "lab.h"

#define LAB_MAX_HOPS 8
#define LAB_REPLIES 16
/* not isspace(): to the kernel 0xa0 is one, which ends many a character of UTF-8 */
#define LAB_BLANKS " \t\n"

struct lab_wire {
	struct hlist_node of_out;	/* in src->wires_out[out] */
	struct lab_device *src, *dst;
	unsigned int out, in;
	struct rcu_head rcu;
};

/* one attribute of one model as the driver core wants it */
struct lab_file {
	struct device_attribute da;
	const struct lab_attr *a;
};

struct lab_sysfs {
	const struct attribute_group *groups[2];
	struct attribute_group group;
	struct attribute **attrs;
	struct lab_file files[];
};

static DEFINE_MUTEX(lab_mutex);
static LIST_HEAD(lab_models);
static struct device *lab_root;

/* of devices: the module must stay for them */
static CHS_RELEASES(lab_releases);

/* ---- replies ----------------------------------------------------------------
 * A write to sysfs returns a number only. What else there is to say is kept for
 * the writing process, to be read from `result`; for a reader that wrote nothing
 * (a shell's cat) the latest reply stands in.
 */
static struct lab_reply {
	pid_t tgid;
	char *text;
	u64 stamp;
} lab_replies[LAB_REPLIES];
static DEFINE_MUTEX(reply_mutex);
static u64 reply_stamp;

static struct lab_reply *reply_find(pid_t tgid)
{
	int i;

	for (i = 0; i < LAB_REPLIES; i++)
		if (lab_replies[i].tgid == tgid)
			return &lab_replies[i];
	return NULL;
}

static struct lab_reply *reply_oldest(void)
{
	struct lab_reply *r = lab_replies;
	int i;

	for (i = 1; i < LAB_REPLIES; i++)
		if (lab_replies[i].stamp < r->stamp)
			r = &lab_replies[i];
	return r;
}

/* what the calling process says from here on is the answer to a new write */
static void reply_begin(void)
{
	struct lab_reply *r;

	mutex_lock(&reply_mutex);
	r = reply_find(current->tgid) ?: reply_oldest();
	kfree(r->text);
	r->text = NULL;
	r->tgid = current->tgid;
	r->stamp = ++reply_stamp;
	mutex_unlock(&reply_mutex);
}

/**
 * lab_say() - tell the writer of an attribute something in words
 * @fmt: appended to the reply to the calling process; one line, no newline needed
 *
 * Context: process context, from init(), start() or store().
 * Return: 0, or -ENOMEM when it could not be kept, which matters where the answer is
 * more than the words to an error.
 */
int lab_say(const char *fmt, ...)
{
	struct lab_reply *r;
	char *more, *all;
	va_list args;
	int err = 0;

	va_start(args, fmt);
	more = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	if (!more)
		return -ENOMEM;
	mutex_lock(&reply_mutex);
	r = reply_find(current->tgid);
	if (r) {
		all = kasprintf(GFP_KERNEL, "%s%s", r->text ?: "", more);
		if (all) {
			kfree(r->text);
			r->text = all;
		} else {
			err = -ENOMEM;
		}
	}
	mutex_unlock(&reply_mutex);
	kfree(more);
	return err;
}
EXPORT_SYMBOL_GPL(lab_say);

/* ---- text -------------------------------------------------------------------*/

/**
 * lab_next_pair() - take the next "key=value" off a text
 * @text: where it begins; moved on
 * @key: set to the key
 * @value: set to the value; NULL for a word without '='. What separates words is written
 *	in it as in /proc/mounts, as a backslash and three octal digits
 * Return: 1, or 0 when there is none left
 */
int lab_next_pair(char **text, char **key, char **value)
{
	char *word;

	do {
		word = strsep(text, LAB_BLANKS);
	} while (word && !*word);
	if (!word)
		return 0;
	*value = strchr(word, '=');
	if (*value) {
		*(*value)++ = '\0';
		string_unescape_inplace(*value, UNESCAPE_OCTAL);
	}
	*key = word;
	return 1;
}
EXPORT_SYMBOL_GPL(lab_next_pair);

/**
 * lab_number() - read a number and say what is wrong with it
 * @what: its name, for the reply
 * @value: text, or NULL
 * @min: least value
 * @max: greatest value
 * @number: set on success
 * Return: 0, -EINVAL for no number, -ERANGE for one out of range
 */
int lab_number(const char *what, const char *value, s64 min, s64 max, s64 *number)
{
	s64 n;

	if (!value || kstrtos64(value, 0, &n)) {
		lab_say("%s: '%s' is not a number", what, value ?: "");
		return -EINVAL;
	}
	if (n < min || n > max) {
		lab_say("%s: %lld is not within %lld to %lld", what, n, min, max);
		return -ERANGE;
	}
	*number = n;
	return 0;
}
EXPORT_SYMBOL_GPL(lab_number);

/**
 * lab_lines() - read a list of lines and say what is wrong with it
 * @value: text like "0-7,11", or NULL
 * @lines: bitmap, set on success
 * @n: how many lines there are
 * Return: 0, -EINVAL for no list, an empty one, or lines that there are not, -ENOMEM
 */
int lab_lines(const char *value, unsigned long *lines, unsigned int n)
{
	int err = value ? bitmap_parselist(value, lines, n) : -EINVAL;

	if (err == -ENOMEM)
		return err;
	if (!n)
		lab_say("it has no lines");
	else if (err || bitmap_empty(lines, n))
		lab_say("lines: '%s': want numbers and ranges within 0 to %u, like 0-7,11",
			value ?: "", n - 1);
	else
		return 0;
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(lab_lines);

/* "want a, b or c" */
static void say_want(unsigned int i, unsigned int n, const char *name, const char *end)
{
	lab_say("%s %s%s", !i ? " want" : i + 1 == n ? " or" : ",", name, end);
}

static int arg_word(const struct lab_arg *arg, const char *value)
{
	unsigned int i, n;

	for (n = 0; arg->words[n]; n++)
		if (value && !strcmp(arg->words[n], value)) {
			*arg->number = n;
			return 0;
		}
	lab_say("%s: '%s':", arg->key, value ?: "");
	for (i = 0; i < n; i++)
		say_want(i, n, arg->words[i], "");
	return -EINVAL;
}

static int arg_take(const struct lab_arg *arg, char *value)
{
	if (arg->lines)
		return lab_lines(value, arg->lines, arg->max);
	if (arg->words)
		return arg_word(arg, value);
	if (arg->number)
		return lab_number(arg->key, value, arg->min, arg->max, arg->number);
	*arg->text = value ?: "";
	return 0;
}

/**
 * lab_args() - read what a command takes and say what is wrong with it
 * @text: "NAME=VALUE...", in any order; cut up
 * @args: what there is; what is not given stays as it is
 * @n: length of @args
 * Return: 0, or -EINVAL, -ERANGE, -ENOMEM
 */
int lab_args(char *text, const struct lab_arg *args, unsigned int n)
{
	char *key, *value;
	unsigned int i;
	int err = 0;

	while (!err && lab_next_pair(&text, &key, &value)) {
		for (i = 0; i < n; i++)
			if (!strcmp(args[i].key, key))
				break;
		if (i < n) {
			err = arg_take(&args[i], value);
			continue;
		}
		lab_say("%s:", key);
		for (i = 0; i < n; i++)
			say_want(i, n, args[i].key, "=");
		err = -EINVAL;
	}
	return err;
}
EXPORT_SYMBOL_GPL(lab_args);

/* ---- attributes -------------------------------------------------------------*/

/**
 * lab_show_count() - show() of a u64 of a model's structure
 * @ld: device
 * @a: attribute; its offset is that of the u64
 * @buf: gets the text
 * Return: its length
 */
ssize_t lab_show_count(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(*(u64 *)((char *)ld + a->offset)));
}
EXPORT_SYMBOL_GPL(lab_show_count);

/**
 * lab_show_each() - print one number of each of a device's channels
 * @array: their structures
 * @size: of one
 * @n: how many
 * @offset: of the u64 in each
 * @buf: gets the text: those that a page has room for
 * Return: its length
 */
ssize_t lab_show_each(const void *array, size_t size, unsigned int n, size_t offset, char *buf)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < n && len < PAGE_SIZE - 24; i++)
		len += sysfs_emit_at(buf, len, "%s%llu", i ? " " : "",
				     READ_ONCE(*(u64 *)((char *)array + i * size + offset)));
	return len + sysfs_emit_at(buf, len, "\n");
}
EXPORT_SYMBOL_GPL(lab_show_each);

static s64 *lab_field(struct lab_device *ld, const struct lab_attr *a)
{
	return (s64 *)((char *)ld + a->offset);
}

static ssize_t file_show(struct device *dev, struct device_attribute *da, char *buf)
{
	struct lab_device *ld = container_of(dev, struct lab_device, dev);
	const struct lab_attr *a = container_of(da, struct lab_file, da)->a;

	if (a->show)
		return a->show(ld, a, buf);
	return sysfs_emit(buf, "%lld\n", READ_ONCE(*lab_field(ld, a)));
}

static int lab_store(struct lab_device *ld, const struct lab_attr *a, char *value)
{
	s64 n;
	int err;

	if (a->store)
		return a->store(ld, a, value);
	err = lab_number(a->name, value, a->min, a->max, &n);
	if (err)
		return err;
	WRITE_ONCE(*lab_field(ld, a), n);
	return ld->live && a->apply ? a->apply(ld, a) : 0;
}

static char *strip_blanks(char *text)
{
	size_t len;

	text += strspn(text, LAB_BLANKS);
	for (len = strlen(text); len && strchr(LAB_BLANKS, text[len - 1]); len--)
		text[len - 1] = '\0';
	return text;
}

static ssize_t file_store(struct device *dev, struct device_attribute *da, const char *buf,
			  size_t count)
{
	struct lab_device *ld = container_of(dev, struct lab_device, dev);
	const struct lab_attr *a = container_of(da, struct lab_file, da)->a;
	char *text;
	int err;

	reply_begin();
	text = kstrndup(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	mutex_lock(&ld->mutex);
	if (!ld->live) {
		err = -ENODEV;
		mutex_unlock(&ld->mutex);
	} else if (a->mode & LAB_LONG) {
		mutex_unlock(&ld->mutex);
		err = lab_store(ld, a, strip_blanks(text));
	} else {
		err = lab_store(ld, a, strip_blanks(text));
		mutex_unlock(&ld->mutex);
	}
	kfree(text);
	return err ?: count;
}

static int sysfs_make(struct lab_model *m)
{
	struct lab_sysfs *s;
	unsigned int i;

	s = kzalloc(struct_size(s, files, m->n_attrs), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->attrs = kcalloc(m->n_attrs + 1, sizeof(*s->attrs), GFP_KERNEL);
	if (!s->attrs) {
		kfree(s);
		return -ENOMEM;
	}
	for (i = 0; i < m->n_attrs; i++) {
		const struct lab_attr *a = &m->attrs[i];
		struct device_attribute *da = &s->files[i].da;

		s->files[i].a = a;
		sysfs_attr_init(&da->attr);
		da->attr.name = a->name;
		if (a->mode & (LAB_NEW | LAB_READ)) {
			da->attr.mode |= 0444;
			da->show = file_show;
		}
		if (a->mode & LAB_WRITE) {
			da->attr.mode |= 0200;
			da->store = file_store;
		}
		s->attrs[i] = &da->attr;
	}
	s->group.attrs = s->attrs;
	s->groups[0] = &s->group;
	m->sysfs = s;
	return 0;
}

static void sysfs_drop(struct lab_model *m)
{
	kfree(m->sysfs->attrs);
	kfree(m->sysfs);
}

/* ---- wires ------------------------------------------------------------------*/

/**
 * lab_emit() - change the level of an output
 * @ld: device
 * @port: which output
 * @e: the edge
 *
 * Calls edge() of every model that a wire leads to before it returns; so hold no
 * lock that your own edge() takes.
 *
 * Context: any.
 */
void lab_emit(struct lab_device *ld, unsigned int port, const struct lab_edge *e)
{
	struct lab_edge next = { .raw = e->raw, .rising = e->rising, .hops = e->hops + 1 };
	struct lab_wire *w;

	/* a ring of devices that pass edges on would never come to an end */
	if (e->hops >= LAB_MAX_HOPS)
		return;
	rcu_read_lock();
	hlist_for_each_entry_rcu(w, &ld->wires_out[port], of_out)
		w->dst->model->edge(w->dst, w->in, &next);
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(lab_emit);

/*
 * An edge that is on its way may pass the wire once more, and go on to wires that were cut
 * after it: before either device is freed, or anybody is told that the wire is cut, comes
 * synchronize_rcu(), on every path and whoever cut it.
 */
static void wire_cut(struct lab_wire *w)
{
	hlist_del_rcu(&w->of_out);
	w->dst->wire_in[w->in] = NULL;
	kfree_rcu(w, rcu);
}

/* cut what leaves or enters the ports [in, in + n_in), [out, out + n_out) */
static int wires_cut(struct lab_device *ld, unsigned int in, unsigned int n_in,
		     unsigned int out, unsigned int n_out)
{
	struct hlist_node *next;
	struct lab_wire *w;
	int cut = 0;

	for (; n_in--; in++)
		if (ld->wire_in[in]) {
			wire_cut(ld->wire_in[in]);
			cut++;
		}
	for (; n_out--; out++)
		hlist_for_each_entry_safe(w, next, &ld->wires_out[out], of_out) {
			wire_cut(w);
			cut++;
		}
	return cut;
}

static struct lab_device *device_find(const char *name)
{
	struct lab_device *ld;
	struct lab_model *m;

	list_for_each_entry(m, &lab_models, list)
		list_for_each_entry(ld, &m->devices, node)
			if (!strcmp(dev_name(&ld->dev), name))
				return ld;
	return NULL;
}

/* "phc0.in3"; without a port *in and *out are left at -1 */
static struct lab_device *port_find(char *name, int *in, int *out)
{
	char *port = strchr(name, '.');
	struct lab_device *ld;
	unsigned int n;
	bool is_in;

	*in = *out = -1;
	if (port)
		*port++ = '\0';
	ld = device_find(name);
	if (!ld) {
		lab_say("%s: no such device", name);
		return ERR_PTR(-ENODEV);
	}
	if (!port)
		return ld;
	is_in = str_has_prefix(port, "in");
	if ((!is_in && !str_has_prefix(port, "out")) || kstrtouint(port + 3 - is_in, 10, &n)) {
		lab_say("%s.%s: ports are called inN and outN", name, port);
		return ERR_PTR(-EINVAL);
	}
	if (n >= (is_in ? ld->n_in : ld->n_out)) {
		lab_say("%s.%s: it has %u inputs and %u outputs", name, port, ld->n_in, ld->n_out);
		return ERR_PTR(-EINVAL);
	}
	*(is_in ? in : out) = n;
	return ld;
}

static int wire_add(struct lab_device *src, unsigned int out, struct lab_device *dst,
		    unsigned int in)
{
	struct lab_wire *w = dst->wire_in[in];

	if (w) {
		lab_say("%s.in%u: %s.out%u drives it already", dev_name(&dst->dev), in,
			dev_name(&w->src->dev), w->out);
		return -EBUSY;
	}
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	w->src = src;
	w->dst = dst;
	w->out = out;
	w->in = in;
	dst->wire_in[in] = w;
	hlist_add_head_rcu(&w->of_out, &src->wires_out[out]);
	return 0;
}

static int wire_parse(char *text)
{
	struct lab_device *src = NULL, *dst;
	int in, out, src_out = -1, err = 0, n = 0;
	char *name, *value;

	while (!err && lab_next_pair(&text, &name, &value)) {
		dst = port_find(name, &in, &out);
		if (IS_ERR(dst)) {
			err = PTR_ERR(dst);
		} else if (src ? in < 0 : out < 0) {
			lab_say("%s: want one output and then the inputs that it drives", name);
			err = -EINVAL;
		} else if (src) {
			err = wire_add(src, src_out, dst, in);
			n += !err;
		} else {
			src = dst;
			src_out = out;
		}
	}
	if (!err && !n) {
		lab_say("want DEVICE.outN DEVICE.inN...");
		err = -EINVAL;
	}
	/* all or nothing: the newest wires of the output are ours */
	while (err && n-- > 0)
		wire_cut(hlist_entry(src->wires_out[src_out].first, struct lab_wire, of_out));
	if (err)
		synchronize_rcu();
	return err;
}

/* how many wires; what was cut before an error stays cut */
static int wires_cut_named(char *text)
{
	struct lab_device *ld, *src = NULL;
	int in, out, src_out = -1, n = 0;
	char *name, *value;

	while (lab_next_pair(&text, &name, &value)) {
		ld = port_find(name, &in, &out);
		if (IS_ERR(ld))
			return PTR_ERR(ld);
		/* an output with inputs behind it: cut those wires only */
		if (out >= 0 && text && *skip_spaces(text)) {
			src = ld;
			src_out = out;
			continue;
		}
		if (src && in >= 0) {
			struct lab_wire *w = ld->wire_in[in];

			if (!w || w->src != src || w->out != src_out) {
				lab_say("no wire from %s.out%d to %s.in%d", dev_name(&src->dev),
					src_out, dev_name(&ld->dev), in);
				return -ENOENT;
			}
		}
		if (in >= 0)
			n += wires_cut(ld, in, 1, 0, 0);
		else if (out >= 0)
			n += wires_cut(ld, 0, 0, out, 1);
		else
			n += wires_cut(ld, 0, ld->n_in, 0, ld->n_out);
	}
	if (!n)
		lab_say("no such wire");
	return n ?: -ENOENT;
}

static int unwire_parse(char *text)
{
	int n = wires_cut_named(text);

	/* no edge passes a wire any more once the write has returned */
	synchronize_rcu();
	return min(n, 0);
}

/* ---- devices ----------------------------------------------------------------*/

static void device_release(struct device *dev)
{
	struct lab_device *ld = container_of(dev, struct lab_device, dev);

	kfree(ld->wires_out);
	kfree(ld->wire_in);
	kfree(ld);
	chs_release_done(&lab_releases);
}

static CHS_CONST struct bus_type lab_bus;

static void device_defaults(struct lab_device *ld)
{
	const struct lab_model *m = ld->model;
	unsigned int i;

	for (i = 0; i < m->n_attrs; i++)
		if (!m->attrs[i].store && !m->attrs[i].show)
			*lab_field(ld, &m->attrs[i]) = m->attrs[i].def;
}

static int device_parameters(struct lab_device *ld, char *text)
{
	const struct lab_model *m = ld->model;
	char *key, *value;
	unsigned int i;
	int err;

	while (lab_next_pair(&text, &key, &value)) {
		for (i = 0; i < m->n_attrs; i++)
			if (!strcmp(m->attrs[i].name, key))
				break;
		if (i == m->n_attrs || !(m->attrs[i].mode & LAB_NEW)) {
			lab_say("%s: %s", key, i == m->n_attrs ? "no such parameter" :
				"cannot be given to a new device");
			return -EINVAL;
		}
		if (!value) {
			lab_say("%s: want %s=VALUE", key, key);
			return -EINVAL;
		}
		err = lab_store(ld, &m->attrs[i], value);
		if (err)
			return err;
	}
	return 0;
}

static int device_new(struct lab_model *m, const char *parameters)
{
	struct lab_device *ld;
	char *text;
	int id, err;

	id = ida_alloc_max(&m->ids, m->max_devices - 1, GFP_KERNEL);
	if (id < 0) {
		if (id == -ENOSPC)
			lab_say("there are %u of %s already, the limit", m->max_devices, m->name);
		return id;
	}
	ld = kzalloc(m->size, GFP_KERNEL);
	if (!ld) {
		err = -ENOMEM;
		goto free_id;
	}
	ld->model = m;
	ld->id = id;
	mutex_init(&ld->mutex);
	device_initialize(&ld->dev);
	ld->dev.bus = &lab_bus;
	ld->dev.parent = lab_root;
	ld->dev.groups = m->sysfs->groups;
	ld->dev.release = device_release;
	chs_release_expect(&lab_releases);
	err = dev_set_name(&ld->dev, "%s%d", m->name, id);
	if (err)
		goto put;

	device_defaults(ld);
	text = kstrdup(parameters, GFP_KERNEL);
	err = text ? device_parameters(ld, text) : -ENOMEM;
	kfree(text);
	if (err)
		goto put;
	err = m->init(ld);
	if (err)
		goto put;
	ld->wires_out = kcalloc(ld->n_out ?: 1, sizeof(*ld->wires_out), GFP_KERNEL);
	ld->wire_in = kcalloc(ld->n_in ?: 1, sizeof(*ld->wire_in), GFP_KERNEL);
	if (!ld->wires_out || !ld->wire_in) {
		err = -ENOMEM;
		goto free;
	}
	err = device_add(&ld->dev);
	if (err)
		goto free;
	err = m->start(ld);
	if (err)
		goto del;
	mutex_lock(&ld->mutex);
	ld->live = true;
	mutex_unlock(&ld->mutex);
	list_add_tail(&ld->node, &m->devices);
	return 0;

del:
	device_del(&ld->dev);
free:
	m->free(ld);
put:
	put_device(&ld->dev);
free_id:
	ida_free(&m->ids, id);
	return err;
}

/*
 * Take away all devices on a list. First no store() runs any more and no wire leads
 * in or out: one grace period for all of them, also where nothing is left to cut here. Then
 * each model lets go of its class.
 */
static void devices_del(struct list_head *doomed)
{
	struct lab_device *ld, *next;

	list_for_each_entry(ld, doomed, node) {
		mutex_lock(&ld->mutex);
		ld->live = false;
		mutex_unlock(&ld->mutex);
		wires_cut(ld, 0, ld->n_in, 0, ld->n_out);
	}
	synchronize_rcu();
	list_for_each_entry_safe(ld, next, doomed, node) {
		struct lab_model *m = (struct lab_model *)ld->model;
		int id = ld->id;

		list_del(&ld->node);
		m->stop(ld);
		device_del(&ld->dev);
		m->free(ld);
		put_device(&ld->dev);
		ida_free(&m->ids, id);
	}
}

static int new_parse(char *text)
{
	struct lab_device *ld, *next;
	char *name = NULL, *value, *count;
	struct lab_model *m;
	LIST_HEAD(fresh);
	s64 n = 1, i;
	int err;

	if (!lab_next_pair(&text, &name, &value)) {
		lab_say("want MODEL [count=N] [PARAMETER=VALUE]...");
		return -EINVAL;
	}
	list_for_each_entry(m, &lab_models, list)
		if (!strcmp(m->name, name))
			goto found;
	lab_say("%s: no such model", name);
	return -ENODEV;

found:
	/* count is ours: take it out, it may stand anywhere */
	text = text ?: "";
	count = strnstr(text, "count=", strlen(text));
	while (count && count != text && !strchr(LAB_BLANKS, count[-1]))
		count = strnstr(count + 1, "count=", strlen(count + 1));
	if (count) {
		size_t len = strcspn(count, LAB_BLANKS);
		char *number = kstrndup(count, len, GFP_KERNEL);

		if (!number)
			return -ENOMEM;
		memset(count, ' ', len);
		err = lab_number("count", number + strlen("count="), 1, m->max_devices, &n);
		kfree(number);
		if (err)
			return err;
	}

	for (i = 0, err = 0; i < n && !err; i++) {
		err = device_new(m, text);
		if (!err)
			list_move_tail(m->devices.prev, &fresh);
	}
	if (err && i > 1)
		lab_say(" (none of %lld made)", n);
	/* who cannot be told a device's name could not take it away again */
	list_for_each_entry(ld, &fresh, node)
		if (!err)
			err = lab_say("%s%s", dev_name(&ld->dev),
				      list_is_last(&ld->node, &fresh) ? "" : " ");
	if (err) {
		devices_del(&fresh);
		return err;
	}
	list_for_each_entry_safe(ld, next, &fresh, node)
		list_move_tail(&ld->node, &m->devices);
	return 0;
}

static int del_parse(char *text)
{
	struct lab_device *ld, *next;
	char *name, *value;
	struct lab_model *m;
	LIST_HEAD(doomed);
	int err = 0;

	while (!err && lab_next_pair(&text, &name, &value)) {
		bool all = !strcmp(name, "all"), found = all;

		list_for_each_entry(m, &lab_models, list)
			list_for_each_entry_safe(ld, next, &m->devices, node)
				if (all || glob_match(name, dev_name(&ld->dev))) {
					list_move_tail(&ld->node, &doomed);
					found = true;
				}
		if (!found) {
			lab_say("%s: no such device", name);
			err = -ENODEV;
		}
	}
	devices_del(&doomed);
	return err;
}

/* ---- /sys/bus/lab -----------------------------------------------------------*/

static ssize_t bus_write(int (*parse)(char *text), const char *buf, size_t count)
{
	char *text;
	int err;

	reply_begin();
	text = kstrndup(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = mutex_lock_killable(&lab_mutex);
	if (!err) {
		err = parse(text);
		mutex_unlock(&lab_mutex);
	}
	kfree(text);
	return err ?: count;
}

static ssize_t new_device_store(CHS_CONST struct bus_type *bus, const char *buf, size_t count)
{
	return bus_write(new_parse, buf, count);
}

static ssize_t del_device_store(CHS_CONST struct bus_type *bus, const char *buf, size_t count)
{
	return bus_write(del_parse, buf, count);
}

static ssize_t wire_store(CHS_CONST struct bus_type *bus, const char *buf, size_t count)
{
	return bus_write(wire_parse, buf, count);
}

static ssize_t unwire_store(CHS_CONST struct bus_type *bus, const char *buf, size_t count)
{
	return bus_write(unwire_parse, buf, count);
}

static BUS_ATTR_WO(new_device);
static BUS_ATTR_WO(del_device);
static BUS_ATTR_WO(wire);
static BUS_ATTR_WO(unwire);

/*
 * A text that may be longer than a page, which is the limit of an ordinary file in
 * sysfs: printed anew for each read, of which one gets the part it asks for.
 */
struct lab_text {
	char *buf;
	loff_t skip;
	size_t len, room;
};

static __printf(2, 3) void text_add(struct lab_text *t, const char *fmt, ...)
{
	char line[256];
	va_list args;
	size_t n;

	va_start(args, fmt);
	n = vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (t->skip >= n) {
		t->skip -= n;
		return;
	}
	n = min(n - (size_t)t->skip, t->room - t->len);
	memcpy(t->buf + t->len, line + t->skip, n);
	t->skip = 0;
	t->len += n;
}

static void help_model(struct lab_text *t, const struct lab_model *m)
{
	unsigned int i;

	text_add(t, "model %s: %s\n", m->name, m->help);
	if (m->ports)
		text_add(t, "  ports: %s\n", m->ports);
	text_add(t, "  modes: n given to new, r read, w written\n");
	text_add(t, "  %-5s %-18s %10s  %s\n", "mode", "name", "default", "meaning");
	text_add(t, "  %-5s %-18s %10s  %s %u\n", "n", "count", "1",
		 "how many to make, 1 to", m->max_devices);
	for (i = 0; i < m->n_attrs; i++) {
		const struct lab_attr *a = &m->attrs[i];
		char mode[4], def[24] = "";
		bool number = !a->store && !a->show;

		scnprintf(mode, sizeof(mode), "%s%s%s", a->mode & LAB_NEW ? "n" : "",
			  a->mode & (LAB_NEW | LAB_READ) ? "r" : "",
			  a->mode & LAB_WRITE ? "w" : "");
		if (a->text)
			strscpy(def, a->text);
		else if (number)
			scnprintf(def, sizeof(def), "%lld", a->def);
		text_add(t, "  %-5s %-18s %10s  %s", mode, a->name, def, a->help);
		if (number && a->max == S64_MAX)
			text_add(t, "\n");
		else if (number)
			text_add(t, ", %lld to %lld\n", a->min, a->max);
		else
			text_add(t, "\n");
	}
}

static ssize_t help_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			 char *buf, loff_t off, size_t count)
{
	struct lab_text t = { .buf = buf, .skip = off, .room = count };
	struct lab_model *m;

	if (mutex_lock_killable(&lab_mutex))
		return -EINTR;
	list_for_each_entry(m, &lab_models, list)
		help_model(&t, m);
	mutex_unlock(&lab_mutex);
	return t.len;
}

static ssize_t wires_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			  char *buf, loff_t off, size_t count)
{
	struct lab_text t = { .buf = buf, .skip = off, .room = count };
	struct lab_device *ld;
	struct lab_model *m;
	struct lab_wire *w;
	unsigned int i;

	if (mutex_lock_killable(&lab_mutex))
		return -EINTR;
	list_for_each_entry(m, &lab_models, list)
		list_for_each_entry(ld, &m->devices, node)
			for (i = 0; i < ld->n_in; i++) {
				w = ld->wire_in[i];
				if (w)
					text_add(&t, "%s.out%u %s.in%u\n", dev_name(&w->src->dev),
						 w->out, dev_name(&ld->dev), i);
			}
	mutex_unlock(&lab_mutex);
	return t.len;
}

static ssize_t result_read(struct file *file, struct kobject *kobj, struct bin_attribute *attr,
			   char *buf, loff_t off, size_t count)
{
	struct lab_reply *r;
	ssize_t len = 0;
	int i;

	mutex_lock(&reply_mutex);
	r = reply_find(current->tgid);
	if (!r)
		for (r = lab_replies, i = 1; i < LAB_REPLIES; i++)
			if (lab_replies[i].stamp > r->stamp)
				r = &lab_replies[i];
	if (r->text)
		len = memory_read_from_buffer(buf, count, &off, r->text, strlen(r->text));
	mutex_unlock(&reply_mutex);
	return len;
}

static struct bin_attribute help_attr = {
	.attr = { .name = "help", .mode = 0444 }, .read = help_read,
};
static struct bin_attribute wires_attr = {
	.attr = { .name = "wires", .mode = 0444 }, .read = wires_read,
};
static struct bin_attribute result_attr = {
	.attr = { .name = "result", .mode = 0444 }, .read = result_read,
};

static struct attribute *lab_bus_attrs[] = {
	&bus_attr_new_device.attr,
	&bus_attr_del_device.attr,
	&bus_attr_wire.attr,
	&bus_attr_unwire.attr,
	NULL,
};
static struct bin_attribute *lab_bus_bin_attrs[] = {
	&help_attr, &wires_attr, &result_attr, NULL,
};
static const struct attribute_group lab_bus_group = {
	.attrs = lab_bus_attrs, .bin_attrs = lab_bus_bin_attrs,
};
static const struct attribute_group *lab_bus_groups[] = { &lab_bus_group, NULL };

static CHS_CONST struct bus_type lab_bus = { .name = "lab", .bus_groups = lab_bus_groups };

/* ---- models -----------------------------------------------------------------*/

/**
 * lab_model_register() - a kind of device can be made from now on
 * @m: model; stays the caller's
 *
 * Context: process context, module init.
 * Return: 0, -EEXIST for a name that is taken, -ENOMEM
 */
int lab_model_register(struct lab_model *m)
{
	struct lab_model *other;
	int err;

	INIT_LIST_HEAD(&m->devices);
	ida_init(&m->ids);
	err = sysfs_make(m);
	if (err)
		return err;
	mutex_lock(&lab_mutex);
	list_for_each_entry(other, &lab_models, list)
		if (!strcmp(other->name, m->name))
			err = -EEXIST;
	if (!err)
		list_add_tail(&m->list, &lab_models);
	mutex_unlock(&lab_mutex);
	if (err)
		sysfs_drop(m);
	return err;
}
EXPORT_SYMBOL_GPL(lab_model_register);

/**
 * lab_model_unregister() - take a kind of device away, with all of its devices
 * @m: model
 *
 * Context: process context, module exit.
 */
void lab_model_unregister(struct lab_model *m)
{
	LIST_HEAD(doomed);

	mutex_lock(&lab_mutex);
	list_del(&m->list);
	list_splice_init(&m->devices, &doomed);
	devices_del(&doomed);
	mutex_unlock(&lab_mutex);
	sysfs_drop(m);
	ida_destroy(&m->ids);
}
EXPORT_SYMBOL_GPL(lab_model_unregister);

static int __init lab_core_init(void)
{
	int err;

	lab_root = root_device_register("lab");
	if (IS_ERR(lab_root))
		return PTR_ERR(lab_root);
	err = bus_register(&lab_bus);
	if (err)
		root_device_unregister(lab_root);
	return err;
}

static void __exit lab_core_exit(void)
{
	int i;

	bus_unregister(&lab_bus);
	root_device_unregister(lab_root);
	chs_releases_wait(&lab_releases);
	for (i = 0; i < LAB_REPLIES; i++)
		kfree(lab_replies[i].text);
}

module_init(lab_core_init);
module_exit(lab_core_exit);
MODULE_DESCRIPTION("Lab: bus, attributes and wires of hardware models");
MODULE_LICENSE("GPL");
