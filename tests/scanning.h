/* SPDX-License-Identifier: MIT */
/*
 * scanning.h - bytes shown to the scanner, and one value of every format.
 */
#ifndef TESTS_SCANNING_H
#define TESTS_SCANNING_H

#include "proto/scan.h"
#include "tests/bytes.h"

struct outcome {
	int r;
	size_t offset;
};

/* The scanner sees a block of its own each time: the data has moved. */
static inline struct outcome
show(struct scan *scan, const struct bytes *bytes, size_t size)
{
	struct bytes copy = bytes_copy(bytes->data, size);
	int r = scan_more(scan, copy.data, copy.size);

	bytes_free(&copy);
	return (struct outcome){ r, scan->offset };
}

static inline struct outcome
show_first(const struct bytes *bytes, size_t size, size_t limit)
{
	struct scan scan;

	scan_init(&scan, limit);
	return show(&scan, bytes, size);
}

/* Every format, with the least and the most that its head can say. */
static const char *const formats[] = {
	"00",
	"7f",
	"e0",
	"ff",
	"80",
	"8f c0*30",
	"90",
	"9f c0*15",
	"a0",
	"bf 61*31",
	"c0",
	"c2",
	"c3",
	"c4 00",
	"c4 ff c1*255",
	"c5 00 00",
	"c5 ff ff c1*65535",
	"c6 00 00 00 00",
	"c6 00 01 00 00 c1*65536",
	"c7 00 c1",
	"c7 ff c1 c1*255",
	"c8 00 00 c1",
	"c8 ff ff c1 c1*65535",
	"c9 00 00 00 00 c1",
	"c9 00 01 00 00 c1 c1*65536",
	"ca 00 00 00 00",
	"ca ff ff ff ff",
	"cb 00*8",
	"cb ff*8",
	"cc 00",
	"cc ff",
	"cd 00 00",
	"cd ff ff",
	"ce 00*4",
	"ce ff*4",
	"cf 00*8",
	"cf ff*8",
	"d0 00",
	"d0 ff",
	"d1 00*2",
	"d1 ff*2",
	"d2 00*4",
	"d2 ff*4",
	"d3 00*8",
	"d3 ff*8",
	"d4 c1 c1",
	"d5 c1 c1*2",
	"d6 c1 c1*4",
	"d7 c1 c1*8",
	"d8 c1 c1*16",
	"d9 00",
	"d9 ff c1*255",
	"da 00 00",
	"da ff ff c1*65535",
	"db 00 00 00 00",
	"db 00 01 00 00 c1*65536",
	"dc 00 00",
	"dc ff ff 7f*65535",
	"dd 00 00 00 00",
	"dd 00 01 00 00 7f*65536",
	"de 00 00",
	"de ff ff 7f*131070",
	"df 00 00 00 00",
	"df 00 01 00 00 7f*131072",
};

enum { FORMATS = sizeof formats / sizeof formats[0] };

#endif
