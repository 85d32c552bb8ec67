// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: who may ask what, dumps, and the answers' frames. Policies
 * are those of Linux 6.19, with the mode of DEVICE_SET that 7.0 has.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <net/sock.h>

#include "private.h"

bool dpll_strict;
module_param_named(strict, dpll_strict, bool, 0644);
MODULE_PARM_DESC(strict, "refuse what the documentation forbids to users and drivers");

static char *family = CHS_DPLL_FAMILY;
module_param(family, charp, 0444);
MODULE_PARM_DESC(family, "name of the generic netlink family");

/* ---- policies ---- */

#define POLICY_MODE	NLA_POLICY_RANGE(NLA_U32, DPLL_MODE_MANUAL, DPLL_MODE_MAX)
#define POLICY_TYPE	NLA_POLICY_RANGE(NLA_U32, DPLL_TYPE_PPS, DPLL_TYPE_MAX)
#define POLICY_PIN_TYPE	NLA_POLICY_RANGE(NLA_U32, DPLL_PIN_TYPE_MUX, DPLL_PIN_TYPE_MAX)
#define POLICY_STATE	NLA_POLICY_RANGE(NLA_U32, DPLL_PIN_STATE_CONNECTED, DPLL_PIN_STATE_MAX)
#define POLICY_DIRECTION						\
	NLA_POLICY_RANGE(NLA_U32, DPLL_PIN_DIRECTION_INPUT, DPLL_PIN_DIRECTION_MAX)

const struct nla_policy dpll_parent_device_policy[DPLL_A_PIN_PHASE_OFFSET + 1] = {
	[DPLL_A_PIN_PARENT_ID] = { .type = NLA_U32 },
	[DPLL_A_PIN_DIRECTION] = POLICY_DIRECTION,
	[DPLL_A_PIN_PRIO] = { .type = NLA_U32 },
	[DPLL_A_PIN_STATE] = POLICY_STATE,
	[DPLL_A_PIN_PHASE_OFFSET] = { .type = NLA_S64 },
};

const struct nla_policy dpll_parent_pin_policy[DPLL_A_PIN_STATE + 1] = {
	[DPLL_A_PIN_PARENT_ID] = { .type = NLA_U32 },
	[DPLL_A_PIN_STATE] = POLICY_STATE,
};

const struct nla_policy dpll_ref_sync_policy[DPLL_A_PIN_STATE + 1] = {
	[DPLL_A_PIN_ID] = { .type = NLA_U32 },
	[DPLL_A_PIN_STATE] = POLICY_STATE,
};

static const struct nla_policy device_id_get_policy[DPLL_A_TYPE + 1] = {
	[DPLL_A_MODULE_NAME] = { .type = NLA_NUL_STRING },
	[DPLL_A_CLOCK_ID] = { .type = NLA_U64 },
	[DPLL_A_TYPE] = POLICY_TYPE,
};

static const struct nla_policy device_get_policy[DPLL_A_ID + 1] = {
	[DPLL_A_ID] = { .type = NLA_U32 },
};

static const struct nla_policy device_set_policy[DPLL_A_PHASE_OFFSET_AVG_FACTOR + 1] = {
	[DPLL_A_ID] = { .type = NLA_U32 },
	[DPLL_A_MODE] = POLICY_MODE,
	[DPLL_A_PHASE_OFFSET_MONITOR] = NLA_POLICY_MAX(NLA_U32, DPLL_FEATURE_STATE_ENABLE),
	[DPLL_A_PHASE_OFFSET_AVG_FACTOR] = { .type = NLA_U32 },
};

static const struct nla_policy pin_id_get_policy[DPLL_A_PIN_TYPE + 1] = {
	[DPLL_A_PIN_MODULE_NAME] = { .type = NLA_NUL_STRING },
	[DPLL_A_PIN_CLOCK_ID] = { .type = NLA_U64 },
	[DPLL_A_PIN_BOARD_LABEL] = { .type = NLA_NUL_STRING },
	[DPLL_A_PIN_PANEL_LABEL] = { .type = NLA_NUL_STRING },
	[DPLL_A_PIN_PACKAGE_LABEL] = { .type = NLA_NUL_STRING },
	[DPLL_A_PIN_TYPE] = POLICY_PIN_TYPE,
};

static const struct nla_policy pin_get_policy[DPLL_A_PIN_ID + 1] = {
	[DPLL_A_PIN_ID] = { .type = NLA_U32 },
};

static const struct nla_policy pin_set_policy[DPLL_A_PIN_REFERENCE_SYNC + 1] = {
	[DPLL_A_PIN_ID] = { .type = NLA_U32 },
	[DPLL_A_PIN_FREQUENCY] = { .type = NLA_U64 },
	[DPLL_A_PIN_DIRECTION] = POLICY_DIRECTION,
	[DPLL_A_PIN_PRIO] = { .type = NLA_U32 },
	[DPLL_A_PIN_STATE] = POLICY_STATE,
	[DPLL_A_PIN_PARENT_DEVICE] = NLA_POLICY_NESTED(dpll_parent_device_policy),
	[DPLL_A_PIN_PARENT_PIN] = NLA_POLICY_NESTED(dpll_parent_pin_policy),
	[DPLL_A_PIN_PHASE_ADJUST] = { .type = NLA_S32 },
	[DPLL_A_PIN_ESYNC_FREQUENCY] = { .type = NLA_U64 },
	[DPLL_A_PIN_REFERENCE_SYNC] = NLA_POLICY_NESTED(dpll_ref_sync_policy),
};

/* ---- every command ---- */

/*
 * A command's doit: runs it where objects cannot go, and traces it. id is what it is about,
 * -1 if that did not come out.
 */
static int command(struct genl_info *info, int (*run)(struct genl_info *info, s64 *id))
{
	u64 start = trace_dpll_cmd_enabled() ? chs_watch_start() : 0;
	s64 id = -1;
	int srcu, err;

	srcu = srcu_read_lock(&dpll_srcu);
	err = run(info, &id);
	srcu_read_unlock(&dpll_srcu, srcu);
	if (start)
		trace_dpll_cmd(id, info->genlhdr->cmd, info->snd_portid, chs_watch_ns(start), err,
			       info->extack && info->extack->_msg ? info->extack->_msg : "");
	return err;
}

#define COMMAND(name)								\
static int name##_doit(struct sk_buff *skb, struct genl_info *info)		\
{										\
	return command(info, name);						\
}

static struct dpll_device *device_of(struct genl_info *info, s64 *id)
{
	struct dpll_device *dpll;

	if (GENL_REQ_ATTR_CHECK(info, DPLL_A_ID))
		return ERR_PTR(-EINVAL);
	*id = nla_get_u32(info->attrs[DPLL_A_ID]);
	dpll = dpll_device_by_id(*id);
	if (!dpll) {
		NL_SET_ERR_MSG(info->extack, "device not found");
		return ERR_PTR(-ENODEV);
	}
	return dpll;
}

static struct dpll_pin *pin_of(struct genl_info *info, s64 *id)
{
	struct dpll_pin *pin;

	if (GENL_REQ_ATTR_CHECK(info, DPLL_A_PIN_ID))
		return ERR_PTR(-EINVAL);
	*id = nla_get_u32(info->attrs[DPLL_A_PIN_ID]);
	pin = dpll_pin_by_id(*id);
	if (!pin) {
		NL_SET_ERR_MSG(info->extack, "pin not found");
		return ERR_PTR(-ENODEV);
	}
	return pin;
}

/* ---- answers ---- */

typedef int (*fill_fn)(struct dpll_msg *msg, const void *object);

static int fill_device(struct dpll_msg *msg, const void *dpll)
{
	return dpll_fill_device(msg, (struct dpll_device *)dpll);
}

static int fill_pin(struct dpll_msg *msg, const void *pin)
{
	return dpll_fill_pin(msg, (struct dpll_pin *)pin);
}

static int fill_device_id(struct dpll_msg *msg, const void *dpll)
{
	return nla_put_u32(msg->skb, DPLL_A_ID, ((const struct dpll_device *)dpll)->id);
}

static int fill_pin_id(struct dpll_msg *msg, const void *pin)
{
	return nla_put_u32(msg->skb, DPLL_A_PIN_ID, ((const struct dpll_pin *)pin)->id);
}

/* one object to one asker, in as much memory as that takes */
static int answer(struct genl_info *info, fill_fn fill, const void *object)
{
	struct dpll_msg msg = { .extack = info->extack, .seen_by = DPLL_SEEN_GET };
	size_t size;
	void *hdr;
	int err;

	for (size = NLMSG_GOODSIZE; ; size *= 2) {
		msg.skb = genlmsg_new(size, GFP_KERNEL);
		if (!msg.skb)
			return -ENOMEM;
		hdr = genlmsg_put_reply(msg.skb, info, &dpll_family, 0, info->genlhdr->cmd);
		err = hdr ? fill(&msg, object) : -EMSGSIZE;
		if (!err) {
			genlmsg_end(msg.skb, hdr);
			return genlmsg_reply(msg.skb, info);
		}
		nlmsg_free(msg.skb);
		if (err != -EMSGSIZE || size >= SZ_64K)
			return err;
	}
}

static int device_get(struct genl_info *info, s64 *id)
{
	struct dpll_device *dpll = device_of(info, id);

	return IS_ERR(dpll) ? PTR_ERR(dpll) : answer(info, fill_device, dpll);
}
COMMAND(device_get)

static int pin_get(struct genl_info *info, s64 *id)
{
	struct dpll_pin *pin = pin_of(info, id);

	return IS_ERR(pin) ? PTR_ERR(pin) : answer(info, fill_pin, pin);
}
COMMAND(pin_get)

static int device_set(struct genl_info *info, s64 *id)
{
	struct dpll_device *dpll = device_of(info, id);

	return IS_ERR(dpll) ? PTR_ERR(dpll) : dpll_set_device(dpll, info);
}
COMMAND(device_set)

static int pin_set(struct genl_info *info, s64 *id)
{
	struct dpll_pin *pin = pin_of(info, id);

	return IS_ERR(pin) ? PTR_ERR(pin) : dpll_set_pin(pin, info);
}
COMMAND(pin_set)

/* ---- who is it? ---- */

static bool text_is(const struct nlattr *attr, const char *text)
{
	return !attr || (text && !nla_strcmp(attr, text));
}

/* an attribute that is there twice; the table of attributes shows the last one only */
static int twice(const struct genl_info *info)
{
	DECLARE_BITMAP(seen, DPLL_A_PIN_MAX + 1) = {};
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem)
		if (nla_type(attr) <= DPLL_A_PIN_MAX && __test_and_set_bit(nla_type(attr), seen))
			return -EINVAL;
	return 0;
}

static int no_one(struct genl_info *info, const char *text, int err)
{
	if (info->extack)
		info->extack->_msg = text;
	return err;
}

static int device_id_get(struct genl_info *info, s64 *id)
{
	struct nlattr **a = info->attrs;
	u64 clock_id = a[DPLL_A_CLOCK_ID] ? nla_get_u64(a[DPLL_A_CLOCK_ID]) : 0;
	struct dpll_device *dpll, *found = NULL;
	unsigned long i;

	if (twice(info))
		return no_one(info, "duplicated attribute", -EINVAL);
	if (!clock_id && !a[DPLL_A_MODULE_NAME] && !a[DPLL_A_TYPE])
		return no_one(info, "missing attributes", -EINVAL);
	xa_for_each_marked(&dpll_devices, i, dpll, DPLL_VISIBLE) {
		if ((clock_id && dpll->clock_id != clock_id) ||
		    !text_is(a[DPLL_A_MODULE_NAME], dpll->module_name) ||
		    (a[DPLL_A_TYPE] && dpll->type != nla_get_u32(a[DPLL_A_TYPE])))
			continue;
		if (found)
			return no_one(info, "multiple matches", -EINVAL);
		found = dpll;
	}
	if (!found)
		return no_one(info, "not found", -ENODEV);
	*id = found->id;
	return answer(info, fill_device_id, found);
}
COMMAND(device_id_get)

static int pin_id_get(struct genl_info *info, s64 *id)
{
	struct nlattr **a = info->attrs;
	u64 clock_id = a[DPLL_A_PIN_CLOCK_ID] ? nla_get_u64(a[DPLL_A_PIN_CLOCK_ID]) : 0;
	struct dpll_pin *pin, *found = NULL;
	unsigned long i;

	if (twice(info))
		return no_one(info, "duplicated attribute", -EINVAL);
	if (!clock_id && !a[DPLL_A_PIN_MODULE_NAME] && !a[DPLL_A_PIN_BOARD_LABEL] &&
	    !a[DPLL_A_PIN_PANEL_LABEL] && !a[DPLL_A_PIN_PACKAGE_LABEL])
		return no_one(info, "missing attributes", -EINVAL);
	xa_for_each_marked(&dpll_pins, i, pin, DPLL_VISIBLE) {
		if ((clock_id && pin->clock_id != clock_id) ||
		    !text_is(a[DPLL_A_PIN_MODULE_NAME], pin->module_name) ||
		    (a[DPLL_A_PIN_TYPE] && pin->prop.type != nla_get_u32(a[DPLL_A_PIN_TYPE])) ||
		    !text_is(a[DPLL_A_PIN_BOARD_LABEL], pin->prop.board_label) ||
		    !text_is(a[DPLL_A_PIN_PANEL_LABEL], pin->prop.panel_label) ||
		    !text_is(a[DPLL_A_PIN_PACKAGE_LABEL], pin->prop.package_label) ||
		    !dpll_pin_first_ref(pin))
			continue;
		if (found)
			return no_one(info, "multiple matches", -EINVAL);
		found = pin;
	}
	if (!found)
		return no_one(info, "not found", -ENODEV);
	*id = found->id;
	return answer(info, fill_pin_id, found);
}
COMMAND(pin_id_get)

/* ---- dumps ---- */

struct dump {
	unsigned long next;
};

/* an object that is greater than an ordinary buffer: room for it from the start */
static int pin_dump_start(struct netlink_callback *cb)
{
	size_t bound, most = 0;
	struct dpll_pin *pin;
	unsigned long i;
	int srcu;

	srcu = srcu_read_lock(&dpll_srcu);
	xa_for_each_marked(&dpll_pins, i, pin, DPLL_VISIBLE) {
		bound = dpll_pin_size_bound(pin);
		most = max(most, bound);
	}
	srcu_read_unlock(&dpll_srcu, srcu);
	if (most > NLMSG_GOODSIZE)
		cb->min_dump_alloc = min_t(size_t, most, SZ_64K);
	return 0;
}

/*
 * How much of a buffer to fill with more than one object. One that was made great for a great
 * object is as great as the user's only by chance, and what does not fit there is lost.
 */
static size_t dump_room(const struct sk_buff *skb, const struct netlink_callback *cb)
{
	size_t room = skb_tailroom(skb);

	if (cb->min_dump_alloc <= NLMSG_GOODSIZE || room > cb->min_dump_alloc)
		return room;
	return min_t(size_t, room, NLMSG_GOODSIZE);
}

/*
 * Adds one object: 0; 1 if it is one that cannot be shown now; -EMSGSIZE if the buffer is
 * full. A callback that fails costs its attribute, and is in the device's statistics.
 */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, int cmd, fill_fn fill,
		    const void *object, size_t room)
{
	struct dpll_msg msg = { .skb = skb, .extack = cb->extack, .lenient = true,
				.seen_by = DPLL_SEEN_DUMP };
	size_t before = skb->len;
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &dpll_family,
			  NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	err = fill(&msg, object);
	if (!err && before && skb->len > room)
		err = -EMSGSIZE;
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err == -EMSGSIZE ? err : 1;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return 0;
}

static int dump(struct sk_buff *skb, struct netlink_callback *cb, struct xarray *objects, int cmd,
		fill_fn fill)
{
	struct dump *dump = (struct dump *)cb->ctx;
	u64 start = trace_dpll_cmd_enabled() ? chs_watch_start() : 0;
	size_t room = dump_room(skb, cb);
	int err = 0, srcu;
	unsigned long i;
	void *object;

	cb->seq = atomic_read(&dpll_generation) ?: 1;
	srcu = srcu_read_lock(&dpll_srcu);
	for (i = dump->next, object = xa_find(objects, &i, ULONG_MAX, DPLL_VISIBLE); object;
	     object = xa_find_after(objects, &i, ULONG_MAX, DPLL_VISIBLE)) {
		err = dump_one(skb, cb, cmd, fill, object, room);
		if (err == -EMSGSIZE)
			break;
		err = 0;
	}
	srcu_read_unlock(&dpll_srcu, srcu);
	dump->next = err ? i : ULONG_MAX;
	/* one that fits no buffer: not an end without a word */
	err = err && !skb->len ? err : 0;
	if (start)
		trace_dpll_cmd(-1, cmd, NETLINK_CB(cb->skb).portid, chs_watch_ns(start), err, "");
	return err ?: skb->len;
}

static int device_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, &dpll_devices, DPLL_CMD_DEVICE_GET, fill_device);
}

static int pin_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return dump(skb, cb, &dpll_pins, DPLL_CMD_PIN_GET, fill_pin);
}

/* ---- the family ---- */

#define DO(number, name, last)						\
	{								\
		.cmd = number,						\
		.doit = name##_doit,					\
		.policy = name##_policy,				\
		.maxattr = last,					\
		.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DO,		\
	}

static const struct genl_split_ops dpll_split_ops[] = {
	DO(DPLL_CMD_DEVICE_ID_GET, device_id_get, DPLL_A_TYPE),
	DO(DPLL_CMD_DEVICE_GET, device_get, DPLL_A_ID),
	{
		.cmd = DPLL_CMD_DEVICE_GET,
		.dumpit = device_get_dumpit,
		.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	DO(DPLL_CMD_DEVICE_SET, device_set, DPLL_A_PHASE_OFFSET_AVG_FACTOR),
	DO(DPLL_CMD_PIN_ID_GET, pin_id_get, DPLL_A_PIN_TYPE),
	DO(DPLL_CMD_PIN_GET, pin_get, DPLL_A_PIN_ID),
	{
		.cmd = DPLL_CMD_PIN_GET,
		.start = pin_dump_start,
		.dumpit = pin_get_dumpit,
		.policy = pin_get_policy,
		.maxattr = DPLL_A_PIN_ID,
		.flags = GENL_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	DO(DPLL_CMD_PIN_SET, pin_set, DPLL_A_PIN_REFERENCE_SYNC),
};

static const struct genl_multicast_group dpll_groups[] = {
	{ .name = DPLL_MCGRP_MONITOR },
};

DEFINE_STATIC_KEY_FALSE(dpll_ever_heard);

/*
 * Somebody joins. It is not known when the last one leaves: those who ask after this are
 * told by the kernel's own list.
 */
static int joined(int group)
{
	static_branch_enable(&dpll_ever_heard);
	return 0;
}

struct genl_family dpll_family __ro_after_init = {
	.version = DPLL_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.split_ops = dpll_split_ops,
	.n_split_ops = ARRAY_SIZE(dpll_split_ops),
	.mcgrps = dpll_groups,
	.n_mcgrps = ARRAY_SIZE(dpll_groups),
	.bind = joined,
};

int __init dpll_netlink_init(void)
{
	int err;

	if (strscpy(dpll_family.name, family) <= 0) {
		pr_err("family: a name of 1 to %zu characters\n", sizeof(dpll_family.name) - 1);
		return -EINVAL;
	}
	err = genl_register_family(&dpll_family);
	if (err != -EEXIST)
		return err;
	pr_err("the kernel has a family '%s' already: see module parameter family\n",
	       dpll_family.name);
	/* EEXIST would make modprobe believe that the module is loaded already */
	return -EBUSY;
}

void dpll_netlink_exit(void)
{
	genl_unregister_family(&dpll_family);
}

MODULE_ALIAS_GENL_FAMILY(CHS_DPLL_FAMILY);
