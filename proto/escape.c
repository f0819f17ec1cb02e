/* SPDX-License-Identifier: MIT */
#include "proto/escape.h"

#include "proto/utf8.h"

#include <stdio.h>
#include <string.h>

const char *
escape_text(char *out, size_t out_size, const char *text, size_t size)
{
	size_t length, used = 0, i = 0;
	int32_t character;

	while (i < size && used + 8 <= out_size) {
		length = 1;
		character = utf8_decode(text + i, size - i, &length);
		if (character < 0 || utf8_is_control(character) ||
		    character == '"' || character == '\\') {
			used += (size_t)snprintf(out + used, 5, "\\x%02x",
						 (unsigned char)text[i]);
			i++;
			continue;
		}
		memcpy(out + used, text + i, length);
		used += length;
		i += length;
	}
	strcpy(out + used, i < size ? "..." : "");
	return out;
}
