/* SPDX-License-Identifier: MIT */
/*
 * input.h - reads the whole of standard input, up to a limit.
 */
#ifndef CLIENT_INPUT_H
#define CLIENT_INPUT_H

#include <stddef.h>

/*
 * Read `fd` to its end.
 *
 *   data  to free() on 0
 *
 * 0, -EMSGSIZE more than `limit` bytes, -ENOMEM, or what read() failed with.
 */
int input_read(int fd, size_t limit, char **data, size_t *size);

#endif
