/* SPDX-License-Identifier: MIT */
/*
 * limits.h - how large, deep and long things on the wire may be.
 *
 * Said to people in PROTOCOL.md, "Limits"; written only here.
 */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

enum {
	LIMIT_DEPTH = 32,    /* arrays and maps inside one another */
	LIMIT_METHOD = 64,   /* bytes of a method's name */
	LIMIT_CHANNEL = 255, /* bytes of a channel's name */
	LIMIT_LABEL = 64,    /* bytes of a client's name, or an error's type */
	LIMIT_ITEMS = 64,    /* cases of a select, calls of an atomic */
	LIMIT_MESSAGE = 16 << 20,    /* bytes of a message, by default */
	LIMIT_MESSAGE_MAX = 1 << 30, /* the most that can be asked for */
};

#endif
