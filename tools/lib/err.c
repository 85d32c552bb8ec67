// SPDX-License-Identifier: GPL-2.0
/* Error messages: writes to stderr only. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "err.h"

const char *err_tool_name = "chronoscope";

void err_tool(const char *name)
{
	err_tool_name = name;
}

int err_say(int err, const char *remedy, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", err_tool_name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (err)
		fprintf(stderr, ": %s", strerror(abs(err)));
	if (remedy)
		fprintf(stderr, "; %s", remedy);
	fputc('\n', stderr);
	return STATUS_FAILED;
}
