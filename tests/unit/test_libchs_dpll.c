// SPDX-License-Identifier: GPL-2.0
/* Host test of libchs_dpll's rewriting of names in messages of generic netlink's controller. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include "../../tools/libchs_dpll/rewrite.h"
#include "tap.h"

static const struct rename to_ours[] = { { "dpll", "chs-dpll" }, { "DPLL", "dpll" }, {} };
static const struct rename to_theirs[] = { { "chs-dpll", "dpll" }, { "dpll", "DPLL" }, {} };

struct messages {
	_Alignas(4) char data[512];
	size_t len;
};

static void begin(struct messages *m, int type, size_t *start)
{
	struct nlmsghdr nl = { .nlmsg_type = type, .nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN };
	struct genlmsghdr genl = { .cmd = CTRL_CMD_NEWFAMILY, .version = 2 };

	*start = m->len;
	memcpy(m->data + m->len, &nl, sizeof(nl));
	memcpy(m->data + m->len + NLMSG_HDRLEN, &genl, sizeof(genl));
	m->len += nl.nlmsg_len;
}

static void put(struct messages *m, size_t start, int type, const void *value, size_t size)
{
	struct nlattr a = { .nla_type = type, .nla_len = NLA_HDRLEN + size };
	struct nlmsghdr nl;

	memset(m->data + m->len, 0, NLA_ALIGN(a.nla_len));
	memcpy(m->data + m->len, &a, sizeof(a));
	memcpy(m->data + m->len + NLA_HDRLEN, value, size);
	m->len += NLA_ALIGN(a.nla_len);
	memcpy(&nl, m->data + start, sizeof(nl));
	nl.nlmsg_len = m->len - start;
	memcpy(m->data + start, &nl, sizeof(nl));
}

/* a family as the controller shows it */
static void family(struct messages *m, const char *name, uint16_t id)
{
	size_t start;

	begin(m, GENL_ID_CTRL, &start);
	put(m, start, CTRL_ATTR_FAMILY_NAME, name, strlen(name) + 1);
	put(m, start, CTRL_ATTR_FAMILY_ID, &id, sizeof(id));
}

static bool equal(const struct messages *a, const struct messages *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static void rewritten(const struct rename *renames, const char *from, const char *to,
		      const char *what)
{
	struct messages got = {}, want = {};

	family(&got, from, 23);
	family(&want, to, 23);
	ok(names_any(got.data, got.len, renames) == !!strcmp(from, to), what);
	got.len = names_rewrite(got.data, got.len, sizeof(got.data), renames);
	ok(equal(&got, &want), what);
}

static void test_one(void)
{
	rewritten(to_ours, "dpll", "chs-dpll", "request: dpll becomes chs-dpll");
	rewritten(to_ours, "DPLL", "dpll", "request: DPLL becomes the kernel's dpll");
	rewritten(to_theirs, "chs-dpll", "dpll", "answer: chs-dpll becomes dpll");
	rewritten(to_theirs, "dpll", "DPLL", "answer: the kernel's dpll becomes DPLL");
	rewritten(to_ours, "dpl", "dpl", "a name that is the beginning of one stays");
	rewritten(to_ours, "dpll2", "dpll2", "a name that begins with one stays");
	rewritten(to_ours, "nlctrl", "nlctrl", "another name stays");
	rewritten(to_ours, "", "", "an empty name stays");
}

static void test_dump(void)
{
	struct messages got = {}, want = {};
	const char *before[] = { "nlctrl", "dpll", "ethtool", "chs-dpll", "devlink" };
	const char *after[] = { "nlctrl", "DPLL", "ethtool", "dpll", "devlink" };

	for (int i = 0; i < 5; i++) {
		family(&got, before[i], 16 + i);
		family(&want, after[i], 16 + i);
	}
	got.len = names_rewrite(got.data, got.len, sizeof(got.data), to_theirs);
	ok(equal(&got, &want), "each of several messages");
}

static void test_room(void)
{
	struct messages got = {}, want = {};
	size_t len;

	family(&got, "dpll", 23);
	family(&want, "dpll", 23);
	len = got.len;
	same(names_rewrite(got.data, len, len + 3, to_ours), len, "no room: the same length");
	ok(equal(&got, &want), "no room: nothing changes");
	same(names_rewrite(got.data, len, len + 4, to_ours), len + 4, "just room enough");
}

static void test_others(void)
{
	struct messages got = {}, want = {};
	size_t start;

	begin(&got, 0x20, &start);
	put(&got, start, CTRL_ATTR_FAMILY_NAME, "dpll", 5);
	want = got;
	ok(!names_any(got.data, got.len, to_ours), "another family's message is not looked at");
	same(names_rewrite(got.data, got.len, sizeof(got.data), to_ours), want.len, "nor changed");
}

/* the name last and cut behind its NUL, as nlmsg_len may say */
static void test_unpadded(void)
{
	struct messages got = {}, want = {};
	struct nlmsghdr nl;
	size_t start;

	begin(&got, GENL_ID_CTRL, &start);
	put(&got, start, CTRL_ATTR_FAMILY_NAME, "dpll", 5);
	got.len -= 3;
	memcpy(&nl, got.data, sizeof(nl));
	nl.nlmsg_len -= 3;
	memcpy(got.data, &nl, sizeof(nl));
	begin(&want, GENL_ID_CTRL, &start);
	put(&want, start, CTRL_ATTR_FAMILY_NAME, "chs-dpll", 9);
	got.len = names_rewrite(got.data, got.len, sizeof(got.data), to_ours);
	ok(equal(&got, &want), "a last name without padding");
	memset(&got, 0, sizeof(got));
	begin(&got, GENL_ID_CTRL, &start);
	put(&got, start, CTRL_ATTR_FAMILY_NAME, "dpll", 4);
	ok(!names_any(got.data, got.len, to_ours), "a name without its NUL stays");
}

/* whatever is in the buffer */
static void test_broken(void)
{
	struct messages m = {};
	size_t start, cut;
	bool good = true;
	char *copy;

	begin(&m, GENL_ID_CTRL, &start);
	put(&m, start, CTRL_ATTR_FAMILY_ID, "\1\0", 2);
	put(&m, start, CTRL_ATTR_FAMILY_NAME, "dpll", 5);
	for (cut = 0; cut < m.len; cut++) {
		copy = malloc(cut ?: 1);
		if (!copy)
			break;
		memcpy(copy, m.data, cut);
		good &= names_rewrite(copy, cut, cut, to_ours) == cut && !memcmp(copy, m.data, cut);
		free(copy);
	}
	ok(good && cut == m.len, "a message that is cut off stays as it is");
	srand(23);
	for (int i = 0; i < 200000; i++) {
		struct messages r = m;

		for (int k = 0; k < 3; k++)
			r.data[rand() % m.len] = rand();
		good &= names_rewrite(r.data, r.len, sizeof(r.data), to_ours) <= m.len + 4;
	}
	ok(good, "messages with random bytes: no more than one name grows");
}

int main(void)
{
	test_one();
	test_dump();
	test_room();
	test_others();
	test_unpadded();
	test_broken();
	return tap_end();
}
