// SPDX-License-Identifier: GPL-2.0
/*
 * labctl: the one hand on the lab's hardware models. Knows no model: what there is
 * to set and to order it learns from the kernel's own help text. Reads and writes
 * /sys/bus/lab.
 */
#include <argp.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "err.h"
#include "labctl.h"
#include "opts.h"
#include "out.h"
#include "table.h"

#define WRITE_MAX 4000		/* sysfs takes a page at a time */

static struct {
	bool json;
	char **word;
	int n;
} arg;
static struct out out;
static char *help_text;

static const char doc[] =
	"Make hardware models, wire them up, feed them and break them.\v"
	"COMMAND:\n"
	"  new MODEL [count=N] [NAME=VALUE]...   make devices; prints their nodes\n"
	"  del DEVICE...                         take devices away\n"
	"  list                                  devices and wires\n"
	"  show DEVICE... [NAME...]              attributes; NAME.N is one of several\n"
	"  set DEVICE... NAME=VALUE...           change attributes\n"
	"  wire DEVICE.outN DEVICE.inN...        lead an output to inputs\n"
	"  unwire DEVICE.outN DEVICE.inN... | DEVICE[.outN|.inN]...\n"
	"  help [MODEL]                          all that the loaded models know\n"
	"  push, edges, fail, ...                commands of a model: COMMAND DEVICE...\n"
	"                                        [NAME=VALUE]..., see help\n"
	"\n"
	"DEVICE is a name (phc0), a glob ('phc*'), a node (/dev/ptp64, ptp64) or all. A\n"
	"time may have a unit: period=1ms is period_ns=1000000. So may a rate: rate=50ppm\n"
	"is rate_ppb=50000. errno=EIO is errno=5.\n"
	"\n"
	"EXAMPLES:\n"
	"  labctl new phc count=2 rate=50ppm     # two clocks, 50 ppm too fast\n"
	"  labctl wire phc0.out0 phc1.in0        # the first one's output to the second\n"
	"  labctl push phc0 count=101 period=1ms # 101 edges into input 0\n"
	"  labctl show phc0 delivered            # what became of them\n"
	"  labctl fail phc0 op=gettime errno=EIO count=3\n"
	"  labctl new hte lines=64               # a provider of hardware time stamps\n"
	"  labctl edges hte0 lines=0-63 count=101 period=1ms\n"
	"  labctl new synce                      # a chip of phase locked loops\n"
	"  labctl signal synce0 input=GNSS lost=1\n"
	"  labctl set 'phc*' read_latency=35us jitter=8ns\n"
	"  labctl del all\n";

static const struct argp_option options[] = {
	{ "json", 'j', 0, 0, "JSON records, one object a line", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state)
{
	switch (key) {
	case 'j':
		arg.json = true;
		return 0;
	case ARGP_KEY_ARG:
		arg.word[arg.n++] = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, "COMMAND [ARGUMENT]...", doc, NULL, NULL, NULL
};

static int usage(const char *want)
{
	err_say(0, "see labctl --help", "want labctl %s", want);
	return STATUS_USAGE;
}

/* says why the last write failed, in the kernel's words where it has any */
static int refused(int err, const char *remedy, const char *what)
{
	char *why = lab_result();

	if (*why)
		err_say(0, remedy, "%s: %s", what, why);
	else
		err_say(err, remedy, "%s", what);
	free(why);
	return STATUS_FAILED;
}

/* of two statuses; a usage error goes before a failure */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

/* appends a word to a line that the caller frees; NULL begins one */
static char *append(char *line, const char *word)
{
	char *more;

	if (asprintf(&more, "%s%s%s", line ?: "", line ? " " : "", word) < 0)
		exit(err_say(ENOMEM, NULL, "no memory"));
	free(line);
	return more;
}

/* the same for a word that may have blanks in it, which is freed */
static char *append_escaped(char *line, char *word)
{
	char *escaped = words_escape(word);

	line = append(line, escaped);
	free(escaped);
	free(word);
	return line;
}

/* NAME=VALUE as it is; see words_pair() and, for one of several, words_escape() */
static char *convert(const char *word, const char *model)
{
	if (!help_text)
		help_text = lab_read(LAB_BUS "/help");
	return words_pair(word, help_text, model, model ? lab_model_len(model) : 0);
}

/* a number, several numbers, or text */
static struct json_object *json_value(const char *text)
{
	struct json_object *list = NULL, *one = NULL;
	const char *word = text;
	long long n;
	char *end;

	while (*word) {
		errno = 0;
		n = strtoll(word, &end, 10);
		if (end == word || errno || (*end && *end != ' '))
			break;
		one = json_object_new_int64(n);
		if (*end && !list)
			list = json_object_new_array();
		if (list)
			json_object_array_add(list, one);
		word = *end ? end + 1 : end;
	}
	if (*text && !*word)
		return list ?: one;
	json_object_put(list ?: one);
	return out_json(text);
}

/* a device and its node; what has none prints its name alone */
static void print_device(const char *name)
{
	char *node = lab_attr_read(name, "node");

	if (out.json) {
		out_begin(&out, "device");
		out_str(&out, "device", name);
		if (node && *node) {
			char path[64];

			snprintf(path, sizeof(path), "/dev/%s", node);
			out_str(&out, "node", path);
		}
		out_end(&out);
	} else if (node && *node) {
		out_text(&out, "%s /dev/%s", name, node);
	} else {
		out_text(&out, "%s", name);
	}
	free(node);
}

static int cmd_new(int n, char **word)
{
	char *line = NULL, *names, *name, *at, remedy[80];
	int i, err;

	if (!n)
		return usage("new MODEL [NAME=VALUE]...");
	if (!lab_there(true))
		return STATUS_FAILED;
	for (i = 0; i < n; i++) {
		char *p = i ? convert(word[i], word[0]) : strdup(word[0]);

		if (!p)
			return STATUS_USAGE;
		line = append_escaped(line, p);
	}
	err = lab_write(LAB_BUS "/new_device", line);
	free(line);
	if (err) {
		snprintf(remedy, sizeof(remedy), "modprobe lab_%s", word[0]);
		return refused(err, err == -ENODEV ? remedy : NULL, "new");
	}
	names = at = lab_result();
	while ((name = strsep(&at, " ")))
		if (*name)
			print_device(name);
	free(names);
	return STATUS_OK;
}

static int cmd_del(int n, char **word)
{
	struct lab_names names = { 0 };
	int i, status = STATUS_OK, err;
	char *line = NULL;
	size_t k;

	if (!n)
		return usage("del DEVICE...");
	if (!lab_there(true))
		return STATUS_FAILED;
	for (i = 0; i < n; i++)
		if (!lab_names_add(&names, word[i]) && strcmp(word[i], "all"))
			status = err_say(0, "see labctl list", "%s: no such device", word[i]);
	for (k = 0; k < names.n; k++) {
		line = append(line, names.name[k]);
		if (strlen(line) < WRITE_MAX && k + 1 < names.n)
			continue;
		err = lab_write(LAB_BUS "/del_device", line);
		if (err)
			status = refused(err, NULL, "del");
		free(line);
		line = NULL;
	}
	lab_names_free(&names);
	return status;
}

struct device_row {
	const char *device;
	const char *model;
	const char *node;
	const char *name;
};

static const struct col device_cols[] = {
	{ "DEVICE", "device", COL_STR, COL_LEFT, offsetof(struct device_row, device), 0 },
	{ "MODEL", "model", COL_STR, COL_LEFT, offsetof(struct device_row, model), 0 },
	{ "NODE", "node", COL_STR, COL_LEFT, offsetof(struct device_row, node), 0 },
	{ "NAME", "name", COL_STR, COL_LEFT, offsetof(struct device_row, name), 0 },
};

struct wire_row {
	const char *from;
	const char *to;
};

static const struct col wire_cols[] = {
	{ "WIRE FROM", "from", COL_STR, COL_LEFT, offsetof(struct wire_row, from), 0 },
	{ "TO", "to", COL_STR, COL_LEFT, offsetof(struct wire_row, to), 0 },
};

static int cmd_list(int n, char **word)
{
	struct table devices = { .key = "devices", .cols = device_cols, .ncols = 4 };
	struct table wires = { .key = "wires", .cols = wire_cols, .ncols = 2 };
	struct lab_names names = { 0 };
	char *text, *at, *line;
	size_t i;

	(void)word;
	if (n)
		return usage("list");
	if (!lab_there(false))
		return STATUS_FAILED;
	lab_names_all(&names);
	out_begin(&out, "list");
	table_begin(&devices, &out);
	for (i = 0; i < names.n; i++) {
		char model[64], path[64] = "";
		char *node = lab_attr_read(names.name[i], "node");
		char *name = lab_attr_read(names.name[i], "name") ?:
			     lab_attr_read(names.name[i], "label");
		struct device_row row = { .device = names.name[i], .model = model, .name = name };

		snprintf(model, sizeof(model), "%.*s", (int)lab_model_len(row.device), row.device);
		if (node && *node)
			snprintf(path, sizeof(path), "/dev/%s", node);
		row.node = *path ? path : NULL;
		table_row(&devices, &out, &row);
		free(node);
		free(name);
	}
	if (names.n || out.json)
		table_end(&devices, &out);
	else
		out_text(&out, "no devices; make some: labctl new phc");
	text = at = lab_read(LAB_BUS "/wires");
	table_begin(&wires, &out);
	for (i = 0; at && (line = strsep(&at, "\n")) && *line; i++) {
		struct wire_row row = { .from = strsep(&line, " "), .to = line };

		table_row(&wires, &out, &row);
	}
	if (i && !out.json)
		out_text(&out, "%s", "");
	if (i || out.json)
		table_end(&wires, &out);
	out_end(&out);
	free(text);
	table_free(&devices);
	table_free(&wires);
	lab_names_free(&names);
	return STATUS_OK;
}

/* the value of "attr" or the Nth word of it for "attr.N"; NULL, having said why */
static char *attr_value(const char *device, const char *attr)
{
	const char *dot = strchr(attr, '.');
	char name[64], *value, *at, *part = NULL;
	long i;

	snprintf(name, sizeof(name), "%.*s", dot ? (int)(dot - attr) : 63, attr);
	value = lab_attr_read(device, name);
	if (!value) {
		err_say(errno, errno == ENOENT ? "see labctl help" : NULL, "%s: %s", device, name);
		return NULL;
	}
	if (!dot)
		return value;
	for (i = strtol(dot + 1, NULL, 10), at = value; i >= 0; i--)
		part = strsep(&at, " ");
	if (part)
		part = strdup(part);
	else
		err_say(0, NULL, "%s: %s has no number %s", device, name, dot + 1);
	free(value);
	return part;
}

static void print_attr(const char *device, const char *attr, bool bare, char *value)
{
	char *at = value, *line;

	if (out.json) {
		json_object_object_add(out.rec, attr, json_value(value));
		return;
	}
	if (!*value && !bare)
		out_text(&out, "%s %s", device, attr);
	/* what has several lines gets its name before each of them */
	while ((line = strsep(&at, "\n")))
		if (bare)
			out_text(&out, "%s", line);
		else if (*line)
			out_text(&out, "%s %-18s %s", device, attr, line);
}

/* all that can be read, in the order of the help */
static int show_all(const char *device)
{
	size_t len = lab_model_len(device);
	char mode[16], name[64], *value;
	const char *at = help_text;
	bool ours = false;
	int status = STATUS_OK;

	for (; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		if (!strncmp(at, "model ", 6)) {
			ours = !strncmp(at + 6, device, len) && at[6 + len] == ':';
			continue;
		}
		if (!ours || sscanf(at, "  %15[nrw]%*[ ]%63s", mode, name) != 2 || !strchr(mode, 'r'))
			continue;
		value = attr_value(device, name);
		if (value)
			print_attr(device, name, false, value);
		else
			status = STATUS_FAILED;
		free(value);
	}
	return status;
}

static int cmd_show(int n, char **word)
{
	int i, devices, status = STATUS_OK;
	struct lab_names names = { 0 };
	char *value;
	size_t k;

	if (!n)
		return usage("show DEVICE... [NAME]...");
	if (!lab_there(false))
		return STATUS_FAILED;
	help_text = lab_read(LAB_BUS "/help");
	/* the first words that mean devices are devices */
	for (devices = 0; devices < n && lab_names_add(&names, word[devices]); devices++)
		;
	if (!devices) {
		lab_names_free(&names);
		return err_say(0, "see labctl list", "%s: no such device", word[0]);
	}
	for (k = 0; k < names.n; k++) {
		out_begin(&out, "show");
		out_str(&out, "device", names.name[k]);
		if (devices == n)
			status = worse(status, show_all(names.name[k]));
		for (i = devices; i < n; i++) {
			value = attr_value(names.name[k], word[i]);
			if (value)
				print_attr(names.name[k], word[i],
					   names.n == 1 && n - devices == 1, value);
			else
				status = STATUS_FAILED;
			free(value);
		}
		out_end(&out);
	}
	lab_names_free(&names);
	return status;
}

/* devices up to the first word with '=' in it; how many words, or -1 having said why */
static int leading_devices(struct lab_names *names, int n, char **word)
{
	int i;

	for (i = 0; i < n && !strchr(word[i], '='); i++)
		if (!lab_names_add(names, word[i]) && strcmp(word[i], "all")) {
			err_say(0, "see labctl list", "%s: no such device", word[i]);
			return -1;
		}
	return i;
}

static int write_attr(const char *device, const char *attr, const char *text)
{
	char path[512], what[128];
	int err;

	snprintf(path, sizeof(path), LAB_DEVICES "/%s/%s", device, attr);
	snprintf(what, sizeof(what), "%s: %s", device, attr);
	if (access(path, F_OK))
		return err_say(0, "see labctl help", "%s: no such attribute", what);
	err = lab_write(path, text);
	if (err == -EACCES)
		return err_say(0, "see labctl help", "%s cannot be written", what);
	return err ? refused(err, NULL, what) : STATUS_OK;
}

static int cmd_set(int n, char **word)
{
	struct lab_names names = { 0 };
	int i, first, status = STATUS_OK;
	char *pair, *value;
	size_t k;

	if (n < 2)
		return usage("set DEVICE... NAME=VALUE...");
	if (!lab_there(true))
		return STATUS_FAILED;
	first = leading_devices(&names, n, word);
	if (first == 0 || first == n)
		return usage("set DEVICE... NAME=VALUE...");
	for (k = 0; first > 0 && k < names.n; k++)
		for (i = first; i < n; i++) {
			pair = convert(word[i], names.name[k]);
			if (!pair) {
				status = STATUS_USAGE;
				break;
			}
			value = strchr(pair, '=');
			*value++ = '\0';
			status = worse(status, write_attr(names.name[k], pair, value));
			free(pair);
		}
	lab_names_free(&names);
	return first < 0 ? STATUS_FAILED : status;
}

/* what a command has to say when it is done, "name=value..." as a rule */
static void print_reply(const char *device, const char *command, bool bare)
{
	char *reply = lab_result(), *at = reply, *word, *value;

	if (out.json) {
		out_begin(&out, "reply");
		out_str(&out, "device", device);
		out_str(&out, "command", command);
		while ((word = strsep(&at, " "))) {
			value = strchr(word, '=');
			if (!value)
				continue;
			*value++ = '\0';
			json_object_object_add(out.rec, word, json_value(value));
		}
		out_end(&out);
	} else if (*reply) {
		out_text(&out, "%s%s%s", bare ? "" : device, bare ? "" : " ", reply);
	}
	free(reply);
}

/* a command of a model: an attribute that takes NAME=VALUE words */
static int cmd_model(const char *command, int n, char **word)
{
	struct lab_names names = { 0 };
	int i, first, status = STATUS_OK;
	char *line, *pair;
	size_t k;
	int err;

	if (!lab_there(true))
		return STATUS_FAILED;
	help_text = lab_read(LAB_BUS "/help");
	if (!words_known(help_text, NULL, 0, command)) {
		err_say(0, "see labctl --help and labctl help", "%s: no such command", command);
		return STATUS_USAGE;
	}
	first = leading_devices(&names, n, word);
	if (!first)
		return usage("COMMAND DEVICE... [NAME=VALUE]...");
	for (k = 0; first > 0 && k < names.n; k++) {
		line = NULL;
		for (i = first; i < n; i++) {
			pair = convert(word[i], names.name[k]);
			if (!pair) {
				lab_names_free(&names);
				free(line);
				return STATUS_USAGE;
			}
			line = append_escaped(line, pair);
		}
		/* write(2) of nothing never gets to the kernel's side of a file */
		err = write_attr(names.name[k], command, line ?: "\n");
		if (err == STATUS_OK)
			print_reply(names.name[k], command, names.n == 1);
		status = worse(status, err);
		free(line);
	}
	lab_names_free(&names);
	return first < 0 ? STATUS_FAILED : status;
}

static int wiring(const char *file, int n, char **word)
{
	char *line = NULL, path[64];
	int i, err;

	if (!lab_there(true))
		return STATUS_FAILED;
	for (i = 0; i < n; i++) {
		struct lab_names names = { 0 };
		char *dot = strchr(word[i], '.'), *port = NULL;

		/* a node stands for its device here too */
		if (dot)
			*dot = '\0';
		if (!lab_names_add(&names, word[i]) || names.n != 1) {
			lab_names_free(&names);
			free(line);
			return err_say(0, "see labctl list", "%s: no such device", word[i]);
		}
		if (asprintf(&port, "%s%s%s", names.name[0], dot ? "." : "",
			     dot ? dot + 1 : "") < 0)
			exit(err_say(ENOMEM, NULL, "no memory"));
		line = append(line, port);
		free(port);
		lab_names_free(&names);
	}
	snprintf(path, sizeof(path), LAB_BUS "/%s", file);
	err = lab_write(path, line);
	free(line);
	return err ? refused(err, NULL, file) : STATUS_OK;
}

static int cmd_wire(int n, char **word)
{
	return n < 2 ? usage("wire DEVICE.outN DEVICE.inN...") : wiring("wire", n, word);
}

static int cmd_unwire(int n, char **word)
{
	return n < 1 ? usage("unwire DEVICE.outN DEVICE.inN... | DEVICE[.outN|.inN]...")
		     : wiring("unwire", n, word);
}

static int cmd_help(int n, char **word)
{
	const char *at, *end;
	bool ours = !n, found = !n;

	if (n > 1)
		return usage("help [MODEL]");
	if (!lab_there(false))
		return STATUS_FAILED;
	help_text = lab_read(LAB_BUS "/help");
	for (at = help_text; at && *at; at = end + (*end == '\n')) {
		end = at + strcspn(at, "\n");
		if (n && !strncmp(at, "model ", 6))
			ours = !strncmp(at + 6, word[0], strlen(word[0])) &&
			       at[6 + strlen(word[0])] == ':';
		found |= ours;
		if (ours)
			out_text(&out, "%.*s", (int)(end - at), at);
	}
	if (found && help_text && *help_text)
		return STATUS_OK;
	if (n)
		return err_say(0, "modprobe lab_MODEL", "%s: no such model is loaded", word[0]);
	return err_say(0, "modprobe lab_phc", "no model is loaded");
}

static const struct {
	const char *name;
	int (*run)(int n, char **word);
} commands[] = {
	{ "new", cmd_new }, { "del", cmd_del }, { "list", cmd_list }, { "show", cmd_show },
	{ "set", cmd_set }, { "wire", cmd_wire }, { "unwire", cmd_unwire }, { "help", cmd_help },
};

int main(int argc, char **argv)
{
	int status = -1;
	size_t i;

	opts_tool("labctl");
	arg.word = calloc(argc, sizeof(*arg.word));
	if (!arg.word)
		return err_say(ENOMEM, NULL, "no memory");
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	out_init(&out, stdout, "labctl", arg.json, true, COLOR_AUTO);
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(arg.word[0], commands[i].name))
			status = commands[i].run(arg.n - 1, arg.word + 1);
	if (status < 0)
		status = cmd_model(arg.word[0], arg.n - 1, arg.word + 1);
	free(help_text);
	free(arg.word);
	return status;
}
