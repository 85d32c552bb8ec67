// SPDX-License-Identifier: GPL-2.0
/*
 * ptpstat: iostat for PTP clocks. Starts the BPF programs, waits, and has the
 * reports written; here are the command line and the order of things.
 */
#include <errno.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "alarms.h"
#include "bpf_tool.h"
#include "clocks.h"
#include "config.h"
#include "err.h"
#include "events.h"
#include "holders.h"
#include "loop.h"
#include "order.h"
#include "procs.h"
#include "ptpstat.skel.h"
#include "report.h"
#include "units.h"

#define MODULE		"chs_ptp"
#define MAX_LINKS	32
#define PROCS		4096
#define READERS		1024
#define DRAIN_NS	(NS_PER_SEC / 10)
#define HOLD_NS		(NS_PER_SEC / 10) /* -e: lines wait for earlier ones of other CPUs */
#define HOLD_MAX	65536

enum {
	KEY_CHANNEL = 0x2000,
	KEY_PID,
	KEY_NO_PROBE,
	KEY_NO_FOLD,
	KEY_MAX_CLOCKS,
	KEY_RING,
	KEY_RAW_TP,
};

static const struct argp_option options[] = {
	{ "clock", 'c', "CLOCK", 0, "Only this clock: ptp64, 64 or a name; may be repeated", 0 },
	{ "channel", KEY_CHANNEL, "N", 0, "Only events of external channel N", 0 },
	{ "pid", KEY_PID, "PID", 0, "Only what this process does and loses", 0 },
	{ "events", 'e', 0, 0, "Stream changes, errors, drops and gaps", 0 },
	{ "histogram", 'l', 0, 0, "Latency histograms", 0 },
	{ "processes", 'p', 0, 0, "Operations by process", 0 },
	{ "duration", 'd', "SECONDS", 0, "End after so long", 0 },
	{ "hide-idle", 'z', 0, 0, "Leave out clocks with nothing to tell", 0 },
	{ "wide", 'w', 0, 0, "More columns, and no line breaks", 0 },
	{ "no-probe", KEY_NO_PROBE, 0, 0, "Do not ask the clocks; only listen", 0 },
	{ "no-fold", KEY_NO_FOLD, 0, 0, "With -e, every drop for itself", 0 },
	{ "max-clocks", KEY_MAX_CLOCKS, "N", 0, "Room for N clocks (default 64)", 0 },
	{ "ring", KEY_RING, "BYTES", 0, "Ring buffer of -e (default 1048576)", 0 },
	{ "raw-tp", KEY_RAW_TP, 0, 0, "Raw tracepoints, as where the module has no BTF", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct config *cfg = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cfg->common;
		return 0;
	case 'c':
		opts_word(&cfg->clocks, &cfg->nclocks, arg);
		return 0;
	case KEY_CHANNEL:
		cfg->channel = opts_integer(state, "--channel", arg, 0, 2047);
		return 0;
	case KEY_PID:
		cfg->pid = opts_integer(state, "--pid", arg, 1, INT_MAX);
		return 0;
	case 'e':
		cfg->events = true;
		return 0;
	case 'l':
		cfg->histograms = true;
		return 0;
	case 'p':
		cfg->by_process = true;
		return 0;
	case 'd':
		cfg->duration = opts_seconds(state, "--duration", arg);
		return 0;
	case 'z':
		cfg->hide_idle = true;
		return 0;
	case 'w':
		cfg->wide = true;
		return 0;
	case KEY_NO_PROBE:
		cfg->probe = false;
		return 0;
	case KEY_NO_FOLD:
		cfg->fold = false;
		return 0;
	case KEY_MAX_CLOCKS:
		cfg->max_clocks = opts_integer(state, "--max-clocks", arg, 1, PTPSTAT_MAX_CLOCKS);
		return 0;
	case KEY_RING:
		cfg->ring_bytes = opts_ring(state, "--ring", arg);
		return 0;
	case KEY_RAW_TP:
		cfg->raw_tp = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!opts_number(&cfg->common, arg, state)) {
			if (cfg->common.count)
				argp_error(state, "nothing stands after the count: \"%s\"", arg);
			if (cfg->common.interval)
				argp_error(state, "clocks stand before the interval: \"%s\"", arg);
			opts_word(&cfg->clocks, &cfg->nclocks, arg);
		}
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const char doc[] =
	"iostat for PTP clocks: what each does, how long it takes, how it is off, "
	"and which events were lost to whom."
	"\v"
	"Examples:\n"
	"  ptpstat                  every clock, a report a second\n"
	"  ptpstat ptp64 5 12       one clock, twelve reports of five seconds\n"
	"  ptpstat -p -z            who does it; idle clocks left out\n"
	"  ptpstat -l -d 10 10      latency histograms over ten seconds\n"
	"  ptpstat -e               a line for every change, drop and gap\n"
	"  ptpstat -j | jq .clocks  JSON, one object a line\n"
	"  ptpstat --check -d 60    exit with 3 if an event was lost in a minute\n";

static const struct argp_child children[] = {
	{ &opts_argp, 0, "All tools:", -1 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[CLOCK...] [INTERVAL [COUNT]]",
	.doc = doc,
	.children = children,
};

struct ptpstat {
	struct config cfg;
	struct out out;
	struct loop loop;
	struct ptpstat_bpf *bpf;
	struct bpf_link *links[MAX_LINKS];
	int nlinks;
	struct ring_buffer *ring;
	struct order order;
	struct clocks clocks;
	struct procs procs;
	struct alarms alarms;
	struct books books;
	struct bpf_cost cost_start, cost_before;
	double cpu_hz;
	int64_t start_ns;
	int64_t last_ns;
	uint64_t outside_before;
	long reports;
	bool reporting;		/* periodic reports are wanted */
	bool waiting_said;
	int status;
};

static int set_filters(struct ptpstat *s)
{
	struct ptpstat_bpf__rodata *ro = s->bpf->rodata;
	int slot;

	ro->first_index = s->clocks.first_index;
	ro->filter_pid = s->cfg.pid;
	ro->filter_channel = s->cfg.channel;
	ro->by_process = s->cfg.by_process;
	ro->events = s->cfg.events;
	if (s->cfg.wide || s->cfg.histograms || s->cfg.common.json)
		ro->gettimex_more |= GETTIMEX_WIDTHS;
	if (!s->cfg.probe)
		ro->gettimex_more |= GETTIMEX_OVERHEAR;
	ro->ring_wake_at = s->cfg.ring_bytes / 2;
	for (int i = 0; i < s->cfg.nclocks; i++) {
		slot = clocks_slot(&s->clocks, s->cfg.clocks[i]);
		if (slot < 0)
			return err_say(0, "ls /sys/class/phc shows which there are",
				       "there is no clock %s", s->cfg.clocks[i]);
		if (slot >= s->cfg.max_clocks)
			return err_say(0, "raise --max-clocks", "there is no room for clock %s",
				       s->cfg.clocks[i]);
		ro->filter_clocks = true;
		ro->clock_bits[slot / 64] |= 1ULL << (slot % 64);
	}
	return 0;
}

static void size_maps(struct ptpstat *s)
{
	struct ptpstat_bpf *b = s->bpf;
	int n = s->cfg.max_clocks;

	if (s->cfg.events || s->cfg.pid)
		bpf_map__set_max_entries(b->maps.owners, READERS);
	bpf_map__set_max_entries(b->maps.clocks, n);
	bpf_map__set_max_entries(b->maps.state, n);
	if (s->cfg.by_process)
		bpf_map__set_max_entries(b->maps.procs, PROCS);
	if (!s->cfg.events)
		return;
	bpf_map__set_max_entries(b->maps.touches, n);
	bpf_map__set_max_entries(b->maps.channels, n * PTPSTAT_CHANNELS);
	bpf_map__set_max_entries(b->maps.timelines, n);
	bpf_map__set_max_entries(b->maps.readers, READERS);
	bpf_map__set_max_entries(b->maps.ring, s->cfg.ring_bytes);
}

static int on_record(void *arg, void *data, size_t size)
{
	struct ptpstat *s = arg;

	const struct ptp_ev *e = data;

	s->books.seen++;
	order_put(&s->order, e->mono_ns, data, size);
	return 0;
}

static void in_order(void *arg, void *data, size_t size)
{
	struct ptpstat *s = arg;

	event_show(&s->out, &s->cfg, data, size);
}

/*
 * An event that does not come tells nothing: here it is missed, by those who look. Told
 * once; what was missing stands in the gap that ends it, or in the totals.
 */
static void watch_silence(struct ptpstat *s, uint64_t now)
{
	struct ptp_ev e = { .kind = EV_SILENT, .mono_ns = now };
	struct rhythm r;
	uint64_t overdue;

	for (int i = 0; i < s->clocks.n; i++) {
		struct clk *c = s->clocks.v[i];
		uint64_t channels = clocks_channels(&s->clocks, c);

		for (int chan = 0; channels >> chan; chan++) {
			if (!(channels >> chan & 1) || !clocks_rhythm(&s->clocks, c, chan, &r))
				continue;
			overdue = rhythm_overdue(&r, now);
			if (!overdue) {
				c->silent &= ~(1U << chan);
				continue;
			}
			if (c->silent >> chan & 1)
				continue;
			c->silent |= 1U << chan;
			e.index = c->index;
			e.a = chan;
			e.b = overdue;
			e.x = r.last_ns;
			e.y = now - r.last_mono;
			e.duration_ns = r.period_ns;
			order_put(&s->order, e.mono_ns, &e, sizeof(e));
		}
	}
}

/* a module without alarms has all the rest */
static const char *const optional[] = { "ptp_alarm_arm", "ptp_alarm_fire", "ptp_alarm_overrun",
					"ptp_alarm_cancel", NULL };

static int start_bpf(struct ptpstat *s)
{
	/* what only the stream needs */
	static const char *const stream_only[] = { "ptp_mask", "ptp_pin", "ptp_reading",
						   "ptp_alarm_arm", "ptp_alarm_cancel" };
	LIBBPF_OPTS(bpf_test_run_opts, run);
	bool raw = s->cfg.raw_tp;
	int err;

	err = bpf_tool_allowed(MODULE);
	if (err)
		return err;
	if (!raw && !bpf_tool_has_btf(MODULE)) {
		raw = true;
		if (s->cfg.common.verbose)
			err_say(0, NULL, "no BTF of %s to be had: raw tracepoints", MODULE);
	}
	s->bpf = ptpstat_bpf__open();
	if (!s->bpf)
		return err_say(errno, NULL, "cannot open the BPF object");
	clocks_find(&s->clocks);
	err = set_filters(s);
	if (err)
		return err;
	size_maps(s);
	for (unsigned int i = 0; !s->cfg.events && i < sizeof(stream_only) / sizeof(char *); i++)
		bpf_tool_skip(s->bpf->obj, stream_only[i]);
	bpf_tool_optional(s->bpf->obj, MODULE, raw, optional);
	bpf_tool_pick(s->bpf->obj, raw);
	err = bpf_tool_load(s->bpf->skeleton);
	if (err)
		return err;
	err = bpf_prog_test_run_opts(bpf_program__fd(s->bpf->progs.whoami), &run);
	if (err)
		return err_say(err, NULL, "cannot learn the own process id");
	err = clocks_init(&s->clocks, s->bpf, s->cfg.max_clocks, s->cfg.probe);
	if (!err && s->cfg.by_process)
		err = procs_init(&s->procs, bpf_map__fd(s->bpf->maps.procs), s->clocks.cpus,
				 s->bpf->bss->self_tgid == (uint32_t)getpid());
	if (!err)
		err = alarms_init(&s->alarms, bpf_map__fd(s->bpf->maps.alarms), s->clocks.cpus);
	if (err)
		return err_say(err, NULL, "cannot begin");
	s->clocks.epoch = 1;
	s->clocks.look = s->cfg.events || s->cfg.by_process || s->cfg.pid || s->cfg.nclocks;
	s->bpf->bss->look = s->clocks.look;
	s->bpf->bss->epoch_tag = 1ULL << EPOCH_SHIFT;
	if (s->cfg.events) {
		s->ring = ring_buffer__new(bpf_map__fd(s->bpf->maps.ring), on_record, s, NULL);
		if (!s->ring)
			return err_say(errno, NULL, "cannot map the ring buffer");
		order_init(&s->order, HOLD_MAX, in_order, s);
	}
	clocks_scan(&s->clocks);
	if (s->cfg.events || s->cfg.pid)
		holders_update(&s->clocks);
	return bpf_tool_attach(s->bpf->obj, MODULE, optional, s->links, &s->nlinks, MAX_LINKS);
}

static void read_books(struct ptpstat *s)
{
	uint64_t sums[2];

	if (s->cfg.events &&
	    !bpf_tool_sum(bpf_map__fd(s->bpf->maps.ring_books), 0, sums, 2)) {
		s->books.emitted = sums[0];
		s->books.lost = sums[1];
	}
	s->books.outside = s->bpf->bss->outside;
	s->books.procs_full = s->bpf->bss->procs_full;
	s->books.alarms_full = s->bpf->bss->alarms_full;
}

/* runs of our programs since the last report, or in all */
static void reckon(struct ptpstat *s, struct cost *cost, double elapsed, bool total)
{
	struct bpf_cost now, before = total ? s->cost_start : s->cost_before;
	uint64_t runs = s->books.outside - (total ? 0 : s->outside_before);

	for (int i = 0; i < s->clocks.n; i++)
		runs += figures_runs(total ? &s->clocks.v[i]->total : &s->clocks.v[i]->now);
	bpf_tool_cost(s->bpf->obj, &now);
	cost->rate = runs / elapsed;
	cost->measured = now.runs > before.runs;
	if (cost->measured)
		cost->cpu = (now.ns - before.ns) / 1e9 / elapsed;
	else
		cost->cpu = s->cpu_hz > 0 ? cost->rate * RUN_INSNS / s->cpu_hz : NAN;
	s->cost_before = now;
	s->outside_before = s->books.outside;
}

static void say_waiting(struct ptpstat *s)
{
	if (s->clocks.n || s->waiting_said)
		return;
	fprintf(stderr, "%s: waiting for clocks ...\n", err_tool_name);
	s->waiting_said = true;
}

static void look(struct ptpstat *s)
{
	clocks_scan(&s->clocks);
	clocks_harvest(&s->clocks);
	alarms_harvest(&s->alarms, s->clocks.epoch - 1);
	if (s->cfg.by_process)
		procs_harvest(&s->procs);
	read_books(s);
}

static void drain(void *arg)
{
	struct ptpstat *s = arg;
	uint64_t now = time_mono_ns();

	ring_buffer__consume(s->ring);
	watch_silence(s, now);
	order_release(&s->order, now - HOLD_NS);
	event_flush(&s->out, &s->cfg, false);
	if (!out_ok(&s->out))
		loop_quit(&s->loop);
}

static void on_interval(void *arg)
{
	struct ptpstat *s = arg;
	double elapsed;
	struct cost cost;
	int64_t now;

	if (s->ring)
		drain(s);
	/* files change hands: --pid goes by who holds them now */
	if (s->cfg.pid)
		holders_update(&s->clocks);
	look(s);
	now = time_mono_ns();
	elapsed = (now - s->last_ns) / 1e9;
	s->last_ns = now;
	if (s->reporting) {
		clocks_probe(&s->clocks);
		reckon(s, &cost, elapsed, false);
		say_waiting(s);
		if (s->clocks.n || s->out.json)
			report_interval(&s->out, &s->cfg, &s->clocks, &s->procs, &s->alarms,
					elapsed, &s->books, &cost);
	}
	if (!out_ok(&s->out) ||
	    (s->cfg.common.count && ++s->reports >= s->cfg.common.count))
		loop_quit(&s->loop);
}

static void on_end(void *arg)
{
	struct ptpstat *s = arg;

	loop_quit(&s->loop);
}

/* the last look, when no program of ours runs any more: now the books must balance */
static void finish(struct ptpstat *s)
{
	struct cost cost;
	double elapsed;
	int64_t end;

	end = time_mono_ns();
	bpf_tool_detach(s->links, s->nlinks);
	s->nlinks = 0;
	/* one may still be running on another CPU; this waits until it has ended */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	if (s->ring) {
		ring_buffer__consume(s->ring);
		watch_silence(s, end);
		order_release(&s->order, UINT64_MAX);
		event_flush(&s->out, &s->cfg, true);
	}
	look(s);
	elapsed = (end - s->start_ns) / 1e9;
	reckon(s, &cost, elapsed, true);
	report_total(&s->out, &s->cfg, &s->clocks, &s->procs, &s->alarms, elapsed, &s->books,
		     &cost);
	if (s->cfg.events && s->books.emitted != s->books.seen + s->books.lost)
		err_say(0, NULL, "the books do not balance: please report");
}

static bool lost_any(const struct ptpstat *s)
{
	for (int i = 0; i < s->clocks.n; i++)
		if (s->clocks.v[i]->total.drops)
			return true;
	return s->books.lost || s->books.outside || s->books.procs_full || s->books.alarms_full;
}

static void say_start(struct ptpstat *s)
{
	bool raw = !bpf_program__autoload(s->bpf->progs.ptp_gettime_btf);

	out_begin(&s->out, "start");
	report_stamp(&s->out, &s->cfg);
	out_str(&s->out, "version", CHS_VERSION);
	out_str(&s->out, "attached", raw ? "raw_tp" : "tp_btf");
	out_i64(&s->out, "clocks", s->clocks.n);
	out_i64(&s->out, "first_index", s->clocks.first_index);
	out_end(&s->out);
}

static int run(struct ptpstat *s)
{
	double interval = s->cfg.common.interval ?: 1;
	int64_t ns = interval * NS_PER_SEC;
	int err;

	bpf_tool_cost(s->bpf->obj, &s->cost_start);
	s->cost_before = s->cost_start;
	s->start_ns = s->last_ns = time_mono_ns();
	err = loop_timer(&s->loop, s->start_ns + ns, ns, on_interval, s);
	if (!err && s->cfg.duration)
		err = loop_timer(&s->loop, s->start_ns + (int64_t)(s->cfg.duration * NS_PER_SEC),
				 0, on_end, s);
	if (!err && s->ring)
		err = loop_add(&s->loop, ring_buffer__epoll_fd(s->ring), drain, s);
	if (!err && s->ring)
		err = loop_timer(&s->loop, s->start_ns + DRAIN_NS, DRAIN_NS, drain, s);
	if (err)
		return err_say(err, NULL, "cannot set the timers");
	clocks_scan(&s->clocks);
	say_waiting(s);
	if (s->out.json)
		say_start(s);
	else if (s->cfg.events)
		event_head(&s->out);
	err = loop_run(&s->loop);
	if (err)
		return err_say(err, NULL, "cannot wait");
	if (!s->loop.reader_gone && !ferror(s->out.f))
		finish(s);
	if (s->loop.reader_gone || !out_ok(&s->out))
		return STATUS_OK;
	return s->cfg.common.check && lost_any(s) ? STATUS_LOST : STATUS_OK;
}

int main(int argc, char **argv)
{
	static struct ptpstat s = {
		.cfg = {
			.probe = true,
			.fold = true,
			.channel = -1,
			.max_clocks = 64,
			.ring_bytes = 1 << 20,
		},
	};
	int status;

	opts_tool("ptpstat");
	argp_parse(&argp, argc, argv, 0, NULL, &s.cfg);
	out_init(&s.out, stdout, "ptpstat", s.cfg.common.json, s.cfg.wide, s.cfg.common.color);
	bpf_tool_quiet(s.cfg.common.verbose);
	s.reporting = !s.cfg.events || s.cfg.common.interval;
	s.cpu_hz = bpf_tool_cpu_hz();
	status = start_bpf(&s);
	if (!status) {
		status = loop_init(&s.loop);
		status = status ? err_say(status, NULL, "cannot watch for signals") : run(&s);
	}
	bpf_tool_detach(s.links, s.nlinks);
	ring_buffer__free(s.ring);
	order_free(&s.order);
	loop_free(&s.loop);
	clocks_free(&s.clocks);
	procs_free(&s.procs);
	alarms_free(&s.alarms);
	report_free();
	ptpstat_bpf__destroy(s.bpf);
	free(s.cfg.clocks);
	return status;
}
