// SPDX-License-Identifier: GPL-2.0
/*
 * What dpllsnoop's model says of which pin is on which device, and its filters of both; the
 * network devices of pins; the order of its lines.
 */
#include <linux/dpll.h>
#include <string.h>
#include "tap.h"
#include "../../tools/dpllsnoop/filter.h"
#include "../../tools/dpllsnoop/netdevs.h"
#include "../../tools/dpllsnoop/line_order.h"

enum { EEC = 3, PPS = 4, MUX = 65536, CHILD, GRANDCHILD, OUT, LONELY };

static struct model m;

static struct pin *pin(uint32_t id, const char *label)
{
	struct pin *p = model_pin(&m, id, true);

	snprintf(p->label, sizeof(p->label), "%s", label);
	return p;
}

static void make(void)
{
	struct device *d;

	d = model_device(&m, EEC, true);
	d->type = DPLL_TYPE_EEC;
	d->clock_id = 0x1122;
	device_name(d);
	d = model_device(&m, PPS, true);
	d->type = DPLL_TYPE_PPS;
	d->clock_id = 0x3344;
	device_name(d);
	pin_parent(pin(MUX, "MUX"), ON_DEVICE, EEC, true);
	pin_parent(pin(CHILD, "CHILD"), ON_PIN, MUX, true);
	pin_parent(pin(GRANDCHILD, "GRANDCHILD"), ON_PIN, CHILD, true);
	pin_parent(pin(OUT, "OUT"), ON_DEVICE, PPS, true);
	/* a partner is no parent, and numbers of pins are none of devices */
	pin_parent(pin(OUT, "OUT"), ON_REF_SYNC, MUX, true);
	pin_parent(pin(LONELY, "LONELY"), ON_PIN, EEC, true);
}

static bool is_on(uint32_t id, uint32_t device)
{
	return model_pin_on(&m, model_pin(&m, id, false), device);
}

static void on(void)
{
	ok(is_on(MUX, EEC) && !is_on(MUX, PPS), "a pin is on its device alone");
	ok(is_on(CHILD, EEC) && !is_on(CHILD, PPS), "through a parent");
	ok(is_on(GRANDCHILD, EEC) && !is_on(GRANDCHILD, PPS), "through a parent's parent");
	ok(is_on(OUT, PPS) && !is_on(OUT, EEC), "not through a partner");
	ok(!is_on(LONELY, EEC) && !is_on(LONELY, PPS), "a parent that is not known leads nowhere");
	pin_parent(model_pin(&m, CHILD, false), ON_DEVICE, PPS, true);
	ok(is_on(GRANDCHILD, EEC) && is_on(GRANDCHILD, PPS), "on two devices");

	pin_parent(model_pin(&m, LONELY, false), ON_PIN, LONELY, true);
	ok(!is_on(LONELY, EEC), "its own parent: there is an end");
}

static bool wanted(const struct config *cfg, uint32_t id)
{
	return pin_there_wanted(cfg, &m, model_pin(&m, id, false));
}

static void filters(void)
{
	const char *pps[] = { "pps" }, *number[] = { "3" }, *labels[] = { "OUT", "65537" };
	struct config all = {}, device = { .devices = pps, .ndevices = 1 };
	struct config by_number = { .devices = number, .ndevices = 1 };
	struct config clock = { .clock_id = 0x3344 };
	struct config both = { .devices = number, .ndevices = 1, .pins = labels, .npins = 2 };

	ok(wanted(&all, MUX) && wanted(&all, LONELY), "all, those on no device too");
	ok(wanted(&device, OUT) && !wanted(&device, MUX) && !wanted(&device, LONELY), "by type");
	ok(wanted(&by_number, GRANDCHILD) && !wanted(&by_number, OUT), "by number");
	ok(wanted(&clock, OUT) && !wanted(&clock, MUX), "by clock id");
	ok(wanted(&both, CHILD) && !wanted(&both, MUX) && !wanted(&both, OUT),
	   "by device and pin: both must hold");
	ok(id_wanted(&all, &m, 99) && !id_wanted(&device, &m, 99) && !id_wanted(&clock, &m, 99),
	   "a device that is not known");
}

static void netdevs(void)
{
	struct pin *p = model_pin(&m, OUT, false);

	ok(netdevs_set(p, 7, "eth0", true) && p->nnetdevs == 1, "attached");
	ok(!netdevs_set(p, 7, "eth0", true) && p->nnetdevs == 1, "once more: known");
	ok(!netdevs_set(p, 8, "eth1", false), "one that was not there leaves");
	ok(netdevs_set(p, 8, "eth1", true) && netdevs_set(p, 7, "", false),
	   "another, and it leaves");
	ok(p->nnetdevs == 1 && !strcmp(p->netdev[0].name, "eth1"), "the other one is left");
	for (uint32_t i = 0; i < MODEL_NETDEVS - 1; i++)
		netdevs_set(p, 100 + i, "more", true);
	ok(!netdevs_set(p, 200, "too many", true) && p->nnetdevs == MODEL_NETDEVS, "no more room");
}

static void hold(struct line_order *o, int64_t at_ns, const char *text)
{
	fputs(text, line_order_line(o));
	line_order_hold(o, at_ns);
}

/* what was written since the last time */
static bool written(FILE *to, const char *expected)
{
	static long at;
	char text[256] = "";
	size_t n;

	fflush(to);
	fseek(to, at, SEEK_SET);
	n = fread(text, 1, sizeof(text) - 1, to);
	at += n;
	fseek(to, 0, SEEK_END);
	return !strcmp(text, expected);
}

static void order(void)
{
	static struct loop loop;
	struct line_order o = { 0 };
	FILE *to = tmpfile();

	ok(!loop_init(&loop) && !line_order_init(&o, &loop, NULL, NULL), "begin");
	hold(&o, 30, "thirty, a long line;");
	hold(&o, 10, "ten;");
	hold(&o, 30, "again;");
	hold(&o, 20, "twenty;");
	line_order_flush(&o, 9, to);
	ok(written(to, ""), "none is old enough");
	line_order_flush(&o, 29, to);
	ok(written(to, "ten;twenty;"), "in the order of their times");
	hold(&o, 5, "late;");
	line_order_flush(&o, 30, to);
	ok(written(to, "late;thirty, a long line;again;"), "the same time: as they came");
	hold(&o, 50, "fifty;");
	hold(&o, 40, "forty;");
	hold(&o, 45, "the last;");
	line_order_end(&o, to);
	ok(written(to, "forty;the last;") && !o.held.n, "after what ends it there is nothing");
	for (int i = 0; i < 1000; i++)
		hold(&o, 1000 - i, i == 999 ? "first;" : "x");
	line_order_flush(&o, 1, to);
	ok(written(to, "first;") && o.held.n == 999, "a thousand backwards");
	line_order_free(&o);
	loop_free(&loop);
	fclose(to);
}

int main(void)
{
	make();
	on();
	filters();
	netdevs();
	order();
	model_free(&m);
	return tap_end();
}
