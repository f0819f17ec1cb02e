/* SPDX-License-Identifier: MIT */
/*
 * conf.h - chanctl.conf: what a user has settled for all his clients.
 *
 * A setting a line, NAME = VALUE; empty lines, and those that begin with #, say
 * nothing. The last one of a name holds.
 */
#ifndef CLIENT_LIB_CONF_H
#define CLIENT_LIB_CONF_H

#include <limits.h>
#include <stddef.h>

enum { CONF_LINE_MAX = 1024 }; /* bytes, with the newline */

/* X(name, whether it is an absolute path) */
#define CONF_SETTINGS(X)                                                       \
	X(url, false)                                                          \
	X(tls_ca, true)                                                        \
	X(tls_cert, true)                                                      \
	X(tls_key, true)

enum conf_name {
#define X(name, is_path) CONF_##name,
	CONF_SETTINGS(X)
#undef X
	    CONF_COUNT,
};

struct conf_setting {
	unsigned line; /* from 1; 0: there is none */
	char text[CONF_LINE_MAX + 1];
};

struct conf {
	char path[PATH_MAX]; /* "": there can be no such file */
	struct conf_setting settings[CONF_COUNT];
};

/*
 * Read $XDG_CONFIG_HOME/chand/chanctl.conf, ~/.config without it. One that is
 * not there has no settings, nor has one in a folder that is not open to us: a
 * home that we were started with is somebody else's then.
 *
 * 0, or -EINVAL with a text in `fault`, which has `room` bytes, that says
 * what is wrong and where.
 */
int conf_read(struct conf *conf, char *fault, size_t room);

#endif
