/* SPDX-License-Identifier: MIT */
/*
 * jsonscan.h - where a value in JSON ends.
 *
 * It does not say whether it is JSON: only where whoever parses it need not
 * look any further.
 */
#ifndef CLIENT_VALUE_JSONSCAN_H
#define CLIENT_VALUE_JSONSCAN_H

#include <stdbool.h>
#include <stddef.h>

/* All zero before the first byte of a value. */
struct json_scan {
	size_t depth; /* of arrays and objects */
	bool has_begun;
	bool in_string;
	bool is_escaped;
	bool is_bare; /* a number or a word, outside of all */
};

/*
 * Look at the next byte. 1, or 0: the value ended before it, which is looked
 * at again, as the first byte of what follows. `*is_whole` is set when the
 * value has ended.
 */
size_t json_scan_step(struct json_scan *scan, char byte, bool *is_whole);

#endif
