// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of htetop's screen without a terminal: what keys do to a view, and what the
 * grid shows of a model at any size.
 */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <wchar.h>
#include "../../tools/htetop/screen_draw.h"
#include "../../tools/lib/name.h"
#include "tap.h"

#define LINES 64
#define CHIPS 2

static struct top_chip chips[CHIPS];
static struct top_line lines[LINES];
static struct top_model model;
static struct view v;
static struct grid g;

static void no_figures(struct top_lat *l)
{
	memset(l, 0, sizeof(*l));
	l->p50_ns = l->p99_ns = l->max_ns = l->total_max_ns = -1;
}

/* n of each of the values, and nine times as many before this interval */
static void figures(struct top_lat *l, const int64_t *values, int n_values, int n)
{
	no_figures(l);
	for (int i = 0; i < n_values; i++) {
		hist_add(&l->hist, values[i], n);
		if (values[i] > l->max_ns)
			l->max_ns = values[i];
	}
	for (int i = 0; i < 10; i++)
		hist_merge(&l->total, &l->hist);
	l->p50_ns = hist_percentile(&l->hist, 0.5, l->max_ns);
	l->p99_ns = hist_percentile(&l->hist, 0.99, l->max_ns);
	l->total_max_ns = 3 * l->max_ns;
}

/* 48 lines of a chip that is related to the kernel's time, 16 of one that is not */
static void fill(void)
{
	static const int64_t late[] = { 2500, 3000, 9000 }, quick[] = { 400, 500 };

	memset(lines, 0, sizeof(lines));
	chips[0] = (struct top_chip){
		.index = 0,
		.name = "lab_hte0",
		.nlines = 48,
		.relation = TOP_RELATED,
		.offset_ns = 37000000123,
		.error_ns = 40,
		.rate_ppb = 12.3,
		.fifo_max = -1,
	};
	chips[1] = (struct top_chip){
		.index = 1,
		.name = "tegra1",
		.nlines = 16,
		.rate_ppb = NAN,
		.fifo_max = 16,
		.fifo_lost = 101,
	};
	for (int i = 0; i < LINES; i++) {
		struct top_line *l = &lines[i];

		l->chip = &chips[i >= 48];
		l->key = i;
		l->line = i % 48;
		l->line_id = 100 + i;
		l->state = "active";
		l->level = i % 2;
		snprintf(l->label, sizeof(l->label), "line_%d", i);
		strcpy(l->consumer, i % 3 ? "cdev" : "hte_sink");
		/* each rate twice, so that an order can be stable */
		l->stamps = 23 + i / 2;
		l->rate = l->stamps;
		l->total = 101 * (i + 1);
		l->seq = l->total;
		if (l->chip == &chips[0])
			figures(&l->latency, late, 3, 7);
		else
			no_figures(&l->latency);
		figures(&l->callback, quick, 2, 11);
		no_figures(&l->second);
	}
	lines[5].drops[TOP_OVERFLOW] = 23;
	lines[5].drops_total[TOP_OVERFLOW] = 101;
	lines[5].drops_total[TOP_CONSUMER] = 7;
	lines[5].drops_total[TOP_COALESCED] = 13;
	lines[5].lost = 23;
	lines[5].lost_total = 108;
	lines[5].gaps = 19;
	lines[5].gaps_total = 97;
	model = (struct top_model){
		.chips = chips,
		.n_chips = CHIPS,
		.lines = lines,
		.n_lines = LINES,
		.interval_s = 1.002,
		.mono_ns = 1000000000,
		.real_ns = 1770091506000000000,
		.events = 4000,
		.cost_ns = 840000,
		.cpu = 0.004,
	};
}

static void draw(void)
{
	view_update(&v, &model);
	if (!screen_draw(&g, &model, &v))
		abort();
}

static void begin(int rows, int cols)
{
	view_free(&v);
	view_init(&v);
	view_resize(&v, rows, cols);
	g.ascii = false;
	fill();
	draw();
	view_resize(&v, rows, cols);
}

/* a key, and what then is on the screen */
static enum view_wish press(int key)
{
	enum view_wish wish = view_key(&v, key);

	draw();
	return wish;
}

static void words(const char *s)
{
	while (*s)
		press(*s++);
}

/* a row's text in UTF-8, without blanks at its end */
static const char *row_text(int row)
{
	static char text[2048];
	size_t n = 0;

	for (int col = 0; col < g.cols; col++) {
		wchar_t c = g.cells[row * g.cols + col].ch;

		if (c >= 0x800) {
			text[n++] = 0xe0 | c >> 12;
			text[n++] = 0x80 | (c >> 6 & 0x3f);
			text[n++] = 0x80 | (c & 0x3f);
		} else if (c >= 0x80) {
			text[n++] = 0xc0 | c >> 6;
			text[n++] = 0x80 | (c & 0x3f);
		} else if (c != CELL_TAKEN) {
			text[n++] = c;
		}
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = 0;
	return text;
}

static bool row_holds(int row, const char *part)
{
	return strstr(row_text(row), part);
}

/* the first row that holds it, -1: none */
static int row_of_text(const char *part)
{
	for (int row = 0; row < g.rows; row++)
		if (row_holds(row, part))
			return row;
	return -1;
}

static enum style style_of(const char *part)
{
	int row = row_of_text(part);
	const char *text;

	if (row < 0)
		return STYLES;
	/* rows that are asked about are ASCII up to there */
	text = row_text(row);
	return g.cells[row * g.cols + (strstr(text, part) - text)].style;
}

static void look(void)
{
	begin(24, 80);
	draw();
	ok(!strncmp(row_text(0), "htetop  ", 8), "the title");
	ok(row_holds(0, "  live  every 1s  took 1.00s  by +chip  64 lines"), "and what is shown");
	same_text(row_text(1), "lab_hte0 +37.000000123s +-40ns +12.3ppb", "a chip that is related");
	same_text(row_text(2), "tegra1 not related: no latency fifo 16 lost 101",
		  "and one that is not");
	same_text(row_text(3), "2464.0 stamps/s  lost 108  gaps 97  coalesced 13  cost 0.4% CPU",
		  "the sums, and as much of the cost as there is room for");
	same_text(row_text(4),
		  "chip▲    line label   L rate/s gaps lost  lat50  lat99 latmax  "
		  "2nd50 consumer",
		  "the heads at 80");
	same_text(row_text(5),
		  "lab_hte0    0 line_0  0   23.0    0    0 2.85us 9.00us 9.00us      "
		  "- hte_sink",
		  "a line");
	same_text(row_text(10),
		  "lab_hte0    5 line_5  1   25.0   97  108 2.85us 9.00us 9.00us      "
		  "- cdev",
		  "one that lost");
	same_text(row_text(23),
		  "q Quit  h Help  / Filter  <> Sort  I Invert  Enter Line  t Totals  "
		  "Space Freeze",
		  "keys at the bottom, whole ones only");

	begin(10, 40);
	draw();
	ok(row_holds(0, "  live  every 1s"), "40x10: the title");
	same_text(row_text(1), "lab_hte0 +-40ns  tegra1 no relation -101", "the chips in short");
	same_text(row_text(2), "2464.0 stamps/s  lost 108  gaps 97", "the sums");
	same_text(row_text(3), "chip▲   line label  L rate/s lost  lat99", "the heads at 40");
	same_text(row_text(4), "lab_ht…    0 line_0 0   23.0    0 9.00us", "a line");
	same(v.page, 5, "five lines");

	begin(60, 200);
	draw();
	same_text(row_text(1),
		  "lab_hte0 +37.000000123s +-40ns +12.3ppb  tegra1 not related: no latency "
		  "fifo 16 lost 101",
		  "200x60: both chips in a row");
	ok(row_holds(2, "BPF 4000 runs of 210ns"), "what a run costs");
	same_text(row_text(3),
		  "chip▲    line  id label   state  L rate/s total gaps lost unreg disab "
		  "ovflw cbfai cnsmd coal  lat50  lat99 latmax   cb50   cb99  cbmax  2nd50  2nd99 "
		  "2ndmax  seq early last consumer",
		  "every column");
	same(v.page, 55, "55 lines");
}

/* what column_text() has for the lines that are shown stands where the column is */
static bool aligned(int first, int *wrong)
{
	const uint64_t fit = screen_columns(&v);
	char text[TABLE_CELL];
	struct top_row r;
	int at[64][2], n = 0;

	/* where the columns lie: the heads' ends, which no blank parts */
	for (int col = 0; col < g.cols && n < 64;) {
		while (col < g.cols && g.cells[(first - 1) * g.cols + col].ch == ' ')
			col++;
		if (col == g.cols)
			break;
		at[n][0] = col;
		while (col < g.cols && g.cells[(first - 1) * g.cols + col].ch != ' ')
			col++;
		at[n++][1] = col;
	}
	if (n != __builtin_popcountll(fit))
		return false;
	for (int i = 0; i < v.page && v.first + i < v.n_lines; i++) {
		n = 0;
		row_of(&r, v.lines[v.first + i], v.figures);
		for (int c = 0; c < n_columns; c++) {
			const struct cell *cells = &g.cells[(first + i) * g.cols];
			bool left = columns[c].col.flags & COL_LEFT, good = true, cut = false;
			int len, from;

			if (!(fit >> c & 1))
				continue;
			len = strlen(column_text(text, c, &r));
			from = left ? at[n][0] : at[n][1] - len;
			/* the sign of the order is behind the head, the number is not before it */
			if (!left && c == v.sort && cells[at[n][1] - 1].ch == ' ')
				from = -1;
			for (int k = 0; k < len && !cut; k++) {
				if (from + k < 0 || from + k >= g.cols) {
					good = false;
					break;
				}
				cut = left && cells[from + k].ch == grid_sign(&g, SIGN_CUT);
				good = good && (cut || cells[from + k].ch == (wchar_t)text[k]);
			}
			good = good && (from <= 0 || cells[from - 1].ch == ' ');
			if (!good) {
				*wrong = c;
				return false;
			}
			n++;
		}
	}
	return true;
}

static void any_size(void)
{
	static const int heights[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 23, 24, 39, 40, 60, 100 };
	static const enum view_mode modes[] = { VIEW_LINES, VIEW_LINE, VIEW_COLUMNS, VIEW_HELP };
	int odd = 0, unaligned = 0, hidden = 0, empty = 0, not_ascii = 0, wrong = 0;
	char what[80] = "";

	for (int cols = 1; cols <= 300; cols++)
		for (size_t h = 0; h < sizeof(heights) / sizeof(heights[0]); h++)
			for (int m = 0; m < 8; m++) {
				int first;

				if (m > 1 && cols > 40 && cols % 23 && cols != 300)
					continue;
				begin(heights[h], cols);
				v.mode = modes[m / 2];
				g.ascii = m % 2;
				if (m % 2)
					strcpy(lines[40].label, "a_label_as_long_as_they_may_get");
				v.follows = true;
				v.line = 40;
				draw();
				for (int i = 0; i < g.rows * g.cols; i++) {
					odd += g.cells[i].ch < 0x20 || g.cells[i].style >= STYLES;
					not_ascii += g.ascii && g.cells[i].ch > 0x7e;
				}
				odd += g.rows != heights[h] || g.cols != cols;
				empty += !*row_text(0) && !*row_text(g.rows - 1);
				if (v.mode != VIEW_LINES)
					continue;
				hidden += v.at < v.first || v.at >= v.first + v.page;
				for (first = 0; first < g.rows; first++)
					if (g.cells[first * g.cols].style == STYLE_HEAD ||
					    g.cells[first * g.cols].style == STYLE_SORTED)
						break;
				/* not where the only column is cut */
				if (first < g.rows && cols >= 4 && !aligned(first + 1, &wrong)) {
					if (!unaligned)
						snprintf(what, sizeof(what), "%dx%d: %s", cols,
							 heights[h], columns[wrong].name);
					unaligned++;
				}
			}
	same(odd, 0, "1x1 to 300x100: every cell is a character and a style");
	same(not_ascii, 0, "of ASCII where so it shall be");
	same(empty, 0, "something is there at any size");
	same(hidden, 0, "the selected line is shown at any size");
	same(unaligned, 0, "columns stand below their heads at any width, and numbers are whole");
	if (unaligned)
		printf("# first at %s\n", what);
}

static const char *shown(int cols)
{
	static char names[512];
	uint64_t fit;

	begin(24, cols);
	draw();
	fit = screen_columns(&v);
	names[0] = 0;
	for (int c = 0; c < n_columns; c++)
		if (fit >> c & 1) {
			strcat(names, *names ? " " : "");
			strcat(names, columns[c].name);
		}
	return names;
}

static void narrowing(void)
{
	same_text(shown(1), "line", "1 column: the line alone");
	same_text(shown(12), "line rate", "12: and its rate");
	same_text(shown(26), "chip line label rate", "26: its names");
	same_text(shown(40), "chip line label level rate lost lat99", "40");
	same_text(shown(80),
		  "chip line label level rate gaps lost lat50 lat99 latmax second50 consumer",
		  "80");
	shown(230);
	ok(screen_columns(&v) == (1ULL << n_columns) - 1, "all of them where there is room");
	begin(24, 80);
	v.chosen = 1ULL << column_find("seq") | 1ULL << column_find("id");
	draw();
	same_text(row_text(4), " id  seq", "chosen ones alone");

	begin(24, 80);
	press('t');
	same_text(row_text(4),
		  "chip▲    line  id label   L total gaps lost  lat50  lat99 latmax  2nd50 "
		  "consumer",
		  "totals take the place of rates with totals");

	begin(24, 60);
	lines[3].total = UINT64_MAX;
	lines[3].lost_total = UINT64_MAX;
	v.figures = ROW_TOTAL;
	draw();
	ok(row_of_text(" 18446744073709551615 18446744073709551615") > 0,
	   "the greatest numbers are whole");
	begin(24, 80);
	lines[0].rate = 9999999.9;
	draw();
	ok(row_holds(5, " 9999999.9 "), "columns grow");
	lines[0].rate = 1;
	draw();
	ok(row_holds(4, "    rate/s"), "and do not shrink");
	view_resize(&v, 24, 80);
	draw();
	ok(row_holds(4, "L rate/s"), "until the terminal changes");
}

static void names(void)
{
	begin(24, 40);
	strcpy(lines[0].label, "a_label_as_long_as_they_may_get");
	draw();
	ok(row_of_text("    0 a_lab… ") == 5, "long names are cut, and it shows");
	g.ascii = true;
	draw();
	ok(row_of_text("    0 a_lab~ ") == 5, "in ASCII too");
	ok(row_holds(4, "chip^"), "as does the order");
	begin(24, 120);
	strcpy(lines[0].label, "a_label_as_long_as_they_may_get");
	draw();
	ok(row_of_text("a_label_as_long_as_they_may_get ") > 0, "and not where there is room");
	strcpy(lines[1].label, "a\033[2Jb\xc3\xa9\n");
	draw();
	ok(row_of_text(" a?[2Jb?? ") > 0,
	   "what does not print is a question mark, as what is no ASCII");
	setlocale(LC_CTYPE, "C.UTF-8");
	strcpy(lines[1].label, "a\033[2Jb\xc3\xa9\xff\xe6\x99\x82|");
	draw();
	ok(row_of_text(" a?[2Jb\xc3\xa9?\xe6\x99\x82| ") > 0, "but where the encoding is UTF-8");
	same(grid_width(&g, lines[1].label), 11, "of which some take two cells");
	begin(24, 40);
	strcpy(lines[1].label, "abcd\xe6\x99\x82\xe6\x99\x82");
	draw();
	ok(row_of_text("    1 abcd\u2026  ") > 0, "a wide one of which half would fit is cut");
	begin(24, 120);
	g.ascii = true;
	strcpy(lines[1].label, "abcd\xe6\x99\x82|");
	draw();
	ok(row_of_text(" abcd?| ") > 0, "in an ASCII grid nothing but ASCII there too");
	setlocale(LC_CTYPE, "C");
	lines[2].label[0] = lines[2].consumer[0] = 0;
	draw();
	draw();
	ok(row_of_text("lab_hte0    2 -  ") > 0, "names may be empty");
}

static int line_at(int i)
{
	return v.lines[i] - lines;
}

static bool in_order(const int *want, int n)
{
	for (int i = 0; i < n; i++)
		if (line_at(i) != want[i])
			return false;
	return true;
}

static void sorting(void)
{
	bool stable = true;

	begin(24, 80);
	draw();
	for (int i = 0; i < LINES; i++)
		stable = stable && line_at(i) == i;
	ok(stable, "by chip and line at first");
	press('S');
	ok(v.descending && in_order((int[]){ 62, 63, 60, 61, 58 }, 5),
	   "by rate the greatest first; equals stay in the order of chip and line");
	press('I');
	ok(!v.descending && in_order((int[]){ 0, 1, 2, 3, 4 }, 5), "inverted, equals as before");
	ok(row_holds(0, "by +rate") && row_holds(4, "rate/s▲"), "it says so");
	press('X');
	same(line_at(0), 5, "by lost");
	ok(row_holds(4, "lost▼"), "the head is marked");
	press('L');
	ok(v.lines[0]->latency.p99_ns >= 0 && v.lines[47]->latency.p99_ns >= 0 &&
		   v.lines[48]->latency.p99_ns < 0,
	   "by latency: what has none comes last");
	press('R');
	ok(v.lines[0]->latency.p99_ns >= 0 && v.lines[48]->latency.p99_ns < 0, "the other way too");
	press('N');
	ok(in_order((int[]){ 0, 1, 2, 3 }, 4) && line_at(10) == 10, "by name, numbers as such");
	press('C');
	ok(!strcmp(v.lines[0]->consumer, "cdev"), "by consumer");
	press('P');
	same(line_at(0), 0, "by provider");
	press('>');
	same_text(columns[v.sort].name, "line", "> is the next column");
	press('<');
	press('<');
	same_text(columns[v.sort].name, "consumer", "< the one before, round the corner");
	v.chosen = 1ULL << column_find("rate") | 1ULL << column_find("lost");
	press('>');
	same_text(columns[v.sort].name, "rate", "only among those chosen");
	press(VIEW_KEY_RIGHT);
	same_text(columns[v.sort].name, "lost", "by arrow");

	/* figures of the order are those that are shown */
	begin(24, 80);
	lines[7].lost_total = 1000;
	press('X');
	same(line_at(0), 7, "lost since the start");
	press('t');
	press('t');
	same(line_at(0), 5, "lost in the interval");
}

static void filtering(void)
{
	begin(24, 80);
	press('/');
	words("TEGRA");
	same(v.n_lines, 16, "a filter by provider, whatever the case");
	ok(row_holds(23, "/TEGRA_"), "is shown as it is typed");
	ok(row_holds(0, "filter \"TEGRA\": 16 of 64"), "and what it does");
	words("x");
	same(v.n_lines, 0, "none");
	same_text(row_text(5), "no line matches the filter", "which it says");
	same(press(VIEW_KEY_ENTER), VIEW_DRAW, "Enter in the filter is no more than that");
	same(v.mode, VIEW_LINES, "not with nothing to enter either");
	press('/');
	press(VIEW_KEY_RUBOUT);
	same(v.n_lines, 16, "rubbed out");
	press('q');
	ok(v.typing && !strcmp(v.filter, "TEGRAq"), "letters are letters there");
	press(VIEW_KEY_ESC);
	ok(!v.typing && v.n_lines == 64, "Esc clears it");
	press('\\');
	words("line_6");
	press(VIEW_KEY_ENTER);
	same(v.n_lines, 5, "by label: 6 and 60 to 63");
	press('S');
	ok(v.n_lines == 5 && in_order((int[]){ 62, 63, 60, 61, 6 }, 5), "filtered and sorted");
	press(VIEW_KEY_ESC);
	same(v.n_lines, 64, "Esc clears it later, too");
	press('/');
	words("sink");
	same(v.n_lines, 22, "by consumer");
	for (int i = 0; i < 100; i++)
		press('x');
	ok(strlen(v.filter) < sizeof(v.filter), "it has an end");
	begin(3, 10);
	press('/');
	words("a_long_filter");
	same_text(row_text(2), "/g_filter_", "its end is seen on the smallest terminal");
	begin(24, 80);
	setlocale(LC_CTYPE, "C.UTF-8");
	strcpy(lines[3].label, "Z\xc3\xa4hler");
	press('/');
	press('Z');
	press(0xe4);
	same(v.n_lines, 1, "letters that are not ASCII");
	press(VIEW_KEY_RUBOUT);
	same_text(v.filter, "Z", "rubbed out as one");
	press(0xe4);
	for (int i = 0; i < 100; i++)
		press(0x6642);
	ok(strlen(v.filter) < sizeof(v.filter) && v.filter[0], "none goes in by half");
	same(name_width(v.filter), 2 + (int)(strlen(v.filter) - 3) / 3 * 2, "each is whole");
	setlocale(LC_CTYPE, "C");
	press(0xe4);
	ok(strlen(v.filter) < sizeof(v.filter), "nor where the locale has none");
}

static void selecting(void)
{
	begin(24, 80);
	press('S');
	same(line_at(v.at), 62, "the first one at the beginning");
	lines[0].rate = 1000;
	draw();
	same(view_selected(&v) - lines, 0, "and whichever comes first then");
	press(VIEW_KEY_DOWN);
	same(view_selected(&v) - lines, 62, "down");
	lines[62].rate = 0.5;
	draw();
	same(view_selected(&v) - lines, 62, "the line stays selected wherever it goes");
	same(v.at, 63, "to the end");
	ok(v.first + v.page == 64, "into sight");
	ok(g.cells[22 * g.cols].selected && !g.cells[21 * g.cols].selected, "it alone is marked");
	press(VIEW_KEY_UP);
	press(VIEW_KEY_PAGE_UP);
	same(v.at, 62 - v.page, "a page up");
	press(VIEW_KEY_HOME);
	ok(v.at == 0 && v.first == 0 && !v.follows, "Home: the first, whichever that is");
	press(VIEW_KEY_END);
	same(v.at, 63, "End");
	press(VIEW_KEY_PAGE_DOWN);
	same(v.at, 63, "no further");
	press(VIEW_KEY_UP);
	same(view_selected(&v) - lines, 1, "up");
	model.n_lines = 10;
	draw();
	ok(view_selected(&v) && line_at(v.at) == 1, "others go");
	press(VIEW_KEY_DOWN);
	model.n_lines = 0;
	draw();
	ok(!view_selected(&v), "all go");
	same_text(row_text(5), "no lines yet", "which it says");
	press(VIEW_KEY_ENTER);
	same(v.mode, VIEW_LINES, "there is nothing to enter");
	press(VIEW_KEY_UP);
	press(VIEW_KEY_PAGE_DOWN);
	press(VIEW_KEY_END);
	model.n_lines = LINES;
	draw();
	ok(view_selected(&v), "and come back");

	begin(24, 80);
	press(VIEW_KEY_DOWN);
	chips[0].index = 7;
	draw();
	same(v.at, 1, "a line that has gone leaves its place to another");
}

static void styles(void)
{
	begin(24, 80);
	draw();
	same(style_of("108 2.85us"), STYLE_BAD, "what was lost is red");
	same(style_of("97  108"), STYLE_WARN, "gaps are yellow");
	same(style_of("lost 108"), STYLE_BAD, "red in the sums while it goes on");
	same(style_of("tegra1 not"), STYLE_BAD, "as is a chip that lost");
	same(style_of("lab_hte0 +37"), STYLE_GOOD, "one that did not is green");
	same(style_of("9.00us"), STYLE_PLAIN, "latency below the limits");
	v.warn_ns = 9000;
	draw();
	same(style_of("9.00us"), STYLE_WARN, "at the first");
	same(style_of("2.85us"), STYLE_PLAIN, "each figure by itself");
	v.bad_ns = 9000;
	draw();
	same(style_of("9.00us"), STYLE_BAD, "at the second");
	lines[5].lost = 0;
	v.figures = ROW_INTERVAL;
	draw();
	same(style_of("lost 108"), STYLE_WARN, "lost before is yellow in the sums");
	same(style_of("0 2.85us 9.00us 9.00us      - cdev"), STYLE_PLAIN, "a 0 is none");
	lines[5].total = 0;
	same(grid_at(&g, 10, 39)->style, STYLE_WARN, "but of a line that has lost before");
	chips[1].gone = true;
	chips[1].fifo_lost = 0;
	draw();
	same(style_of("tegra1 gone"), STYLE_DIM, "what has gone is dim");
	model.untracked = 3;
	model.missed = 5;
	draw();
	same(style_of("untracked 3"), STYLE_BAD, "what we ourselves lost is red");
	same(style_of("missed 5"), STYLE_BAD, "for whichever reason");
}

static void bars(void)
{
	static const struct {
		uint64_t n;
		const wchar_t *utf8, *ascii;
	} want[] = {
		{ 0, L"          ", L"          " },	{ 1, L"▏         ", L".         " },
		{ 100, L"█         ", L"#         " },	{ 150, L"█▌        ", L"#         " },
		{ 500, L"█████     ", L"#####     " },	{ 999, L"█████████▉", L"######### " },
		{ 1000, L"██████████", L"##########" },
	};
	wchar_t got[11] = L"";
	char what[40];

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		for (int ascii = 0; ascii < 2; ascii++) {
			grid_resize(&g, 1, 10);
			g.ascii = ascii;
			grid_bar(&g, 0, 0, 10, STYLE_BAR, want[i].n, 1000);
			for (int c = 0; c < 10; c++)
				got[c] = g.cells[c].ch;
			snprintf(what, sizeof(what), "bar of %d of 1000%s", (int)want[i].n,
				 ascii ? ", ASCII" : "");
			ok(!wcscmp(got, ascii ? want[i].ascii : want[i].utf8), what);
		}
	grid_bar(&g, 0, 0, 10, STYLE_BAR, UINT64_MAX, UINT64_MAX);
	grid_bar(&g, 0, 9, 10, STYLE_BAR, UINT64_MAX - 1, UINT64_MAX);
	grid_bar(&g, 5, -3, -1, STYLE_BAR, 1, 1);
	ok(true, "bars may be anything anywhere");
}

/* the sum of the counts of the buckets that are on the screen; p99 is said of one of them */
static uint64_t counted(bool *p99)
{
	uint64_t sum = 0;
	char digits[6] = "";

	*p99 = false;
	for (int row = 0; row < g.rows; row++) {
		if (grid_at(&g, row, 8)->ch != 't' || grid_at(&g, row, 9)->ch != 'o' ||
		    grid_at(&g, row, 10)->ch != ' ')
			continue;
		for (int i = 0; i < 5; i++)
			digits[i] = grid_at(&g, row, 18 + i)->ch;
		sum += strtoull(digits, NULL, 10);
		*p99 = *p99 || row_holds(row, "p99") || row_holds(row, "p50,99");
	}
	return sum;
}

static void histograms(void)
{
	bool sums = true, p99;

	begin(24, 80);
	press(VIEW_KEY_ENTER);
	same(v.mode, VIEW_LINE, "Enter opens a line");
	same_text(row_text(1),
		  "lab_hte0 line 0  \"line_0\"  active  consumer hte_sink  level 0  "
		  "23.0/s",
		  "what it is");
	same_text(row_text(2), "times +-40ns  seq 101  id 100", "in two rows if need be");
	same_text(row_text(3), "interval   stamps 23  lost 0  gaps 0", "the interval");
	same_text(row_text(4), "total      stamps 101  lost 0  gaps 0", "the total");
	same_text(row_text(5), "stamp to callback, interval: 21", "the histogram");
	same_text(row_text(6), "p50 2.85us  p99 9.00us  max 9.00us", "its figures");
	same_text(row_text(7),
		  " 2.05us to 2.56us     7 ██████████████████████████████████████████████"
		  "███",
		  "a bucket");
	same_text(row_text(8),
		  " 2.56us to 3.07us     7 ██████████████████████████████████████████████"
		  "███ p50",
		  "the median's");
	same_text(row_text(9), " 3.07us to 3.58us     0", "an empty one");
	ok(row_holds(15, " 8.19us to 10.2us     7 ") && row_holds(15, "p99"), "the last");
	same_text(row_text(16), "", "no more than that");
	press('t');
	same_text(row_text(5), "stamp to callback, total: 210", "since the start");
	ok(row_holds(6, "max 27.0us"), "with the greatest ever");
	press('\t');
	same_text(row_text(5), "callback, total: 220", "the next one");
	press(VIEW_KEY_RIGHT);
	same_text(row_text(5), "push to second callback, total: 0", "and the next");
	same_text(row_text(6), "none", "of which there is none");
	press(VIEW_KEY_LEFT);
	press(VIEW_KEY_LEFT);
	same_text(row_text(5), "stamp to callback, total: 210", "and back");
	press(VIEW_KEY_DOWN);
	same(v.mode == VIEW_LINE && view_selected(&v) == &lines[1], 1, "another line");
	press(VIEW_KEY_ESC);
	same(v.mode, VIEW_LINES, "Esc goes back");
	press(VIEW_KEY_END);
	press(VIEW_KEY_ENTER);
	ok(row_of_text("no latency: the provider's clock is not related") > 0,
	   "where there can be no latency it says why");
	press(VIEW_KEY_ESC);
	press(VIEW_KEY_HOME);
	for (int i = 0; i < 5; i++)
		press(VIEW_KEY_DOWN);
	press(VIEW_KEY_ENTER);
	same_text(row_text(3), "interval   stamps 25  lost 23  gaps 19  overflow 23",
		  "losses by reason");
	same_text(row_text(4),
		  "total      stamps 606  lost 108  gaps 97  overflow 101  coalesced 13  "
		  "consumer 7",
		  "those that there were");
	v.warn_ns = 8000;
	draw();
	same(g.cells[15 * g.cols + 24].style, STYLE_WARN, "late buckets are yellow");
	same(g.cells[7 * g.cols + 24].style, STYLE_BAR, "others are not");
	g.ascii = true;
	draw();
	ok(row_holds(7, " 70 #######"), "bars in ASCII");

	for (int rows = 9; rows < 60; rows++) {
		begin(rows, 80);
		hist_add(&lines[0].latency.hist, 0, 23);
		hist_add(&lines[0].latency.hist, 1ULL << 40, 101);
		lines[0].latency.p99_ns = hist_percentile(&lines[0].latency.hist, 0.99, 0);
		press(VIEW_KEY_ENTER);
		sums = sums && counted(&p99) == 21 + 23 + 101 && p99;
	}
	ok(sums, "few rows: buckets are put together, and none is lost at any height");
	begin(24, 160);
	press(VIEW_KEY_ENTER);
	ok(row_of_text("stamp to callback, interval: 21") == row_of_text("push to second callback"),
	   "all three side by side where it is wide");
	begin(24, 80);
	press(VIEW_KEY_ENTER);
	model.n_lines = 0;
	draw();
	ok(row_of_text("the line has gone") > 0, "a line that goes while it is looked at");
}

static void menu(void)
{
	uint64_t all;

	begin(24, 80);
	all = v.chosen;
	press('c');
	same(v.mode, VIEW_COLUMNS, "the menu of columns");
	ok(row_holds(1, "[x] chip         provider"), "tells what is shown");
	ok(row_holds(3, "[-] id "), "and what there is no room for");
	press(VIEW_KEY_DOWN);
	press(' ');
	ok(!(v.chosen >> 1 & 1) && row_holds(2, "[ ] line "), "a column is hidden");
	press(VIEW_KEY_ENTER);
	same(v.chosen == all, 1, "and shown");
	press(VIEW_KEY_END);
	same(v.menu, n_columns - 1, "the last");
	ok(row_of_text("consumer") > 0, "is seen");
	press(VIEW_KEY_PAGE_UP);
	press(VIEW_KEY_HOME);
	for (int i = 0; i < n_columns; i++) {
		press(' ');
		press(VIEW_KEY_DOWN);
	}
	same(v.chosen, 1LL << (n_columns - 1), "one stays");
	press('a');
	same(v.chosen == all, 1, "all at once");
	press('q');
	same(v.mode, VIEW_LINES, "q leaves the menu, not the program");
}

static void keys(void)
{
	begin(24, 80);
	same(press('q'), VIEW_QUIT, "q quits");
	same(press(VIEW_KEY_F10), VIEW_QUIT, "as does F10");
	same(press(3), VIEW_QUIT, "and Ctrl-C");
	press('/');
	same(press(3), VIEW_QUIT, "from everywhere");
	press(VIEW_KEY_ESC);
	same(press(' '), VIEW_FREEZE, "space freezes");
	ok(v.frozen && row_holds(0, "FROZEN"), "and says so");
	press(VIEW_KEY_ENTER);
	ok(row_holds(0, "FROZEN"), "for one line, too");
	same(press(' '), VIEW_THAW, "and ends it");
	press(VIEW_KEY_ESC);
	same(press('r'), VIEW_RESET, "r resets");
	same(press('+'), VIEW_INTERVAL, "+");
	ok(v.interval == 2, "1 to 2 s");
	press('-');
	press('-');
	ok(v.interval == 0.5, "0.5 s");
	ok(row_holds(0, "every 0.5s"), "as it says");
	v.interval = 0.7;
	press('-');
	ok(v.interval == 0.5, "from odd ones to the next less");
	v.interval = 0.05;
	same(press('-'), VIEW_DRAW, "not below the least");
	press('+');
	ok(v.interval == 0.1, "but up from there");
	v.interval = 600;
	same(press('+'), VIEW_DRAW, "not above the greatest");
	for (int key = 0; key < 0x200; key++)
		for (int mode = VIEW_LINES; mode <= VIEW_HELP; mode++) {
			v.mode = mode;
			v.typing = false;
			press(key);
			v.mode = mode;
			v.typing = false;
			press(VIEW_KEY_UP + key);
		}
	ok(true, "any key anywhere");

	begin(24, 80);
	press('h');
	same(v.mode, VIEW_HELP, "help");
	ok(row_holds(1, "Up Down    another line"), "of keys");
	begin(10, 40);
	press('?');
	press(VIEW_KEY_END);
	ok(row_of_text("yellow") > 0, "which can be scrolled to its end");
	press('x');
	same(v.mode, VIEW_LINES, "any other key leaves it");
	press(VIEW_KEY_ENTER);
	press(VIEW_KEY_F1);
	press(VIEW_KEY_ESC);
	same(v.mode, VIEW_LINE, "to where it was asked for");
	press('h');
	press(0);
	same(v.mode, VIEW_HELP, "a resize is no key");

	begin(24, 80);
	same(v.figures, ROW_LIVE, "live");
	press('t');
	ok(row_holds(0, "TOTALS"), "totals");
	ok(row_holds(5, "27.0us"), "with the greatest latency since the start");
	press('t');
	ok(row_holds(0, "INTERVAL"), "the interval");
	ok(row_holds(10, "   19   23 "), "with its losses");
	press('t');
	ok(row_holds(0, "live"), "and round");
}

static void flows(void)
{
	struct flow f;

	grid_resize(&g, 3, 10);
	flow_begin(&f, &g, 0, 2);
	ok(flow_item(&f, STYLE_PLAIN, "one"), "an item");
	ok(flow_item(&f, STYLE_PLAIN, "two"), "another");
	ok(flow_item(&f, STYLE_PLAIN, "and three of them"), "one that is too long by itself");
	ok(!flow_item(&f, STYLE_PLAIN, "four"), "no room");
	same_text(row_text(0), "one  two", "two blanks between");
	same_text(row_text(1), "and three…", "cut");
	same_text(row_text(2), "", "not further than it may");
	same(flow_end(&f), 2, "where it ends");
	flow_begin(&f, &g, 0, 0);
	ok(!flow_item(&f, STYLE_PLAIN, "none"), "no rows, no items");
	same(flow_end(&f), 0, "nor any use of them");
	flow_begin(&f, &g, 2, 1);
	ok(flow_pair(&f, STYLE_KEY, "key", STYLE_PLAIN, "text"), "a pair");
	ok(!flow_pair(&f, STYLE_KEY, "k", STYLE_PLAIN, ""), "or none of it");
	same_text(row_text(2), "key text", "a pair has one blank");
}

static void many_chips(void)
{
	static struct top_chip many[23];

	begin(10, 38);
	model.n_chips = 1;
	draw();
	same_text(row_text(1), "lab_hte0 +37.000000123s +-40ns", "a chip in a form that fits");
	begin(10, 23);
	model.n_chips = 1;
	draw();
	same_text(row_text(1), "lab_hte0 +-40ns", "or a shorter one");

	begin(24, 80);
	for (int i = 0; i < 23; i++) {
		many[i] = chips[0];
		snprintf(many[i].name, sizeof(many[i].name), "hte%d", i);
	}
	model.chips = many;
	model.n_chips = 23;
	draw();
	ok(row_holds(1, "hte0 +-40ns  hte1 +-40ns") && row_holds(2, "hte10 +-40ns  +12 more"),
	   "as many chips as fit, in short, and how many more there are");
	model.n_chips = 0;
	model.n_lines = 0;
	draw();
	same_text(row_text(1), "no provider yet", "or none");
}

int main(void)
{
	look();
	any_size();
	narrowing();
	names();
	sorting();
	filtering();
	selecting();
	styles();
	bars();
	histograms();
	menu();
	keys();
	flows();
	many_chips();
	view_free(&v);
	grid_free(&g);
	return tap_end();
}
