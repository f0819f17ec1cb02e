/* SPDX-License-Identifier: MIT */
/*
 * render.h - a msgpack value as JSON.
 *
 * JSON knows less than msgpack. What it lacks is written thus:
 *
 *   bin, and a str that is no UTF-8   a string, in base64
 *   ext                               {"ext":TYPE,"data":BASE64}
 *   NaN, infinite                     "NaN", "Infinity", "-Infinity"
 *   a map's key that is no string     its JSON text, as a string; below four
 *                                     such keys in one another, where quotes
 *                                     would outgrow any memory, the bytes of
 *                                     its msgpack, in base64
 *
 * Integers keep all their digits, floats the fewest that give the same float
 * back, maps their order and even two equal keys.
 */
#ifndef CLIENT_VALUE_RENDER_H
#define CLIENT_VALUE_RENDER_H

#include <msgpack.h>
#include <stdio.h>

/*
 * Write it as compact JSON, without a newline.
 *
 * 0, -ENOMEM, or -EIO `to` failed.
 */
int render_json(FILE *to, const msgpack_object *value);

/*
 * As people read it on one line: a str or bin as text_escape() has it, nil as
 * nothing, all else as JSON. A C string to free(), or NULL where
 * render_json() fails.
 */
char *render_text(const msgpack_object *value);

#endif
