// SPDX-License-Identifier: GPL-2.0
/* -e: turns the records of ptpstat.bpf.c into lines of text or JSON. */
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/ptp_clock.h>
#include <stdlib.h>
#include <string.h>
#include "clocks.h"
#include "events.h"
#include "holders.h"
#include "table.h"
#include "timefmt.h"
#include "units.h"

/* a record of the ring in the form that columns can point into */
struct row {
	int64_t x, y, z, duration, reader, a, b, c, d;
	int64_t count;
	double old_ppb, new_ppb, since_s;
	const char *s1, *s2;
};

#define F(k, kind_, f) { .key = k, .kind = kind_, .offset = offsetof(struct row, f) }

static const struct col lifetime_cols[] = { F("name", COL_STR, s1) };
static const struct col open_cols[] = { F("reader", COL_INT, reader), F("mode", COL_INT, a) };
static const struct col release_cols[] = {
	F("reader", COL_INT, reader), F("delivered", COL_INT, x), F("dropped", COL_INT, y),
};
static const struct col settime_cols[] = {
	F("old_ns", COL_INT, x), F("new_ns", COL_INT, y), F("delta_ns", COL_INT, z),
	F("duration_ns", COL_INT, duration),
};
static const struct col adjtime_cols[] = {
	F("delta_ns", COL_INT, x), F("duration_ns", COL_INT, duration),
};
static const struct col adjfine_cols[] = {
	F("old_ppb", COL_PPB, old_ppb), F("new_ppb", COL_PPB, new_ppb),
	F("old_scaled_ppm", COL_INT, x), F("new_scaled_ppm", COL_INT, y),
	F("duration_ns", COL_INT, duration),
};
static const struct col adjphase_cols[] = {
	F("offset_ns", COL_INT, x), F("duration_ns", COL_INT, duration),
};
static const struct col enable_cols[] = {
	F("function", COL_STR, s1), F("channel", COL_INT, b), F("on", COL_INT, c),
	F("flags", COL_INT, d), F("duration_ns", COL_INT, duration),
};
static const struct col pin_cols[] = {
	F("pin", COL_INT, reader), F("old_function", COL_STR, s1), F("old_channel", COL_INT, b),
	F("new_function", COL_STR, s2), F("new_channel", COL_INT, d),
};
static const struct col mask_cols[] = {
	F("reader", COL_INT, reader), F("channel", COL_INT, a),
};
static const struct col drop_cols[] = {
	F("reader", COL_INT, reader), F("channel", COL_INT, a), F("count", COL_INT, count),
	F("first_event_ns", COL_INT, x), F("last_event_ns", COL_INT, z),
	F("dropped_total", COL_INT, y), F("since_read_s", COL_PPB, since_s),
	F("reads", COL_INT, b), F("delivered", COL_INT, d),
};
static const struct col gap_cols[] = {
	F("channel", COL_INT, a),	   F("missing", COL_INT, b),	 F("edges", COL_INT, c),
	F("period_ns", COL_INT, duration), F("distance_ns", COL_INT, y), F("event_ns", COL_INT, x),
};
static const struct col stray_cols[] = {
	F("channel", COL_INT, a),
	F("event_ns", COL_INT, x),
	F("off_ns", COL_INT, y),
	F("period_ns", COL_INT, duration),
};
static const struct col change_cols[] = {
	F("channel", COL_INT, a),
	F("event_ns", COL_INT, x),
	F("old_period_ns", COL_INT, duration),
	F("period_ns", COL_INT, y),
	F("edges", COL_INT, b),
};
static const struct col silent_cols[] = {
	F("channel", COL_INT, a),	   F("missing", COL_INT, b),
	F("period_ns", COL_INT, duration), F("silent_ns", COL_INT, y),
	F("last_event_ns", COL_INT, x),
};
static const struct col moved_cols[] = {
	F("moved_ns", COL_INT, x),
	F("uncertain_ns", COL_INT, y),
	F("within_ns", COL_INT, duration),
	F("told_by", COL_STR, s1),
};
static const struct col order_cols[] = {
	F("channel", COL_INT, a), F("event_ns", COL_INT, x), F("previous_ns", COL_INT, y),
};
static const struct col error_cols[] = {
	F("op", COL_STR, s1), F("cmd", COL_INT, a), F("duration_ns", COL_INT, duration),
};

static const struct col arm_cols[] = {
	F("reader", COL_INT, reader), F("alarm", COL_INT, a),	 F("due_ns", COL_INT, x),
	F("interval_ns", COL_INT, y), F("absolute", COL_INT, c), F("hardware", COL_INT, d),
};
static const struct col overrun_cols[] = {
	F("reader", COL_INT, reader), F("alarm", COL_INT, a),	F("count", COL_INT, y),
	F("due_ns", COL_INT, x),      F("reason", COL_STR, s1),
};
static const struct col cancel_cols[] = {
	F("reader", COL_INT, reader), F("alarm", COL_INT, a), F("fired", COL_INT, x),
	F("overruns", COL_INT, y),    F("why", COL_STR, s1),
};

#define KIND(n, cols_) { .name = n, .cols = cols_, .ncols = sizeof(cols_) / sizeof((cols_)[0]) }

static const struct {
	const char *name;
	const struct col *cols;
	int ncols;
} kinds[EV_KINDS] = {
	[EV_REGISTER] = KIND("register", lifetime_cols),
	[EV_UNREGISTER] = KIND("unregister", lifetime_cols),
	[EV_OPEN] = KIND("open", open_cols),
	[EV_RELEASE] = KIND("release", release_cols),
	[EV_SETTIME] = KIND("settime", settime_cols),
	[EV_ADJTIME] = KIND("adjtime", adjtime_cols),
	[EV_ADJFINE] = KIND("adjfine", adjfine_cols),
	[EV_ADJPHASE] = KIND("adjphase", adjphase_cols),
	[EV_ENABLE] = KIND("enable", enable_cols),
	[EV_PIN] = KIND("pin", pin_cols),
	[EV_MASK] = KIND("mask", mask_cols),
	[EV_DROP] = KIND("drop", drop_cols),
	[EV_GAP] = KIND("gap", gap_cols),
	[EV_STRAY] = KIND("stray", stray_cols),
	[EV_ORDER] = KIND("order", order_cols),
	[EV_CHANGE] = KIND("change", change_cols),
	[EV_SILENT] = KIND("silent", silent_cols),
	[EV_JUMP] = KIND("jump", moved_cols),
	[EV_STANDS] = KIND("stuck", moved_cols),
	[EV_MISREAD] = KIND("misread", moved_cols),
	[EV_ERROR] = KIND("error", error_cols),
	[EV_ARM] = KIND("arm", arm_cols),
	[EV_OVERRUN] = KIND("overrun", overrun_cols),
	[EV_CANCEL] = KIND("cancel", cancel_cols),
};

/* consecutive drops of one reader, or overruns of one alarm; the last one's story tells most */
struct burst {
	struct ptp_ev_story last;
	int64_t first_event_ns;
	uint64_t first_mono_ns;
	uint64_t count;
};

#define BURSTS 64
#define BURST_NS NS_PER_SEC	/* a burst is written when it is so old */

static struct burst bursts[BURSTS];
static int nbursts;

static const char *func_name(uint32_t func)
{
	static const char *const names[] = {
		[PTP_PF_NONE] = "none", [PTP_PF_EXTTS] = "extts",
		[PTP_PF_PEROUT] = "perout", [PTP_PF_PHYSYNC] = "physync",
	};

	return func < sizeof(names) / sizeof(names[0]) ? names[func] : "unknown";
}

static const char *type_name(uint32_t type)
{
	static const char *const names[] = { "extts", "perout", "pps" };

	return type < 3 ? names[type] : "unknown";
}

static const char *overrun_reason(uint32_t reason)
{
	static const char *const names[] = {
		[OVERRUN_PENDING] = "pending",
		[OVERRUN_NO_ROOM] = "no_room",
	};

	return reason < OVERRUN_REASONS ? names[reason] : "unknown";
}

static const char *cancel_why(uint32_t why)
{
	static const char *const names[] = {
		[CANCEL_DELETED] = "deleted",		[CANCEL_CLOSED] = "closed",
		[CANCEL_UNREGISTERED] = "unregistered", [CANCEL_EXEC] = "exec",
		[CANCEL_DISARMED] = "disarmed",
	};

	return why < CANCEL_WHYS ? names[why] : "unknown";
}

static const char *ioctl_name(uint32_t cmd)
{
	static const char *const names[] = {
		[1] = "CLOCK_GETCAPS",
		"EXTTS_REQUEST",
		"PEROUT_REQUEST",
		"ENABLE_PPS",
		"SYS_OFFSET",
		"PIN_GETFUNC",
		"PIN_SETFUNC",
		"SYS_OFFSET_PRECISE",
		"SYS_OFFSET_EXTENDED",
		"CLOCK_GETCAPS2",
		"EXTTS_REQUEST2",
		"PEROUT_REQUEST2",
		"ENABLE_PPS2",
		"SYS_OFFSET2",
		"PIN_GETFUNC2",
		"PIN_SETFUNC2",
		"SYS_OFFSET_PRECISE2",
		"SYS_OFFSET_EXTENDED2",
		"MASK_CLEAR_ALL",
		"MASK_EN_SINGLE",
		"SYS_OFFSET_PRECISE_CYCLES",
		"SYS_OFFSET_EXTENDED_CYCLES",
		[64] = "ALARM_CREATE",
		"ALARM_SETTIME",
		"ALARM_GETTIME",
		"ALARM_STATUS",
		"ALARM_DELETE",
	};
	uint32_t nr = _IOC_NR(cmd);

	if (_IOC_TYPE(cmd) != PTP_CLK_MAGIC || nr >= sizeof(names) / sizeof(names[0]))
		return NULL;
	return names[nr];
}

static void decode(struct row *r, const struct ptp_ev *e, const char *label)
{
	memset(r, 0, sizeof(*r));
	r->x = e->x;
	r->y = e->y;
	r->z = (int64_t)((uint64_t)e->y - (uint64_t)e->x);
	r->duration = e->duration_ns;
	r->reader = e->reader;
	r->a = e->kind == EV_MASK ? (int32_t)e->a : (int64_t)e->a;
	r->b = e->b;
	r->c = e->c;
	r->d = e->d;
	r->count = 1;
	r->since_s = NAN;
	r->old_ppb = e->x * 1000.0 / 65536;
	r->new_ppb = e->y * 1000.0 / 65536;
	switch (e->kind) {
	case EV_REGISTER:
	case EV_UNREGISTER:
		r->s1 = label;
		break;
	case EV_JUMP:
	case EV_STANDS:
	case EV_MISREAD:
		r->s1 = e->a ? "events" : "reading";
		break;
	case EV_ENABLE:
		r->s1 = type_name(e->a);
		break;
	case EV_PIN:
		r->s1 = func_name(e->a);
		r->s2 = func_name(e->c);
		break;
	case EV_DROP:
		if (!e->c)
			r->b = COL_UNKNOWN;
		break;
	case EV_ERROR:
		r->s1 = e->op < PTP_OP_COUNT ? op_names[e->op] : "unknown";
		break;
	case EV_ARM:
		r->c = !!(e->b & ALARM_FLAG_ABSOLUTE);
		r->d = !!(e->b & ALARM_FLAG_HARDWARE);
		break;
	case EV_OVERRUN:
		r->s1 = overrun_reason(e->b);
		break;
	case EV_CANCEL:
		r->s1 = cancel_why(e->b);
		break;
	}
}

/* a time of a clock; as such it has no zone */
static int clock_time(char *buf, size_t size, int64_t ns)
{
	int64_t sec = ns / NS_PER_SEC, rest = ns % NS_PER_SEC;

	if (rest < 0) {
		sec--;
		rest += NS_PER_SEC;
	}
	return snprintf(buf, size, "%" PRId64 ".%09" PRId64, sec, rest);
}

/* also those that stay within the kernel as a rule */
static const char *error_text(int err)
{
	switch (err) {
	case 524:
		return "Not supported by the driver";
	default:
		return strerror(err);
	}
}

/* what happened, for people */
static void describe(char *buf, size_t size, const struct ptp_ev *e, const struct row *r,
		     const struct burst *b, bool wide)
{
	char took[UNITS_LEN + 8] = "", t1[UNITS_LEN], t2[UNITS_LEN], old[32], new[32];
	const char *name;
	int at;

	clock_time(old, sizeof(old), e->x);
	clock_time(new, sizeof(new), e->y);
	units_ns(t1, e->duration_ns);
	/* what a change took stands in the tables; here it would cost a second line */
	if (wide)
		snprintf(took, sizeof(took), " in %s", t1);
	switch (e->kind) {
	case EV_REGISTER:
	case EV_UNREGISTER:
		snprintf(buf, size, "\"%s\"", r->s1);
		break;
	case EV_OPEN:
		snprintf(buf, size, "reader %u, mode %s%s", e->reader, e->a & 1 ? "r" : "",
			 e->a & 2 ? "w" : "");
		break;
	case EV_RELEASE:
		snprintf(buf, size, "reader %u: %" PRId64 " read, %" PRId64 " dropped",
			 e->reader, r->x, r->y);
		break;
	case EV_SETTIME:
		snprintf(buf, size, "%s -> %s (%s)%s", old, new, units_offset(t2, r->z), took);
		break;
	case EV_ADJTIME:
		snprintf(buf, size, "by %s%s", units_offset(t2, r->x), took);
		break;
	case EV_ADJFINE:
		snprintf(buf, size, "%+.3f -> %+.3f ppb%s", r->old_ppb, r->new_ppb, took);
		break;
	case EV_ADJPHASE:
		snprintf(buf, size, "offset %s%s", units_offset(t2, r->x), took);
		break;
	case EV_ENABLE:
		snprintf(buf, size, "%s %u %s, flags 0x%x%s", r->s1, e->b,
			 e->c ? "on" : "off", e->d, took);
		break;
	case EV_PIN:
		snprintf(buf, size, "pin %u: %s/%u -> %s/%u", e->reader, r->s1, e->b, r->s2, e->d);
		break;
	case EV_MASK:
		if ((int32_t)e->a < 0)
			snprintf(buf, size, "reader %u: no channel any more", e->reader);
		else
			snprintf(buf, size, "reader %u: channel %u let in", e->reader, e->a);
		break;
	case EV_DROP:
		clock_time(old, sizeof(old), r->x);
		clock_time(new, sizeof(new), r->z);
		if (b->count == 1)
			snprintf(buf, size, "reader %u lost channel %u's event of %s; %" PRId64
				 " in all%s", e->reader, e->a, new, r->y, e->d ? "" : ", none read");
		else
			snprintf(buf, size, "reader %u lost %" PRIu64 " events of channel %u, %s "
				 "to %s; %" PRId64 " in all%s", e->reader, b->count, e->a, old, new,
				 r->y, e->d ? "" : ", none read");
		break;
	case EV_GAP:
		at = snprintf(buf, size, "channel %u missed %u beat%s of %s", e->a, e->b,
			      e->b == 1 ? "" : "s", t1);
		if (e->c != e->b)
			at += snprintf(buf + at, size - at, " (%u edge%s)", e->c,
				       e->c == 1 ? "" : "s");
		snprintf(buf + at, size - at, ": %s since the last", units_ns(t2, r->y));
		break;
	case EV_STRAY:
		snprintf(buf, size, "channel %u: an event %s off the beat of %s", e->a,
			 units_offset(t2, r->y), t1);
		break;
	case EV_CHANGE:
		at = snprintf(buf, size, "channel %u: the beat of %s", e->a, t1);
		if (r->y == r->duration)
			snprintf(buf + at, size - at, " comes at another phase");
		else
			snprintf(buf + at, size - at, " is one of %s%s now", units_ns(t2, r->y),
				 e->b == 2 ? ", two edges," : "");
		break;
	case EV_SILENT:
		snprintf(buf, size, "channel %u: nothing for %s, %u beats of %s are overdue", e->a,
			 units_ns(t2, r->y), e->b, t1);
		break;
	case EV_JUMP:
		at = snprintf(buf, size, "moved by %s", units_offset(t2, r->x));
		at += snprintf(buf + at, size - at, " +- %s within", units_ns(t2, r->y));
		at += snprintf(buf + at, size - at, " %s; nobody stepped it", t1);
		if (e->a)
			snprintf(buf + at, size - at, "; by channel %u's events", e->b);
		break;
	case EV_STANDS:
		snprintf(buf, size, "has stood still for %s; nobody did that", t1);
		break;
	case EV_MISREAD:
		snprintf(buf, size, "the reading before was off by %s; this one is right",
			 units_offset(t2, r->x));
		break;
	case EV_ORDER:
		snprintf(buf, size, "channel %u: %s is %s", e->a, old,
			 r->x == r->y ? "there twice" : "earlier than the one before");
		break;
	case EV_ERROR:
		name = e->op == PTP_OP_IOCTL ? ioctl_name(e->a) : NULL;
		if (e->op == PTP_OP_IOCTL && !name)
			snprintf(buf, size, "ioctl 0x%08x%s", e->a, took);
		else
			snprintf(buf, size, "%s%s%s%s", r->s1, name ? " " : "", name ?: "", took);
		break;
	case EV_ARM:
		/* to the us: the rest would cost a second line */
		at = snprintf(buf, size, "alarm %u at %.*s", e->a,
			      (int)strlen(old) - (wide ? 0 : 3), old);
		if (r->y)
			snprintf(buf + at, size - at, ", every %s", units_ns(t2, r->y));
		break;
	case EV_OVERRUN:
		clock_time(old, sizeof(old), r->x);
		at = snprintf(buf, size, "alarm %u: %" PRId64 "%s", e->a, r->y,
			      e->b == OVERRUN_PENDING ? " as one is pending"
						      : ", no room for a signal");
		if (wide)
			snprintf(buf + at, size - at, ", from %s on", old);
		break;
	case EV_CANCEL:
		snprintf(buf, size, "alarm %u %s; fired %" PRId64 " + %" PRId64, e->a, r->s1, r->x,
			 r->y);
		break;
	default:
		snprintf(buf, size, "record of unknown kind %u", e->kind);
	}
	if (e->err) {
		size_t n = strlen(buf);

		snprintf(buf + n, size - n, ": %s", error_text(-e->err));
	}
}

static int most_first(const void *a, const void *b)
{
	const struct ptp_actor *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

/* who touched the clock meanwhile, the busiest first; the number of them */
static int actors(struct ptp_ev_story *s)
{
	int n = 0;

	qsort(s->who, PTPSTAT_ACTORS, sizeof(s->who[0]), most_first);
	while (n < PTPSTAT_ACTORS && s->who[n].count) {
		s->who[n].comm[PTPSTAT_COMM - 1] = 0;
		n++;
	}
	return n;
}

static const char *op_name(uint32_t op)
{
	return op < PTP_OP_COUNT ? op_names[op] : "unknown";
}

static void story_text(char *buf, size_t size, const struct ptp_ev_story *s, int n)
{
	char t[UNITS_LEN];
	size_t at;

	if (s->since_ns)
		at = snprintf(buf, size, "meanwhile, in the %s since %s:",
			      units_ns(t, s->ev.mono_ns - s->since_ns),
			      s->ev.kind != EV_DROP ? "that one" :
			      s->ev.b ? "it last read" : "it was opened");
	else
		at = snprintf(buf, size, "meanwhile, since ptpstat began:");
	if (!n)
		snprintf(buf + at, size - at, " nobody else touched the clock");
	for (int i = 0; i < n && at < size; i++)
		at += snprintf(buf + at, size - at, "%s %s[%u] %s x%" PRIu64, i ? "," : "",
			       s->who[i].comm, s->who[i].tgid, op_name(s->who[i].op),
			       (uint64_t)s->who[i].count);
}

static void story_json(struct out *o, const struct ptp_ev_story *s, int n)
{
	json_object *all = json_object_new_array(), *one;

	for (int i = 0; i < n; i++) {
		one = json_object_new_object();
		json_object_object_add(one, "comm", out_json(s->who[i].comm));
		json_object_object_add(one, "pid", json_object_new_int64(s->who[i].tgid));
		json_object_object_add(one, "op", json_object_new_string(op_name(s->who[i].op)));
		json_object_object_add(one, "count", json_object_new_uint64(s->who[i].count));
		json_object_array_add(all, one);
	}
	json_object_object_add(o->rec, "meanwhile", all);
}

#define LINE "%-15s %-5s %-16s %s%-8s%s "

void event_head(struct out *o)
{
	char line[64];

	snprintf(line, sizeof(line), LINE, "time", "clock", "who", "", "what", "");
	out_text(o, "%s%s%s", out_bold(o), line, out_plain(o));
}

/* what people should not overlook */
static bool is_trouble(const struct ptp_ev *e)
{
	switch (e->kind) {
	case EV_DROP:
	case EV_GAP:
	case EV_SILENT:
	case EV_JUMP:
	case EV_STANDS:
	case EV_MISREAD:
		return true;
	default:
		return e->err;
	}
}

static void write_event(struct out *o, const struct config *cfg, struct ptp_ev *e,
			const char *label, struct ptp_ev_story *s, const struct burst *b)
{
	const char *kind = e->kind < EV_KINDS ? kinds[e->kind].name : "unknown";
	char time[TIME_LEN], clock[16], actor[40] = "-", prefix[128], text[768];
	int64_t real = time_mono_to_real(e->mono_ns);
	struct row r;
	int n = 0;

	decode(&r, e, label);
	if (b) {
		r.x = b->first_event_ns;
		r.z = e->x;
		r.count = b->count;
	}
	if (s) {
		n = actors(s);
		if (s->since_ns)
			r.since_s = (e->mono_ns - s->since_ns) / 1e9;
	}
	snprintf(clock, sizeof(clock), "ptp%d", e->index);
	e->comm[PTPSTAT_COMM - 1] = 0;
	if (o->json) {
		out_begin(o, kind);
		out_str(o, "time", time_write(time, cfg->common.time, e->mono_ns, real));
		out_i64(o, "mono_ns", e->mono_ns);
		out_str(o, "clock", clock);
		out_str(o, "comm", e->tgid ? e->comm : NULL);
		if (e->tgid)
			out_i64(o, "pid", e->tgid);
		else
			out_str(o, "pid", NULL);
		out_i64(o, "err", e->err);
		if (e->kind < EV_KINDS)
			table_members(o, kinds[e->kind].cols, kinds[e->kind].ncols, &r);
		if (s)
			story_json(o, s, n);
		out_end(o);
		return;
	}
	if (e->tgid)
		snprintf(actor, sizeof(actor), "%s[%u]", e->comm, e->tgid);
	describe(text, sizeof(text), e, &r, b, o->wide);
	if (s) {
		size_t at = strlen(text);

		text[at++] = ';';
		text[at++] = ' ';
		story_text(text + at, sizeof(text) - at, s, n);
	}
	if (cfg->common.stamp)
		time_write(time, cfg->common.time, e->mono_ns, real);
	else
		time_write_short(time, cfg->common.time, e->mono_ns, real);
	snprintf(prefix, sizeof(prefix), LINE, time, clock, actor, is_trouble(e) ? out_red(o) : "",
		 kind, is_trouble(e) ? out_plain(o) : "");
	out_wrapped(o, prefix, 22, text);
}

static void write_burst(struct out *o, const struct config *cfg, int i)
{
	struct burst b = bursts[i];

	memmove(&bursts[i], &bursts[i + 1], (nbursts - i - 1) * sizeof(b));
	nbursts--;
	/* who opened the file may have ended since, and left it to somebody else */
	if (b.last.ev.kind == EV_DROP)
		holders_look_up(&b.last.ev);
	write_event(o, cfg, &b.last.ev, NULL, b.last.ev.kind == EV_DROP ? &b.last : NULL, &b);
}

void event_flush(struct out *o, const struct config *cfg, bool all)
{
	uint64_t now = time_mono_ns();

	for (int i = 0; i < nbursts;)
		if (all || now - bursts[i].first_mono_ns >= BURST_NS)
			write_burst(o, cfg, i);
		else
			i++;
}

static bool folds(const struct ptp_ev *e)
{
	return e->kind == EV_DROP || e->kind == EV_OVERRUN;
}

static void add_to_burst(struct out *o, const struct config *cfg, const struct ptp_ev_story *s)
{
	struct burst *b;
	int64_t overruns;

	for (int i = 0; i < nbursts; i++) {
		b = &bursts[i];
		if (b->last.ev.kind != s->ev.kind || b->last.ev.index != s->ev.index ||
		    b->last.ev.reader != s->ev.reader)
			continue;
		if (s->ev.kind == EV_OVERRUN) {
			if (b->last.ev.a != s->ev.a)
				continue;
			if (b->last.ev.b == s->ev.b) {
				overruns = b->last.ev.y + s->ev.y;
				b->last = *s;
				b->last.ev.y = overruns;
				return;
			}
		} else if (b->last.ev.a == s->ev.a && b->last.since_ns == s->since_ns) {
			/* another channel, or a read in between, is another burst */
			b->last = *s;
			b->count++;
			return;
		}
		write_burst(o, cfg, i);
		break;
	}
	if (nbursts == BURSTS)
		write_burst(o, cfg, 0);
	b = &bursts[nbursts++];
	b->last = *s;
	b->first_event_ns = s->ev.x;
	b->first_mono_ns = s->ev.mono_ns;
	b->count = 1;
	if (!cfg->fold)
		write_burst(o, cfg, nbursts - 1);
}

/* must the burst before it be told before e? What has no part in it does not matter. */
static bool ends_burst(const struct ptp_ev *e, const struct ptp_ev *drop)
{
	if (e->index != drop->index)
		return false;
	switch (e->kind) {
	case EV_ARM:
	case EV_CANCEL:
		return drop->kind == EV_OVERRUN && e->a == drop->a;
	case EV_RELEASE:
	case EV_MASK:
		return e->reader == drop->reader;
	case EV_ENABLE:
	case EV_SETTIME:
	case EV_ADJTIME:
	case EV_UNREGISTER:
		return true;
	default:
		return false;
	}
}

void event_show(struct out *o, const struct config *cfg, const void *data, size_t size)
{
	char label[PTPSTAT_NAME + 1] = "";
	const struct ptp_ev_name *named = data;
	struct ptp_ev_story s = {};
	bool has_story;

	memcpy(&s.ev, data, sizeof(s.ev));
	has_story = s.ev.kind == EV_DROP || s.ev.kind == EV_GAP;
	if (has_story && size >= sizeof(s))
		memcpy(&s, data, sizeof(s));
	else if ((s.ev.kind == EV_REGISTER || s.ev.kind == EV_UNREGISTER) && size >= sizeof(*named))
		memcpy(label, named->name, PTPSTAT_NAME);
	if (folds(&s.ev)) {
		add_to_burst(o, cfg, &s);
		return;
	}
	for (int i = 0; i < nbursts;)
		if (ends_burst(&s.ev, &bursts[i].last.ev))
			write_burst(o, cfg, i);
		else
			i++;
	write_event(o, cfg, &s.ev, label, has_story ? &s : NULL, NULL);
}
