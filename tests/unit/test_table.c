// SPDX-License-Identifier: GPL-2.0
/* Host test of tools/lib/table.c and out.c: one description, text and JSON. */
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include "hist.h"
#include "table.h"
#include "tap.h"

struct row {
	const char *name;
	uint64_t n;
	double rate;
	double freq;
	int64_t latency;
	int64_t offset;
	int64_t hidden;
	const struct hist *hist;
};

#define AT(f) offsetof(struct row, f)

static const struct col cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(name), 6 },
	{ "n", "count", COL_COUNT, COL_WARN, AT(n), 3 },
	{ "per s", "per_s", COL_RATE, 0, AT(rate), 6 },
	{ "freq", "freq_ppb", COL_PPB, COL_WIDE, AT(freq), 0 },
	{ "p50", "p50_ns", COL_NS, 0, AT(latency), 6 },
	{ "offset", "offset_ns", COL_OFFSET, 0, AT(offset), 8 },
	{ NULL, "secret", COL_INT, COL_NO_TEXT, AT(hidden), 0 },
	{ NULL, "histogram_ns", COL_HIST, COL_NO_TEXT, AT(hist), 0 },
};

#define TABLE(k, s) { .key = k, .cols = cols, .ncols = sizeof(cols) / sizeof(cols[0]), .stream = s }

static char *text;
static size_t size;

static void begin(struct out *o, bool json, bool wide, enum color_mode color)
{
	free(text);
	text = NULL;
	out_init(o, open_memstream(&text, &size), "test", json, wide, color);
}

static const char *end(struct out *o)
{
	fclose(o->f);
	return text;
}

static const struct row rows[] = {
	{ "ptp64", 101, 12.34, 50000, 1240, -37000000123, 7, NULL },
	{ NULL, 0, NAN, NAN, COL_UNKNOWN, COL_UNKNOWN, COL_UNKNOWN, NULL },
};

static void as_text(void)
{
	struct table t = TABLE("clocks", false);
	struct row big = rows[0];
	struct out o;

	begin(&o, false, false, COLOR_AUTO);
	table_begin(&t, &o);
	table_row(&t, &o, &rows[0]);
	table_row(&t, &o, &rows[1]);
	table_end(&t, &o);
	same_text(end(&o),
		  "clock    n  per s    p50         offset\n"
		  "ptp64  101   12.3 1.24us -37.000000123s\n"
		  "-        0      -      -              -\n",
		  "text: left and right, widths that grow, '-' for unknown");

	begin(&o, false, true, COLOR_ALWAYS);
	big.n = 123456;
	table_begin(&t, &o);
	table_row(&t, &o, &big);
	table_end(&t, &o);
	end(&o);
	ok(strstr(text, "+50000.000") && strstr(text, "freq"), "wide columns show with -w");
	ok(strstr(text, "\033[31m123456\033[0m"), "what warns is red where it is not zero");
	ok(strstr(text, "\033[1mclock"), "the header is bold");
	table_free(&t);
}

static void as_json(void)
{
	struct table t = TABLE("clocks", false);
	struct row with_hist = rows[0];
	json_object *rec, *list, *one, *v;
	struct hist h = {};
	struct out o;

	hist_add(&h, 1000, 23);
	with_hist.hist = &h;
	begin(&o, true, false, COLOR_ALWAYS);
	out_begin(&o, "report");
	out_double(&o, "nothing", NAN);
	out_str(&o, "odd", "a\"b\\c\n/");
	table_begin(&t, &o);
	table_row(&t, &o, &with_hist);
	table_row(&t, &o, &rows[1]);
	table_end(&t, &o);
	out_text(&o, "not in JSON");
	out_end(&o);
	end(&o);
	ok(strchr(text, '\n') == text + strlen(text) - 1, "JSON: one line a record");
	ok(!strchr(text, '\033'), "without colours");
	rec = json_tokener_parse(text);
	ok(rec, "that parses");
	same(json_object_get_int(json_object_object_get(rec, "schema")), 1, "it has a schema");
	same_text(json_object_get_string(json_object_object_get(rec, "tool")), "test", "a tool");
	same_text(json_object_get_string(json_object_object_get(rec, "type")), "report", "a type");
	same_text(json_object_get_string(json_object_object_get(rec, "odd")), "a\"b\\c\n/",
		  "odd strings survive");
	list = json_object_object_get(rec, "clocks");
	same(json_object_array_length(list), 2, "the table is an array of rows");
	one = json_object_array_get_idx(list, 0);
	same(json_object_get_int64(json_object_object_get(one, "offset_ns")), -37000000123,
	     "integers are exact");
	same(json_object_get_int64(json_object_object_get(one, "secret")), 7,
	     "columns without text are there");
	ok(json_object_object_get_ex(one, "freq_ppb", &v) && json_object_get_double(v) == 50000,
	   "wide ones too");
	v = json_object_array_get_idx(json_object_object_get(one, "histogram_ns"), 0);
	same_text(json_object_to_json_string_ext(v, 0), "[896,1023,23]", "histograms are buckets");
	one = json_object_array_get_idx(list, 1);
	ok(json_object_object_get_ex(one, "per_s", &v) && !v, "NaN is null");
	ok(json_object_object_get_ex(one, "p50_ns", &v) && !v, "unknown is null");
	ok(json_object_object_get_ex(rec, "nothing", &v) && !v, "so it is outside a table");
	json_object_put(rec);
	table_free(&t);
}

static void as_stream(void)
{
	struct table t = TABLE("event", true);
	struct out o;
	int heads = 0;

	begin(&o, true, false, COLOR_AUTO);
	table_begin(&t, &o);
	table_row(&t, &o, &rows[0]);
	table_row(&t, &o, &rows[1]);
	end(&o);
	ok(strstr(text, "}\n{\"schema\":1,\"tool\":\"test\",\"type\":\"event\""),
	   "a stream's rows are records");
	table_free(&t);

	begin(&o, false, false, COLOR_AUTO);
	o.rows = 5;
	table_begin(&t, &o);
	for (int i = 0; i < 7; i++)
		table_row(&t, &o, &rows[0]);
	end(&o);
	for (char *p = text; (p = strstr(p, "clock")); p++)
		heads++;
	same(heads, 3, "its header comes anew with every screenful");
	table_free(&t);
}

static void words(void)
{
	const char *const name = "a\033[31m\033[2Jb\xc3\xa9\nc";
	char prefix[80];
	struct out o;

	begin(&o, false, false, COLOR_ALWAYS);
	out_text(&o, "%s%s%s", out_red(&o), name, out_plain(&o));
	same_text(end(&o), "\033[31ma?[31m?[2Jb??c\033[0m\n",
		  "a line has our own escape sequences, and those of no name, even the same");
	begin(&o, false, true, COLOR_ALWAYS);
	out_wrapped(&o, name, 4, name);
	same_text(end(&o), "a?[31m?[2Jb??ca?[31m?[2Jb??c\n", "nor has a wrapped one");
	begin(&o, true, false, COLOR_ALWAYS);
	out_begin(&o, "x");
	out_str(&o, "name", "\xc3\xa9\xff\n");
	out_end(&o);
	ok(strstr(end(&o), "\"name\":\"\xc3\xa9\\\\xff\\n\"") != NULL,
	   "JSON has UTF-8 as it is, and another byte as \\xNN");
	begin(&o, false, false, COLOR_ALWAYS);
	snprintf(prefix, sizeof(prefix), "%sprefix%s ", out_red(&o), out_plain(&o));
	out_wrapped(
		&o, prefix, 4,
		"0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456 x y");
	same_text(end(&o), "\033[31mprefix\033[0m 0123456789 0123456789 0123456789 0123456789 "
		  "0123456789 0123456789 0123456\n    x y\n",
		  "text wraps at 80 columns, escapes not counted");
	begin(&o, false, true, COLOR_AUTO);
	out_wrapped(&o, "", 4, "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
		    "0123456789 0123456789");
	ok(!strchr(end(&o) + 81, ' '), "but not with -w");
	setenv("NO_COLOR", "1", 1);
	begin(&o, false, false, COLOR_ALWAYS);
	ok(o.color, "--color=always wins over NO_COLOR");
	end(&o);
}

int main(void)
{
	as_text();
	as_json();
	as_stream();
	words();
	free(text);
	return tap_end();
}
