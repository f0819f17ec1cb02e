/* SPDX-License-Identifier: MIT */
#include "options/value.h"

#include <string.h>

static bool
words_equal(const struct word_list *a, const struct word_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool
urls_equal(const struct url_list *a, const struct url_list *b)
{
	char text[URL_TEXT_MAX], other[URL_TEXT_MAX];

	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		url_print(&a->items[i], text);
		url_print(&b->items[i], other);
		if (strcmp(text, other) != 0)
			return false;
	}
	return true;
}

static bool
texts_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
value_equals(const struct option_row *row, const void *base, const void *other)
{
	const void *a = (const char *)base + row->offset;
	const void *b = (const char *)other + row->offset;

	switch (row->type) {
	case TYPE_BOOLEAN:
		return *(const bool *)a == *(const bool *)b;
	case TYPE_CHOICE:
		return *(const unsigned *)a == *(const unsigned *)b;
	case TYPE_TEXT:
	case TYPE_PATH:
		return texts_equal(*(char *const *)a, *(char *const *)b);
	case TYPE_WORDS:
		return words_equal(a, b);
	case TYPE_URLS:
		return urls_equal(a, b);
	default:
		return *(const size_t *)a == *(const size_t *)b;
	}
}
