// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_client: a plain client of generic netlink family dpll (chs-dpll beside the kernel's
 * own), for tests and scripts. Each message is a line: the command's name, then the
 * attributes in their order, NAME=VALUE, nests in braces, enumerations as numbers.
 *
 *	dpll_client devices | pins		dump
 *	dpll_client device ID | pin ID
 *	dpll_client device-set ID NAME=VALUE...
 *	dpll_client pin-set ID NAME=VALUE... [NEST{NAME=VALUE,...}]...
 *	dpll_client device-id NAME=VALUE... | pin-id NAME=VALUE...
 *	dpll_client monitor [COUNT [SECONDS]]	until so many have come
 *	dpll_client family			its name
 *
 * NEST is parent-device, parent-pin or reference-sync. Exit status 0; 1 with a line
 * "ERRNO: text" on stderr; 2 for a wrong call; monitor ends with 1 if time is up first.
 */
#include "dpll_test.h"

static void print(const struct nlmsghdr *nl, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);

	(void)arg;
	printf("%s %s\n", genl->cmd <= DPLL_CMD_MAX ? cmd_names[genl->cmd] : "?", message_text(nl));
	fflush(stdout);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: dpll_client devices|pins|device ID|pin ID|device-set ID NAME=VALUE...|\n"
		"       pin-set ID NAME=VALUE... NEST{NAME=VALUE,...}...|device-id|pin-id\n"
		"       NAME=VALUE...|monitor [COUNT [SECONDS]]|family\n");
	return 2;
}

static int put_value(struct nlmsghdr *nl, const struct attr_name *names, unsigned int max,
		     char *word)
{
	char *value = strchr(word, '=');
	unsigned int type;

	if (!value)
		return -1;
	*value++ = 0;
	for (type = 1; type <= max; type++)
		if (names[type].name && !strcmp(names[type].name, word))
			break;
	if (type > max)
		return -1;
	if (names[type].kind == STRING)
		mnl_attr_put_strz(nl, type, value);
	else if (names[type].kind == U64 || names[type].kind == S64)
		mnl_attr_put_u64(nl, type, strtoull(value, NULL, 0));
	else
		mnl_attr_put_u32(nl, type, strtoll(value, NULL, 0));
	return 0;
}

static int put_words(struct nlmsghdr *nl, bool is_pin, char **words)
{
	const struct attr_name *names = is_pin ? pin_attrs : device_attrs;
	unsigned int max = is_pin ? DPLL_A_PIN_MAX : DPLL_A_MAX, type;
	struct nlattr *nest;
	char *inner, *word;

	for (; *words; words++) {
		inner = strchr(*words, '{');
		if (!inner) {
			if (put_value(nl, names, max, *words))
				return -1;
			continue;
		}
		*inner++ = 0;
		inner[strcspn(inner, "}")] = 0;
		for (type = 1; type <= max; type++)
			if (names[type].kind == NEST && !strcmp(names[type].name, *words))
				break;
		if (type > max)
			return -1;
		nest = mnl_attr_nest_start(nl, type);
		while ((word = strsep(&inner, ",")))
			if (*word && put_value(nl, names, max, word))
				return -1;
		mnl_attr_nest_end(nl, nest);
	}
	return 0;
}

static int done(const struct nl *s)
{
	if (s->told[0] || s->result)
		fprintf(stderr, "%s: %s\n", s->result ? err_name(s->result) : "note", s->told);
	if (s->was_interrupted)
		fprintf(stderr, "note: the set changed meanwhile\n");
	return s->result ? 1 : 0;
}

static int monitor(struct nl *s, long count, long seconds)
{
	int64_t end = now_ns(CLOCK_MONOTONIC) + seconds * NSEC;
	long got;

	nl_join(s);
	/* whoever started it knows now that nothing will be missed */
	printf("listening\n");
	fflush(stdout);
	while (count) {
		int64_t left = (end - now_ns(CLOCK_MONOTONIC)) / 1000000;

		if (seconds && left <= 0)
			return 1;
		got = hear_one(s, seconds ? (int)left : -1);
		if (got < 0)
			printf("%s\n", got == -ENOBUFS ? "lost" : err_name(got));
		if (got > 0) {
			print(&s->answer.nl, NULL);
			count--;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int cmd, flags;
		bool has_id;
	} verbs[] = {
		{ "devices", DPLL_CMD_DEVICE_GET, NLM_F_DUMP, false },
		{ "pins", DPLL_CMD_PIN_GET, NLM_F_DUMP, false },
		{ "device", DPLL_CMD_DEVICE_GET, 0, true },
		{ "pin", DPLL_CMD_PIN_GET, 0, true },
		{ "device-set", DPLL_CMD_DEVICE_SET, 0, true },
		{ "pin-set", DPLL_CMD_PIN_SET, 0, true },
		{ "device-id", DPLL_CMD_DEVICE_ID_GET, 0, false },
		{ "pin-id", DPLL_CMD_PIN_ID_GET, 0, false },
	};
	const char *verb = argc > 1 ? argv[1] : "";
	struct nlmsghdr *nl;
	struct nl *s = nl_open();
	size_t i;

	if (!strcmp(verb, "family")) {
		printf("%s\n", s->family_name);
		return 0;
	}
	if (!strcmp(verb, "monitor"))
		return monitor(s, argc > 2 ? atol(argv[2]) : -1, argc > 3 ? atol(argv[3]) : 0);
	for (i = 0; i < ARRAY_SIZE(verbs) && strcmp(verbs[i].name, verb); i++)
		;
	if (i == ARRAY_SIZE(verbs) || argc < 2 + verbs[i].has_id)
		return usage();
	nl = request(s, verbs[i].flags, verbs[i].cmd);
	if (verbs[i].has_id)
		mnl_attr_put_u32(nl, 1, strtoul(argv[2], NULL, 0)); /* both ids are attribute 1 */
	if (put_words(nl, is_about_pins(verbs[i].cmd), argv + 2 + verbs[i].has_id))
		return usage();
	transact(s, nl, print, NULL);
	return done(s);
}
