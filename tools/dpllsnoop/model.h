/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of devices and pins: from messages and from what happened since. Touches
 * nothing but memory.
 */
#ifndef DPLLSNOOP_MODEL_H
#define DPLLSNOOP_MODEL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include "table.h"

#define MODEL_TEXT     64
#define MODEL_STATUSES 5
#define MODEL_NETDEVS  4

/* in place of a pin's number */
#define INPUT_NONE    -1
#define INPUT_UNKNOWN -2

/* what a pin hangs on; the first three as the tracepoints number them */
enum parent_kind { ON_NOTHING, ON_DEVICE, ON_PIN, ON_REF_SYNC };

struct parent {
	uint32_t id;
	int kind;
	int state, direction; /* 0: not known */
	int64_t prio, offset; /* COL_UNKNOWN */
};

struct pin {
	uint32_t id;
	bool present;
	char module[MODEL_TEXT];
	char label[MODEL_TEXT]; /* the first that it has, else its number */
	uint64_t clock_id;
	int type;
	int64_t frequency, adjust, esync, ffo; /* COL_UNKNOWN */
	struct parent *parents;
	int nparents;
	struct netdev {
		uint32_t ifindex;
		char name[16];
	} netdev[MODEL_NETDEVS]; /* see netdevs.h */
	int nnetdevs;
	uint32_t told[MODEL_NETDEVS]; /* the first nmessage by its latest message */
	int ntold, nmessage;
	int64_t leaving_ns; /* was said to leave a parent: until then ask; 0: was not */
	/* scratch */
	bool dumped, was_present;
};

/* what somebody set last on a device or a pin of it */
struct doing {
	uint32_t tgid;
	bool told; /* with an input */
	char comm[16];
	char text[128];
	int64_t at_ns;
};

struct device {
	uint32_t id;
	bool present;
	char module[MODEL_TEXT];
	char name[16]; /* for lines: number, type, end of the clock's id */
	uint64_t clock_id;
	int type, mode, status, error;
	int64_t temp;	  /* COL_UNKNOWN */
	int64_t since_ns; /* of the status, 0: not known; then not after counted_ns */
	int64_t heard_ns; /* record that told the last transition */
	int64_t told_ns;  /* the status is as of then by a dump */
	int input;	  /* pin that drives it, as last seen; or INPUT_* */
	int input_told;	  /* as the last line about it says */
	struct doing doing;
	/* the books */
	int64_t counted_ns; /* up to here in in_ns */
	int64_t in_ns[MODEL_STATUSES];
	uint64_t transitions, holdovers, notifications;
	int64_t holdover_longest_ns;
	bool unsure; /* two seem to drive it: one was not looked at since */
	/* scratch */
	int in_batch;			   /* the last of its transitions among those at hand */
	const struct nlmsghdr *last_shown; /* likewise among messages */
	int batch_status;
	bool dumped;
	int dump_status, dump_error;
};

struct model {
	struct device **devices;
	int ndevices;
	struct pin **pins;
	int npins;
};

struct device *model_device(struct model *m, uint32_t id, bool make);
struct pin *model_pin(struct model *m, uint32_t id, bool make);
struct parent *pin_parent(struct pin *p, int kind, uint32_t id, bool make);

/* is the pin on the device, itself or through parents? */
bool model_pin_on(struct model *m, const struct pin *p, uint32_t device);
void model_free(struct model *m);

/* what is known of who drives d: sets d->input */
void model_find_input(struct model *m, struct device *d);

/* a value of a pin that was told by other means than a message */
void model_set_pin(struct pin *p, int knob, int kind, uint32_t parent, int64_t value);

/* fills in name, from what else is known */
void device_name(struct device *d);

/* what a message says of a device: all but the lock status, which *status and *error get */
struct device *model_take_device(struct model *m, const struct nlmsghdr *nl, int *status,
				 int *error, int *old_mode);

/*
 * What a message says of a pin. fn is called for each value that differs from what was
 * known, before it is taken over; it is not where fn returns false. NULL: all are.
 */
typedef bool (*model_fn)(void *arg, struct pin *p, int knob, int kind, uint32_t parent, int64_t old,
			 int64_t new);
struct pin *model_take_pin(struct model *m, const struct nlmsghdr *nl, model_fn fn, void *arg);

/* the id that a message is about */
uint32_t message_id(const struct nlmsghdr *nl);

/* the lock status in a device's message; 0: none */
int message_status(const struct nlmsghdr *nl);

/* time goes by; then, with another status, it is a transition and in the books */
void device_count(struct device *d, int64_t now_ns);
void device_lock(struct device *d, int status, int error, int64_t at_ns, int64_t dwell_ns);

#endif /* DPLLSNOOP_MODEL_H */
