// SPDX-License-Identifier: GPL-2.0
/* Error messages: writes to stderr only. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "err.h"
#include "name.h"

const char *err_tool_name = "chronoscope";

void err_tool(const char *name)
{
	err_tool_name = name;
}

int err_say(int err, const char *remedy, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	/* names in it may be anything */
	if (n >= 0)
		name_text(text, n + 1, text);
	fprintf(stderr, "%s: %s", err_tool_name, n >= 0 ? text : "no memory");
	if (n >= 0)
		free(text);
	if (err)
		fprintf(stderr, ": %s", strerror(abs(err)));
	if (remedy)
		fprintf(stderr, "; %s", remedy);
	fputc('\n', stderr);
	return STATUS_FAILED;
}
