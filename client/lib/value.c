/* SPDX-License-Identifier: MIT */
#include "client/chand.h"

#include "proto/utf8.h"

#include <string.h>

struct chand_value
chand_nil(void)
{
	return (struct chand_value){ CHAND_NIL, NULL, 0 };
}

struct chand_value
chand_string(const char *text)
{
	if (text == NULL)
		return chand_nil();
	return (struct chand_value){ CHAND_STRING, text, strlen(text) };
}

struct chand_value
chand_binary(const void *data, size_t size)
{
	return (struct chand_value){ CHAND_BINARY, data, size };
}

struct chand_value
chand_bytes(const void *data, size_t size)
{
	if (size == 0 || (data != NULL && utf8_is_valid(data, size)))
		return (struct chand_value){ CHAND_STRING, data, size };
	return chand_binary(data, size);
}

struct chand_value
chand_encoded(const void *data, size_t size)
{
	return (struct chand_value){ CHAND_ENCODED, data, size };
}
