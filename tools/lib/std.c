// SPDX-License-Identifier: GPL-2.0
/* Descriptors 0 to 2: opens /dev/null, closes stdout, may end the process. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "err.h"
#include "std.h"

static int first_error;

void std_failed(int err)
{
	if (!first_error)
		first_error = err;
}

/* exit()'s last handler: the status can only be changed by not returning */
static void at_exit(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout)) {
		failed = true;
		std_failed(errno);
	}
	if (!failed || first_error == EPIPE)
		return;
	err_say(first_error, NULL, "cannot write the output");
	_exit(STATUS_FAILED);
}

void std_begin(void)
{
	/* what nobody opened can neither be read nor written */
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < 3; fd++)
		/* the lowest that is free is fd, since those below are open */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(STATUS_FAILED);
	setlocale(LC_CTYPE, "");
	atexit(at_exit);
}
