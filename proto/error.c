/* SPDX-License-Identifier: MIT */
#include "proto/error.h"

#include <errno.h>
#include <string.h>

static const struct error errors[] = {
#define ERROR(code, number, exit, text) { #code, number, exit, text },
#include "proto/errors.def"
#undef ERROR
};

enum { COUNT = sizeof errors / sizeof errors[0] };

const struct error *
error_find(int negative_errno)
{
	int number = negative_errno == -ENOMEM ? ENOBUFS : -negative_errno;

	for (size_t i = 0; i < COUNT; i++)
		if (errors[i].number == number)
			return &errors[i];
	return error_find(-EIO);
}

const struct error *
error_parse(const char *message, size_t size)
{
	size_t length = 0;

	while (length < size && message[length] != ':')
		length++;
	for (size_t i = 0; i < COUNT; i++)
		if (strlen(errors[i].code) == length &&
		    memcmp(errors[i].code, message, length) == 0)
			return &errors[i];
	return NULL;
}
