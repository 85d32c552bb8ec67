// SPDX-License-Identifier: GPL-2.0
/* The lab in sysfs: reads and writes files below /sys/bus/lab. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "err.h"
#include "labctl.h"

static void *must(void *p)
{
	if (!p) {
		err_say(ENOMEM, NULL, "no memory");
		exit(STATUS_FAILED);
	}
	return p;
}

char *lab_read(const char *path)
{
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t n;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	do {
		if (room - len < 4097)
			text = must(realloc(text, room = len + 16384));
		n = read(fd, text + len, room - len - 1);
		err = errno;
		if (n > 0)
			len += n;
	} while (n > 0 || (n < 0 && err == EINTR));
	close(fd);
	if (n < 0) {
		free(text);
		errno = err;
		return NULL;
	}
	text[len] = '\0';
	return text;
}

int lab_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	if (n < 0)
		err = -errno;
	close(fd);
	return err;
}

char *lab_attr_read(const char *device, const char *attr)
{
	char path[512], *text;
	size_t len;

	snprintf(path, sizeof(path), LAB_DEVICES "/%s/%s", device, attr);
	text = lab_read(path);
	len = text ? strlen(text) : 0;
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	return text;
}

bool lab_there(bool to_write)
{
	if (access(LAB_BUS, F_OK)) {
		err_say(0, "modprobe lab_phc", "there is no " LAB_BUS);
		return false;
	}
	if (to_write && access(LAB_BUS "/new_device", W_OK)) {
		err_say(errno, "run it as root", "cannot write below " LAB_BUS);
		return false;
	}
	return true;
}

char *lab_result(void)
{
	char *text = lab_read(LAB_BUS "/result");

	if (!text)
		text = must(strdup(""));
	text[strcspn(text, "\n")] = '\0';
	return text;
}

size_t lab_model_len(const char *device)
{
	size_t len = strlen(device);

	while (len && isdigit((unsigned char)device[len - 1]))
		len--;
	return len;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static void names_push(struct lab_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->name[i], name))
			return;
	/* a power of two is full */
	if (!(names->n & (names->n - 1)))
		names->name = must(realloc(names->name, 2 * (names->n + !names->n) * sizeof(char *)));
	names->name[names->n++] = must(strdup(name));
}

void lab_names_all(struct lab_names *names)
{
	DIR *dir = opendir(LAB_DEVICES);
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			names_push(names, d->d_name);
	if (dir)
		closedir(dir);
	if (names->n)
		qsort(names->name, names->n, sizeof(*names->name), by_name);
}

bool lab_names_add(struct lab_names *names, const char *word)
{
	const char *node = !strncmp(word, "/dev/", 5) ? word + 5 : word;
	struct lab_names all = { 0 };
	bool found = false, match;
	size_t i;

	lab_names_all(&all);
	for (i = 0; i < all.n; i++) {
		match = !strcmp(word, "all") || !fnmatch(word, all.name[i], 0);
		if (match)
			names_push(names, all.name[i]);
		found |= match;
	}
	for (i = 0; i < all.n && !found; i++) {
		char *own = lab_attr_read(all.name[i], "node");

		found = own && *own && !strcmp(own, node);
		if (found)
			names_push(names, all.name[i]);
		free(own);
	}
	lab_names_free(&all);
	return found;
}

void lab_names_free(struct lab_names *names)
{
	while (names->n)
		free(names->name[--names->n]);
	free(names->name);
	names->name = NULL;
}
