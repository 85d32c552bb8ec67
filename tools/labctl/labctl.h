/* SPDX-License-Identifier: GPL-2.0 */
/* labctl's parts: what the kernel says, and words on the way to it. */
#ifndef LABCTL_H
#define LABCTL_H

#include <stdbool.h>
#include <stddef.h>

#define LAB_BUS		"/sys/bus/lab"
#define LAB_DEVICES	LAB_BUS "/devices"

/* ---- lab.c: sysfs */

/* the whole file, NUL at its end, owned by the caller; NULL with errno */
char *lab_read(const char *path);

/* one write(2), as sysfs wants it; 0 or -errno */
int lab_write(const char *path, const char *text);

/* an attribute without the newline at its end, owned by the caller; NULL with errno */
char *lab_attr_read(const char *device, const char *attr);

/* false, having said so, where there is no lab or no right to write to it */
bool lab_there(bool to_write);

/* what the kernel says to our last write; owned by the caller, never NULL */
char *lab_result(void);

struct lab_names {
	char **name;
	size_t n;
};

/* all devices, phc2 before phc10 */
void lab_names_all(struct lab_names *names);

/*
 * Adds the devices that a word means: a name, a glob, "all", a node with or without
 * /dev/. False where it means none.
 */
bool lab_names_add(struct lab_names *names, const char *word);
void lab_names_free(struct lab_names *names);

/* length of the model's part of a device's name */
size_t lab_model_len(const char *device);

/* ---- words.c: pure, but for lab_attr_known()'s help text */

/* does the kernel's help text name this attribute, of this model (NULL: of any)? */
bool words_known(const char *help, const char *model, size_t len, const char *attr);

/*
 * "period=1ms" as the kernel wants it, "period_ns=1000000": units to the unit of the
 * attribute's name, which is completed, and names of errors to numbers. NULL, having
 * said why, where that cannot be; else owned by the caller.
 */
char *words_pair(const char *word, const char *help, const char *model, size_t len);

/*
 * A word as one of several on the kernel's line: blanks and backslashes octal, as in
 * /proc/mounts. Owned by the caller.
 */
char *words_escape(const char *word);

#endif /* LABCTL_H */
