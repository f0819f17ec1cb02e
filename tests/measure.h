/* SPDX-License-Identifier: MIT */
/*
 * measure.h - how long a msgpack value is, found in the plainest way.
 *
 * Written from the specification to check the scanner against: it shares no
 * table with it, recurses, sees all bytes at once and knows no limit but the
 * depth.
 */
#ifndef TESTS_MEASURE_H
#define TESTS_MEASURE_H

#include <stddef.h>
#include <stdint.h>

struct measure {
	const uint8_t *at, *end;
	unsigned depth; /* containers that may be opened from here on */
};

static inline uint64_t measure(struct measure m);

static inline uint64_t
measure_fixed(struct measure m, uint64_t size)
{
	return size <= (uint64_t)(m.end - m.at) ? size : 0;
}

/* The number in the `width` bytes behind the first, which are there. */
static inline uint64_t
measure_number(struct measure m, unsigned width)
{
	uint64_t value = 0;

	for (unsigned i = 1; i <= width; i++)
		value = 256 * value + m.at[i];
	return value;
}

/* A length of `width` bytes, `more` bytes, and as many as the length says. */
static inline uint64_t
measure_payload(struct measure m, unsigned width, unsigned more)
{
	if (measure_fixed(m, 1 + width) == 0)
		return 0;
	return measure_fixed(m, 1 + width + more + measure_number(m, width));
}

/* A count, in the first byte where `width` is 0, and its items. */
static inline uint64_t
measure_items(struct measure m, unsigned width, unsigned each)
{
	uint64_t size = 1 + width, count, item;

	if (m.depth-- == 0 || measure_fixed(m, size) == 0)
		return 0;
	count = each * (width == 0 ? *m.at & 0x0f : measure_number(m, width));
	m.at += size;
	for (; count > 0; count--) {
		item = measure(m);
		if (item == 0)
			return 0;
		size += item;
		m.at += item;
	}
	return size;
}

/* From 0xc0 to 0xdf. */
static inline uint64_t
measure_wide(struct measure m, uint8_t byte)
{
	if (byte <= 0xc3)
		return byte == 0xc1 ? 0 : 1;
	if (byte <= 0xc6) /* bin */
		return measure_payload(m, 1u << (byte - 0xc4), 0);
	if (byte <= 0xc9) /* ext */
		return measure_payload(m, 1u << (byte - 0xc7), 1);
	if (byte <= 0xcb) /* float */
		return measure_fixed(m, byte == 0xca ? 5 : 9);
	if (byte <= 0xcf) /* uint */
		return measure_fixed(m, 1 + (1u << (byte - 0xcc)));
	if (byte <= 0xd3) /* int */
		return measure_fixed(m, 1 + (1u << (byte - 0xd0)));
	if (byte <= 0xd8) /* fixext */
		return measure_fixed(m, 2 + (1u << (byte - 0xd4)));
	if (byte <= 0xdb) /* str */
		return measure_payload(m, 1u << (byte - 0xd9), 0);
	if (byte <= 0xdd) /* array */
		return measure_items(m, 2u << (byte - 0xdc), 1);
	return measure_items(m, 2u << (byte - 0xde), 2);
}

/* Bytes of the value, or 0 where none is whole within the depth. */
static inline uint64_t
measure(struct measure m)
{
	if (m.at == m.end)
		return 0;
	if (*m.at <= 0x7f || *m.at >= 0xe0)
		return 1;
	if (*m.at <= 0x8f)
		return measure_items(m, 0, 2);
	if (*m.at <= 0x9f)
		return measure_items(m, 0, 1);
	if (*m.at <= 0xbf)
		return measure_fixed(m, 1u + (*m.at & 0x1f));
	return measure_wide(m, *m.at);
}

#endif
