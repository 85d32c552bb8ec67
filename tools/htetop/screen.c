// SPDX-License-Identifier: GPL-2.0
/*
 * The full-screen interface: owns the terminal while it is up. Puts the grid that
 * screen_draw() makes on the terminal, only what has changed of it, and hands keys to the
 * view. Sleeps but for the timer, keys and signals.
 */
#define NCURSES_WIDECHAR 1
#include <errno.h>
#include <inttypes.h>
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <unistd.h>
#include "batch.h"
#include "err.h"
#include "loop.h"
#include "screen.h"
#include "screen_draw.h"
#include "screen_terminal.h"
#include "timefmt.h"

/* how long a terminal may take between an Esc and the rest of a key's sequence, ms */
#define ESC_WAIT 50

struct screen {
	struct source *src;
	struct config *cfg;
	struct loop loop;
	struct top_model model;
	struct view view;
	struct grid next, shown;
	bool resized;
	bool whole; /* what shown holds is not what the terminal shows */
	SCREEN *term;
	FILE *keys;
	int timer, signals;
	int64_t start_ns; /* when the totals began */
	long left;	  /* intervals until the end, 0: none */
	int err;	  /* why it ended */
	attr_t attrs[STYLES];
	short pairs[STYLES];
};

/* ---- the terminal ---- */

static bool wants_color(const struct config *cfg)
{
	const char *no = getenv("NO_COLOR");

	if (cfg->common.color == COLOR_AUTO)
		return !(no && *no);
	return cfg->common.color == COLOR_ALWAYS;
}

static void choose_looks(struct screen *s)
{
	static const attr_t mono[STYLES] = {
		[STYLE_TITLE] = A_BOLD,
		[STYLE_HEAD] = A_REVERSE,
		[STYLE_SORTED] = A_REVERSE | A_BOLD,
		[STYLE_WARN] = A_UNDERLINE,
		[STYLE_BAD] = A_BOLD,
		[STYLE_KEY] = A_BOLD,
	};
	static const attr_t color[STYLES] = {
		[STYLE_TITLE] = A_BOLD,
		[STYLE_DIM] = A_DIM,
		[STYLE_BAD] = A_BOLD,
		[STYLE_KEY] = A_BOLD,
	};
	static const struct {
		short front, back;
	} pairs[STYLES] = {
		[STYLE_HEAD] = { COLOR_BLACK, COLOR_GREEN },
		[STYLE_SORTED] = { COLOR_BLACK, COLOR_CYAN },
		[STYLE_GOOD] = { COLOR_GREEN, -1 },
		[STYLE_WARN] = { COLOR_YELLOW, -1 },
		[STYLE_BAD] = { COLOR_RED, -1 },
		[STYLE_BAR] = { COLOR_CYAN, -1 },
		[STYLE_KEY_TEXT] = { COLOR_CYAN, -1 },
	};

	memcpy(s->attrs, mono, sizeof(mono));
	if (!wants_color(s->cfg) || !has_colors() || start_color() == ERR)
		return;
	memcpy(s->attrs, color, sizeof(color));
	use_default_colors();
	for (int i = 0; i < STYLES; i++)
		if (pairs[i].front || pairs[i].back) {
			init_pair(i, pairs[i].front, pairs[i].back);
			s->pairs[i] = i;
		}
}

static bool terminal_begin(struct screen *s)
{
	s->keys = stdin;
	if (!isatty(STDIN_FILENO))
		s->keys = fopen("/dev/tty", "re");
	if (!s->keys) {
		err_say(0, "reports follow, as with -b", "there is no terminal to read keys from");
		return false;
	}
	s->term = terminal_fits() ? newterm(NULL, stdout, s->keys) : NULL;
	if (!s->term) {
		if (s->keys != stdin)
			fclose(s->keys);
		return false;
	}
	set_term(s->term);
	set_escdelay(ESC_WAIT);
	cbreak();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	scrollok(stdscr, FALSE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	/* Ctrl-Z is on_signal()'s and not ncurses', which does not ask for the size afterwards */
	if (signal(SIGTSTP, SIG_DFL) == SIG_IGN)
		signal(SIGTSTP, SIG_IGN);
	choose_looks(s);
	view_resize(&s->view, LINES, COLS);
	s->whole = true;
	return true;
}

static void terminal_leave(struct screen *s)
{
	/* else tmux shows rows of a screen that was resized between those from before it */
	if (s->resized) {
		erase();
		refresh();
	}
	endwin();
}

static void terminal_end(struct screen *s)
{
	curs_set(1);
	terminal_leave(s);
	delscreen(s->term);
	if (s->keys != stdin)
		fclose(s->keys);
}

static void put_cell(const struct screen *s, int row, int col, const struct cell *c)
{
	wchar_t text[2] = { c->ch, 0 };
	attr_t attrs = s->attrs[c->style];
	cchar_t cc;

	if (c->ch == CELL_TAKEN)
		return;
	/* once more reversed would be as if not */
	if (c->selected)
		attrs |= A_REVERSE;
	setcchar(&cc, text, attrs, s->pairs[c->style], NULL);
	mvadd_wch(row, col, &cc);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->ch == b->ch && a->style == b->style && a->selected == b->selected;
}

static void show(struct screen *s)
{
	const int n = s->view.rows * s->view.cols;
	struct grid swap;

	view_update(&s->view, &s->model);
	if (!screen_draw(&s->next, &s->model, &s->view))
		return;
	for (int i = 0; i < n; i++)
		if (s->whole || !same_cell(&s->next.cells[i], &s->shown.cells[i]))
			put_cell(s, i / s->view.cols, i % s->view.cols, &s->next.cells[i]);
	swap = s->shown;
	s->shown = s->next;
	s->next = swap;
	s->whole = false;
	refresh();
}

static void resize(struct screen *s)
{
	struct winsize ws;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row && ws.ws_col)
		resizeterm(ws.ws_row, ws.ws_col);
	clearok(curscr, TRUE);
	view_resize(&s->view, LINES, COLS);
	s->resized = true;
	s->whole = true;
	show(s);
}

/* as a shell would have it, and not as we do */
static bool terminal_is_cooked(void)
{
	struct termios t;

	return !tcgetattr(STDOUT_FILENO, &t) && t.c_lflag & ICANON;
}

/*
 * Goes on after a stop: whatever the terminal had from us may be gone, its size and a
 * shell's modes may be others. In the background the first that touches it stops us again.
 */
static void resume(struct screen *s)
{
	if (terminal_is_cooked())
		def_shell_mode();
	/* by SIGSTOP, which says nothing beforehand */
	if (!isendwin())
		endwin();
	reset_prog_mode();
	source_tick(s->src);
	resize(s);
}

static void suspend(struct screen *s)
{
	sigset_t set;

	terminal_leave(s);
	source_pause(s->src);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	/* here it stops, unless no shell is there that could make it go on */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	resume(s);
}

/* ---- what happens ---- */

static void arm(struct screen *s)
{
	int64_t ns = s->view.interval * NS_PER_SEC, first = time_mono_ns() + ns;
	struct itimerspec its = {
		.it_value = { first / NS_PER_SEC, first % NS_PER_SEC },
		.it_interval = { ns / NS_PER_SEC, ns % NS_PER_SEC },
	};

	timerfd_settime(s->timer, TFD_TIMER_ABSTIME, &its, NULL);
}

/* how often clocks are read, by on_timer() or on_tick() */
static void pace(struct screen *s)
{
	source_pace(s->src, s->view.frozen ? SOURCE_TICK_S : s->view.interval);
}

static void take(struct screen *s)
{
	s->err = source_take(s->src, &s->model);
	if (s->err)
		loop_quit(&s->loop);
	else
		show(s);
}

static void on_timer(void *arg)
{
	struct screen *s = arg;
	uint64_t expired;

	if (read(s->timer, &expired, sizeof(expired)) != sizeof(expired))
		return;
	/* what stands still stands still, but the end comes all the same */
	if (!s->view.frozen)
		take(s);
	if (s->left && !--s->left)
		loop_quit(&s->loop);
}

/* the providers' clocks are read, where nothing else does it for long */
static void on_tick(void *arg)
{
	struct screen *s = arg;

	if (s->view.frozen || s->view.interval > SOURCE_TICK_S)
		source_tick(s->src);
}

static void on_signal(void *arg)
{
	struct screen *s = arg;
	struct signalfd_siginfo si;

	if (read(s->signals, &si, sizeof(si)) != sizeof(si))
		return;
	switch (si.ssi_signo) {
	case SIGWINCH:
		resize(s);
		break;
	case SIGTSTP:
		suspend(s);
		break;
	case SIGCONT:
		resume(s);
		break;
	default:
		loop_quit(&s->loop);
	}
}

static int key_of(int code, wint_t ch)
{
	static const struct {
		int curses, view;
	} keys[] = {
		{ KEY_UP, VIEW_KEY_UP },	 { KEY_DOWN, VIEW_KEY_DOWN },
		{ KEY_LEFT, VIEW_KEY_LEFT },	 { KEY_RIGHT, VIEW_KEY_RIGHT },
		{ KEY_PPAGE, VIEW_KEY_PAGE_UP }, { KEY_NPAGE, VIEW_KEY_PAGE_DOWN },
		{ KEY_HOME, VIEW_KEY_HOME },	 { KEY_FIND, VIEW_KEY_HOME },
		{ KEY_END, VIEW_KEY_END },	 { KEY_SELECT, VIEW_KEY_END },
		{ KEY_ENTER, VIEW_KEY_ENTER },	 { KEY_BACKSPACE, VIEW_KEY_RUBOUT },
		{ KEY_DC, VIEW_KEY_RUBOUT },
	};

	if (code == KEY_CODE_YES) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			if (keys[i].curses == (int)ch)
				return keys[i].view;
		if (ch >= KEY_F(1) && ch <= KEY_F(10))
			return VIEW_KEY_F1 + ch - KEY_F(1);
		return 0;
	}
	switch (ch) {
	case '\r':
	case '\n':
		return VIEW_KEY_ENTER;
	case 0x1b:
		return VIEW_KEY_ESC;
	case 0x7f:
	case '\b':
		return VIEW_KEY_RUBOUT;
	default:
		return ch;
	}
}

static void on_key(void *arg)
{
	struct screen *s = arg;
	struct pollfd p = { .fd = fileno(s->keys), .events = POLLIN };
	bool any = false;
	wint_t ch;
	int code;

	while ((code = get_wch(&ch)) != ERR) {
		any = true;
		if (code == OK && ch == ('L' & 0x1f)) {
			clearok(curscr, TRUE);
			continue;
		}
		switch (view_key(&s->view, key_of(code, ch))) {
		case VIEW_QUIT:
			loop_quit(&s->loop);
			return;
		case VIEW_INTERVAL:
			pace(s);
			arm(s);
			break;
		case VIEW_RESET:
			source_reset(s->src);
			take(s);
			s->start_ns = s->model.mono_ns;
			break;
		case VIEW_FREEZE:
			pace(s);
			break;
		case VIEW_THAW:
			pace(s);
			take(s);
			break;
		case VIEW_DRAW:
			break;
		}
		/* the next key is about the lines as this one left them */
		view_update(&s->view, &s->model);
	}
	/* a terminal that has gone is readable for ever */
	if (!any && poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR | POLLNVAL))
		loop_quit(&s->loop);
	if (any && !s->loop.quit)
		show(s);
}

/* ---- begin and end ---- */

static int prepare_loop(struct screen *s)
{
	const int64_t tick = SOURCE_TICK_S * NS_PER_SEC;
	sigset_t set;
	int err = loop_init(&s->loop);

	if (err)
		return err;
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->signals < 0 || s->timer < 0)
		return -errno;
	err = loop_add(&s->loop, s->signals, on_signal, s);
	if (!err)
		err = loop_add(&s->loop, s->timer, on_timer, s);
	if (!err)
		err = loop_timer(&s->loop, time_mono_ns() + tick, tick, on_tick, s);
	return err;
}

/* what stays on the terminal: one line of totals, which are final and exact */
static int say_totals(struct screen *s)
{
	uint64_t stamps = 0, lost = 0, gaps = 0, drops[TOP_REASONS] = {};
	const struct top_model *m = &s->model;
	const char *sign = " (";
	int err;

	source_stop(s->src);
	err = source_take(s->src, &s->model);
	if (err)
		return err;
	for (int i = 0; i < m->n_lines; i++) {
		stamps += m->lines[i].total;
		lost += m->lines[i].lost_total;
		gaps += m->lines[i].gaps_total;
		for (int k = 0; k < TOP_REASONS; k++)
			drops[k] += m->lines[i].drops_total[k];
	}
	printf("htetop: %.1f s: %" PRIu64 " stamps of %d line%s, %" PRIu64 " lost",
	       (time_mono_ns() - s->start_ns) / 1e9, stamps, m->n_lines, m->n_lines == 1 ? "" : "s",
	       lost);
	for (int k = 0; k < TOP_REASONS; k++) {
		if (!drops[k] || k == TOP_COALESCED)
			continue;
		printf("%s%s %" PRIu64, sign, top_reason_names[k], drops[k]);
		sign = ", ";
	}
	printf("%s, %" PRIu64 " gaps", lost ? ")" : "", gaps);
	if (m->untracked)
		printf(", %" PRIu64 " untracked", m->untracked);
	if (m->missed)
		printf(", %" PRIu64 " missed", m->missed);
	printf("\n");
	return 0;
}

static void from_config(struct view *v, const struct config *cfg)
{
	view_init(v);
	v->sort = cfg->sort;
	v->descending = cfg->descending;
	if (cfg->columns)
		v->chosen = cfg->columns;
	if (cfg->common.interval > 0)
		v->interval = cfg->common.interval;
	v->warn_ns = cfg->warn_ns;
	v->bad_ns = cfg->bad_ns;
}

static void to_config(const struct view *v, struct config *cfg)
{
	cfg->sort = v->sort;
	cfg->descending = v->descending;
	cfg->columns = v->chosen == (1ULL << n_columns) - 1 ? 0 : v->chosen;
	cfg->common.interval = v->interval;
}

int screen_run(struct source *src, struct config *cfg)
{
	struct screen s = { .src = src,
			    .cfg = cfg,
			    .left = cfg->common.count,
			    .timer = -1,
			    .signals = -1,
			    .start_ns = time_mono_ns() };
	bool ascii;
	int err;

	ascii = cfg->ascii || strcmp(nl_langinfo(CODESET), "UTF-8");
	s.next.ascii = s.shown.ascii = ascii;
	from_config(&s.view, cfg);
	if (!terminal_begin(&s))
		return batch_run(src, cfg);
	err = prepare_loop(&s);
	if (!err)
		err = loop_add(&s.loop, fileno(s.keys), on_key, &s);
	if (!err) {
		take(&s);
		arm(&s);
		err = loop_run(&s.loop);
	}
	terminal_end(&s);
	loop_free(&s.loop);
	close(s.timer);
	close(s.signals);
	to_config(&s.view, cfg);
	view_free(&s.view);
	grid_free(&s.next);
	grid_free(&s.shown);
	if (!err)
		err = s.err ?: say_totals(&s);
	return err ? err_say(err, NULL, "the display ended") : STATUS_OK;
}
