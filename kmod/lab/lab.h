/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a hardware model of the lab says to lab_core: here is my kind of device,
 * these are its attributes, its ports; and what lab_core says to it.
 *
 * lab_core owns names, sysfs, wires and lifetimes; a model owns behaviour. A model
 * reaches a class only through the class's driver API.
 */
#ifndef LAB_H
#define LAB_H

#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "lab_clock.h"

struct lab_device;
struct lab_model;
struct lab_wire;

/* what an attribute allows */
#define LAB_NEW		0x1	/* is a parameter of `new` */
#define LAB_READ	0x2
#define LAB_WRITE	0x4
#define LAB_LONG	0x8	/* store() may sleep long, guards itself, runs unlocked */

/**
 * struct lab_attr - one parameter, attribute or command of a model
 * @name: name of the file; times end in _ns or _ms, rates in _ppb
 * @help: one line: what it is; the unit where the name does not tell
 * @mode: LAB_NEW, LAB_READ, LAB_WRITE, LAB_LONG. What is LAB_NEW can be read always
 * @offset: without @show and @store: where the s64 lies in the model's structure.
 *	Else the model's to use
 * @min: least value of such a number
 * @max: greatest value
 * @def: default value
 * @text: default of an attribute with a @store, for the help only
 * @show: print the value, a line, like a device attribute's show
 * @store: take a value, stripped of blanks; may cut it up. Called for LAB_NEW
 *	before init()
 * @apply: called after a number has changed in a live device
 */
struct lab_attr {
	const char *name;
	const char *help;
	unsigned int mode;
	size_t offset;
	s64 min, max, def;
	const char *text;
	ssize_t (*show)(struct lab_device *ld, const struct lab_attr *a, char *buf);
	int (*store)(struct lab_device *ld, const struct lab_attr *a, char *value);
	int (*apply)(struct lab_device *ld, const struct lab_attr *a);
};

/* a number: an s64 @field of struct @type, whose first member is a lab_device */
#define LAB_NUMBER(_type, _field, _mode, _min, _max, _def, _apply, _help)		\
	{ .name = #_field, .help = _help, .mode = _mode,				\
	  .offset = offsetof(_type, _field) +						\
		    BUILD_BUG_ON_ZERO(sizeof_field(_type, _field) != sizeof(s64)),	\
	  .min = _min, .max = _max, .def = _def, .apply = _apply }

/**
 * struct lab_edge - a change of level on a wire
 * @raw: when, ns of CLOCK_MONOTONIC_RAW: the exact instant, however late the call
 * @rising: which way
 * @hops: how many devices have passed it on; the sender of a new edge says 0
 */
struct lab_edge {
	s64 raw;
	bool rising;
	u8 hops;
};

/**
 * struct lab_device - one device of a model; the first member of the model's own
 * @dev: in /sys/bus/lab/devices
 * @model: its model
 * @id: the N of its name
 * @n_in: number of inputs, set by init()
 * @n_out: number of outputs, set by init()
 * @mutex: serialises store() and apply(), guards @live
 * @live: between the end of start() and the beginning of stop()
 * @node: in the model's list, lab_core's
 * @wires_out: for each output its wires; RCU, changed under lab_core's mutex
 * @wire_in: for each input the wire that drives it; lab_core's mutex
 */
struct lab_device {
	struct device dev;
	const struct lab_model *model;
	int id;
	unsigned int n_in, n_out;
	struct mutex mutex;
	bool live;
	struct list_head node;
	struct hlist_head *wires_out;
	struct lab_wire **wire_in;
};

/**
 * struct lab_model - a kind of device
 * @name: its devices are called nameN
 * @help: one line
 * @ports: one line on what the ports are; NULL: it has none
 * @owner: THIS_MODULE
 * @size: of the model's structure
 * @max_devices: at most so many at a time
 * @attrs: table
 * @n_attrs: its length
 * @init: parameters are set; check them, allocate, set n_in and n_out. The device
 *	cannot be seen yet
 * @start: the device is in sysfs, attributes can be read; go live
 * @stop: undo start(). No edge comes in any more. Whoever sleeps in a LAB_LONG
 *	store() must be woken
 * @free: undo init(). The device is in sysfs no more
 * @edge: an input changed its level. Any context, hard interrupts included
 * @devices: lab_core's
 * @ids: lab_core's
 * @list: lab_core's
 * @sysfs: lab_core's
 *
 * init, start, stop and free are called in process context, one at a time.
 */
struct lab_model {
	const char *name;
	const char *help;
	const char *ports;
	struct module *owner;
	size_t size;
	unsigned int max_devices;
	const struct lab_attr *attrs;
	unsigned int n_attrs;
	int (*init)(struct lab_device *ld);
	int (*start)(struct lab_device *ld);
	void (*stop)(struct lab_device *ld);
	void (*free)(struct lab_device *ld);
	void (*edge)(struct lab_device *ld, unsigned int port, const struct lab_edge *e);
	struct list_head devices;
	struct ida ids;
	struct list_head list;
	struct lab_sysfs *sysfs;
};

int lab_model_register(struct lab_model *m);
void lab_model_unregister(struct lab_model *m);
void lab_emit(struct lab_device *ld, unsigned int port, const struct lab_edge *e);
/**
 * struct lab_arg - one of the NAME=VALUE that a command takes
 * @key: NAME
 * @number: where a number within @min to @max goes,
 * @min: see @number
 * @max: see @number
 * @words: or, of these words, up to a NULL, the number of the one that VALUE is
 * @text: or where the text goes, which lives as long as lab_args()' own
 * @lines: or a bitmap where a list of lines below @max goes
 */
struct lab_arg {
	const char *key;
	s64 *number, min, max;
	const char *const *words;
	const char **text;
	unsigned long *lines;
};

int lab_args(char *text, const struct lab_arg *args, unsigned int n);
int lab_next_pair(char **text, char **key, char **value);
int lab_number(const char *what, const char *value, s64 min, s64 max, s64 *number);
void lab_clock_begin(struct lab_clock *c, clockid_t id);
int lab_lines(const char *value, unsigned long *lines, unsigned int n);
ssize_t lab_show_count(struct lab_device *ld, const struct lab_attr *a, char *buf);
ssize_t lab_show_each(const void *array, size_t size, unsigned int n, size_t offset, char *buf);
__printf(1, 2) int lab_say(const char *fmt, ...);

static inline void lab_timer_setup(struct hrtimer *t,
				   enum hrtimer_restart (*fire)(struct hrtimer *))
{
	hrtimer_setup(t, fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

#endif /* LAB_H */
