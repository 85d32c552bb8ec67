// SPDX-License-Identifier: GPL-2.0
/* What benchmarks have counted: reads and writes JSON lines, compares. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "compare.h"
#include "err.h"
#include "out.h"

const char *const key_names[N_KEYS] = { "kernel", "compiler", "qemu", "libbpf", "commit" };

static char *copy(const char *s)
{
	char *new = strdup(s ? s : "");

	if (!new)
		abort();
	return new;
}

static char *joined(const char *a, const char *between, const char *b)
{
	char *s;

	if (asprintf(&s, "%s%s%s", a, between, b) < 0)
		abort();
	return s;
}

/* ---- JSON lines ------------------------------------------------------------- */

static const char *text_of(json_object *rec, const char *key)
{
	json_object *v;

	return json_object_object_get_ex(rec, key, &v) && json_object_is_type(v, json_type_string)
		       ? json_object_get_string(v)
		       : NULL;
}

static int64_t number_of(json_object *rec, const char *key)
{
	json_object *v;

	return json_object_object_get_ex(rec, key, &v) && json_object_is_type(v, json_type_int)
		       ? json_object_get_int64(v)
		       : FIGURE_UNKNOWN;
}

static bool flag_of(json_object *rec, const char *key)
{
	return json_object_get_boolean(json_object_object_get(rec, key));
}

struct lines {
	json_object **rec;
	int n;
};

static void lines_free(struct lines *l)
{
	for (int i = 0; i < l->n; i++)
		json_object_put(l->rec[i]);
	free(l->rec);
}

/* every line of a file, an object each; 0, -ENOENT, or a status, having said why */
static int lines_load(struct lines *l, const char *path)
{
	FILE *f = fopen(path, "re");
	int number = 0, status = 0;
	char *line = NULL;
	size_t room = 0;

	*l = (struct lines){};
	if (!f)
		return errno == ENOENT ? -ENOENT : err_say(errno, NULL, "%s", path);
	while (!status && getline(&line, &room, f) > 0) {
		json_object *rec = json_tokener_parse(line);

		number++;
		if (!json_object_is_type(rec, json_type_object)) {
			status = err_say(0, NULL, "%s:%d: not a JSON object", path, number);
			json_object_put(rec);
			break;
		}
		l->rec = reallocarray(l->rec, l->n + 1, sizeof(*l->rec));
		if (!l->rec)
			abort();
		l->rec[l->n++] = rec;
	}
	free(line);
	fclose(f);
	if (status)
		lines_free(l);
	return status;
}

/* ---- figures ---------------------------------------------------------------- */

static struct figure *add_figure(struct results *r)
{
	struct figure *f;

	r->figures = reallocarray(r->figures, r->n + 1, sizeof(*f));
	if (!r->figures)
		abort();
	f = &r->figures[r->n++];
	*f = (struct figure){ .value = FIGURE_UNKNOWN,
			      .peer = FIGURE_UNKNOWN,
			      .expect = FIGURE_UNKNOWN };
	return f;
}

const struct figure *results_find(const struct results *r, const char *bench)
{
	for (int i = 0; i < r->n; i++)
		if (!strcmp(r->figures[i].bench, bench))
			return &r->figures[i];
	return NULL;
}

bool results_skipped(const struct results *r, const char *bench)
{
	const char *variant = strchr(bench, '+');

	for (int i = 0; variant && i < r->n_skipped; i++)
		if (!strcmp(r->skipped[i].variant, variant + 1))
			return true;
	return false;
}

void results_free(struct results *r)
{
	for (int i = 0; i < r->n; i++) {
		free(r->figures[i].bench);
		free(r->figures[i].group);
		free(r->figures[i].unit);
	}
	free(r->figures);
	for (int i = 0; i < r->n_skipped; i++) {
		free(r->skipped[i].variant);
		free(r->skipped[i].why);
	}
	free(r->skipped);
	for (int i = 0; i < N_KEYS; i++)
		free(r->key[i]);
	*r = (struct results){};
}

static bool same_text(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static int64_t raw_value(const struct lines *l, const char *bench, const char *side,
			 const char *variant)
{
	for (int i = 0; i < l->n; i++)
		if (same_text(text_of(l->rec[i], "type"), "bench") &&
		    same_text(text_of(l->rec[i], "bench"), bench) &&
		    same_text(text_of(l->rec[i], "side"), side) &&
		    same_text(text_of(l->rec[i], "variant"), variant))
			return number_of(l->rec[i], "value");
	return FIGURE_UNKNOWN;
}

/* what a variant adds on one side, or with less takes away; without a variant, the count */
static int64_t value_of(const struct lines *l, const char *bench, const char *side,
			const char *variant, bool less)
{
	int64_t value = raw_value(l, bench, side, variant), without;

	if (!variant || !*variant || value == FIGURE_UNKNOWN)
		return value;
	without = raw_value(l, bench, side, "");
	if (without == FIGURE_UNKNOWN)
		return FIGURE_UNKNOWN;
	return less ? without - value : value - without;
}

static int add_counted(struct results *r, const struct lines *l, json_object *rec, const char *path,
		       int line)
{
	const char *bench = text_of(rec, "bench"), *variant = text_of(rec, "variant");
	const char *peer_variant = text_of(rec, "peer_variant");
	bool less = flag_of(rec, "less"), plain = !variant || !*variant;
	int64_t value;
	struct figure *f;
	char *name;

	if (!bench || number_of(rec, "value") == FIGURE_UNKNOWN)
		return err_say(0, NULL, "%s:%d: no benchmark or no value", path, line);
	value = value_of(l, bench, "ours", variant, less);
	if (value == FIGURE_UNKNOWN)
		return err_say(0, NULL, "%s:%d: %s without a variant is missing", path, line,
			       bench);
	name = plain ? copy(bench) : joined(bench, "+", variant);
	if (results_find(r, name)) {
		free(name);
		return err_say(0, NULL, "%s:%d: %s comes twice", path, line, bench);
	}
	f = add_figure(r);
	f->bench = name;
	f->group = copy(variant);
	f->unit = copy(text_of(rec, "unit"));
	f->value = value;
	/* less is what we have more than the peer */
	if (!less)
		f->peer = value_of(l, bench, "peer", peer_variant ? peer_variant : variant, false);
	f->expect = plain ? number_of(rec, "expect") : FIGURE_UNKNOWN;
	f->detail = flag_of(rec, "detail");
	return 0;
}

static void add_skipped(struct results *r, json_object *rec)
{
	const char *variant = text_of(rec, "variant"), *why = text_of(rec, "why");

	r->skipped = reallocarray(r->skipped, r->n_skipped + 1, sizeof(*r->skipped));
	if (!r->skipped)
		abort();
	r->skipped[r->n_skipped++] = (struct skipped){ .variant = copy(variant), .why = copy(why) };
}

static void set_keys(struct results *r, json_object *rec)
{
	for (int i = 0; i < N_KEYS; i++) {
		free(r->key[i]);
		r->key[i] = copy(text_of(rec, key_names[i]));
	}
}

int results_load(struct results *r, const char *path)
{
	struct lines l;
	int status;

	*r = (struct results){};
	status = lines_load(&l, path);
	if (status)
		return status == -ENOENT ? err_say(ENOENT, NULL, "%s", path) : status;
	for (int i = 0; i < l.n && !status; i++) {
		const char *type = text_of(l.rec[i], "type");

		if (same_text(type, "key"))
			set_keys(r, l.rec[i]);
		else if (same_text(type, "skip"))
			add_skipped(r, l.rec[i]);
		else if (same_text(type, "bench") && same_text(text_of(l.rec[i], "side"), "ours"))
			status = add_counted(r, &l, l.rec[i], path, i + 1);
	}
	lines_free(&l);
	for (int i = 0; i < KEY_COMPARED && !status; i++)
		if (!r->key[i] || !*r->key[i])
			status = err_say(0, NULL, "%s: no %s is named", path, key_names[i]);
	if (!status && !r->n)
		status = err_say(0, NULL, "%s: no results", path);
	if (status)
		results_free(r);
	return status;
}

/* ---- the baseline ----------------------------------------------------------- */

static bool has_key(json_object *rec, const struct results *r)
{
	for (int i = 0; i < KEY_COMPARED; i++)
		if (!same_text(text_of(rec, key_names[i]), r->key[i]))
			return false;
	return true;
}

int baseline_load(struct results *base, const char *path, const struct results *r)
{
	struct lines l;
	int status;

	*base = (struct results){};
	status = lines_load(&l, path);
	if (status)
		return status == -ENOENT ? BASELINE_NONE : status;
	for (int i = 0; i < l.n && !status; i++) {
		const char *bench = text_of(l.rec[i], "bench");
		int64_t value = number_of(l.rec[i], "value");
		struct figure *f;

		if (!bench || value == FIGURE_UNKNOWN) {
			status = err_say(0, NULL, "%s:%d: no benchmark or no value", path, i + 1);
		} else if (has_key(l.rec[i], r)) {
			f = add_figure(base);
			f->bench = copy(bench);
			f->group = copy(text_of(l.rec[i], "group"));
			f->unit = copy(text_of(l.rec[i], "unit"));
			f->value = value;
			f->peer = number_of(l.rec[i], "peer");
		}
	}
	lines_free(&l);
	if (status)
		results_free(base);
	return status ? status : base->n ? BASELINE_FOUND : BASELINE_NONE;
}

/* The commit is no part of the baseline: each recording would change every line. */
static void write_figures(FILE *f, const struct results *r, int n_keys)
{
	struct out out;

	out_init(&out, f, "bench", true, true, COLOR_NEVER);
	for (int i = 0; i < r->n; i++) {
		const struct figure *fig = &r->figures[i];

		out_begin(&out, "result");
		out_str(&out, "bench", fig->bench);
		out_i64(&out, "value", fig->value);
		if (fig->peer != FIGURE_UNKNOWN)
			out_i64(&out, "peer", fig->peer);
		out_str(&out, "unit", fig->unit);
		for (int k = 0; k < n_keys; k++)
			out_str(&out, key_names[k], r->key[k]);
		out_end(&out);
	}
}

/* by way of another file, so that it is whole always */
static int save(const char *path, const struct lines *others, const struct results *r, int n_keys)
{
	char *new = joined(path, ".", "new");
	FILE *f = fopen(new, "we");
	int err = 0;

	if (!f) {
		err = errno;
	} else {
		for (int i = 0; i < others->n; i++)
			if (!has_key(others->rec[i], r))
				fprintf(f, "%s\n",
					json_object_to_json_string_ext(
						others->rec[i],
						JSON_C_TO_STRING_PLAIN |
							JSON_C_TO_STRING_NOSLASHESCAPE));
		write_figures(f, r, n_keys);
		if (ferror(f))
			err = EIO;
		if (fclose(f) && !err)
			err = errno;
		if (!err && rename(new, path))
			err = errno;
	}
	if (err)
		err = err_say(err, NULL, "%s", path);
	free(new);
	return err;
}

int results_save(const char *path, const struct results *r)
{
	return save(path, &(struct lines){}, r, N_KEYS);
}

int baseline_save(const char *path, const struct results *r)
{
	struct lines l;
	int status = lines_load(&l, path);

	if (status == -ENOENT)
		l = (struct lines){};
	else if (status)
		return status;
	status = save(path, &l, r, KEY_COMPARED);
	lines_free(&l);
	return status;
}

bool within_tolerance(const char *bench, int64_t base, int64_t value)
{
	int64_t size = base < 0 ? -base : base, off = value > base ? value - base : base - value;
	/* what a variant adds is the difference of two figures, each with its own tolerance */
	int slack = strchr(bench, '+') ? 4 : 2;

	return off <= slack || off * 100 <= size;
}

/* ---- goals ------------------------------------------------------------------ */

int goals_load(struct goal **goals, const char *path)
{
	FILE *f = fopen(path, "re");
	int n = 0, number = 0;
	char *line = NULL;
	size_t room = 0;

	*goals = NULL;
	if (!f) {
		err_say(errno, NULL, "%s", path);
		return -1;
	}
	while (getline(&line, &room, f) > 0) {
		char bench[128], more, unit = 0;
		double limit;
		int fields;

		number++;
		line[strcspn(line, "#\n")] = 0;
		for (char *end = line + strlen(line); end > line && isspace(end[-1]);)
			*--end = 0;
		fields = sscanf(line, "%127s %lf%c %c", bench, &limit, &unit, &more);
		if (fields == EOF)
			continue;
		if (fields < 2 || fields > 3 || (fields == 3 && unit != 'x')) {
			err_say(0, NULL, "%s:%d: want a benchmark and a limit", path, number);
			goals_free(*goals, n);
			*goals = NULL;
			n = -1;
			break;
		}
		*goals = reallocarray(*goals, n + 1, sizeof(**goals));
		if (!*goals)
			abort();
		(*goals)[n++] = (struct goal){ .bench = copy(bench),
					       .limit = limit,
					       .of_peer = unit == 'x' };
	}
	free(line);
	fclose(f);
	return n;
}

void goals_free(struct goal *goals, int n)
{
	for (int i = 0; i < n; i++)
		free(goals[i].bench);
	free(goals);
}

int goal_met(const struct goal *g, const struct figure *f)
{
	if (!f || (g->of_peer && (f->peer == FIGURE_UNKNOWN || f->peer <= 0)))
		return -1;
	return f->value <= g->limit * (g->of_peer ? f->peer : 1);
}
