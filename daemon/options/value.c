/* SPDX-License-Identifier: MIT */
#include "options/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One value on its way from a text. */
struct setting {
	const struct option_row *row;
	void *field;
	const char *key;
	const char *text;
	char *reason;
};

static void *
field_of(const struct option_row *row, const void *base)
{
	return (char *)(uintptr_t)base + row->offset;
}

const char *
origin_print(const struct origin *origin, char text[ORIGIN_TEXT])
{
	if (origin->place == NULL)
		return "the default";
	if (origin->line == 0)
		return origin->place;
	snprintf(text, ORIGIN_TEXT, "%s:%u", origin->place, origin->line);
	return text;
}

/* ---- numbers ---- */

static const struct suffix {
	const char *text;
	int64_t factor;
} bytes[] = { { "", 1 },	  { "K", 1 << 10 },   { "KiB", 1 << 10 },
	      { "M", 1 << 20 },	  { "MiB", 1 << 20 }, { "G", 1 << 30 },
	      { "GiB", 1 << 30 }, { NULL, 0 } },
  seconds[] = { { "", 1000 },	{ "ms", 1 },	  { "s", 1000 },
		{ "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
		{ NULL, 0 } },
  milliseconds[] = { { "", 1 },	     { "ms", 1 },      { "s", 1000 },
		     { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
		     { NULL, 0 } },
  none[] = { { "", 1 }, { NULL, 0 } };

static const struct suffix *
suffixes(enum option_type type)
{
	switch (type) {
	case TYPE_BYTES:
		return bytes;
	case TYPE_SECONDS:
		return seconds;
	case TYPE_MILLISECONDS:
		return milliseconds;
	default:
		return none;
	}
}

static const char *
suffix_hint(enum option_type type)
{
	switch (type) {
	case TYPE_BYTES:
		return " (K, M and G may follow)";
	case TYPE_SECONDS:
	case TYPE_MILLISECONDS:
		return " (ms, s, m, h or d may follow)";
	default:
		return "";
	}
}

/* As it is written with the largest suffix that leaves it whole. */
static const char *
print_number(const struct option_row *row, int64_t number, char text[32])
{
	const struct suffix *all = suffixes(row->type), *best = &all[0];

	if (row->type == TYPE_MODE) {
		snprintf(text, 32, "%04" PRIo64, number);
		return text;
	}
	for (const struct suffix *s = all; s->text != NULL; s++)
		if (number % s->factor == 0 && number >= s->factor &&
		    s->factor > best->factor)
			best = s;
	if (number % best->factor != 0) /* half a second is 500ms */
		best = &all[1];
	snprintf(text, 32, "%" PRId64 "%s", number / best->factor, best->text);
	return text;
}

static int
fail_range(const struct setting *s)
{
	char least[32], most[32];

	return option_fail(s->reason, "%s takes %s to %s %s, not \"%s\"",
			   s->key, print_number(s->row, s->row->min, least),
			   print_number(s->row, s->row->max, most),
			   s->row->unit, s->text);
}

/* The digits, and what follows them. */
static int
read_digits(const struct setting *s, int64_t *number, const char **rest)
{
	const char *digits = s->text;
	char *end;

	if (s->row->type == TYPE_INTEGER && *digits == '-')
		digits++;
	errno = 0;
	*number = strtoll(s->text, &end, s->row->type == TYPE_MODE ? 8 : 10);
	*rest = end;
	return *digits >= '0' && *digits <= '9' && errno == 0 ? 0 : -EINVAL;
}

static int
read_number(const struct setting *s, int64_t *number)
{
	const struct suffix *suffix = suffixes(s->row->type);
	const char *rest;
	int r = read_digits(s, number, &rest);

	while (r == 0 && suffix->text != NULL &&
	       strcmp(rest, suffix->text) != 0)
		suffix++;
	if (r < 0 || suffix->text == NULL)
		return option_fail(
		    s->reason, "%s takes a number of %s%s, not \"%s\"", s->key,
		    s->row->unit, suffix_hint(s->row->type), s->text);
	if (*number > s->row->max / suffix->factor ||
	    *number * suffix->factor < s->row->min)
		return fail_range(s);
	*number *= suffix->factor;
	return 0;
}

static int
set_number(const struct setting *s)
{
	int64_t number;
	int r = read_number(s, &number);

	if (r == 0)
		*(size_t *)s->field = (size_t)number;
	return r;
}

static int
set_integer(const struct setting *s)
{
	int64_t number;
	int r = read_number(s, &number);

	if (r == 0)
		*(long *)s->field = (long)number;
	return r;
}

/* ---- words ---- */

static int
set_boolean(const struct setting *s)
{
	if (strcmp(s->text, "yes") != 0 && strcmp(s->text, "no") != 0)
		return option_fail(s->reason, "%s takes yes or no, not \"%s\"",
				   s->key, s->text);
	*(bool *)s->field = s->text[0] == 'y';
	return 0;
}

/* The place of `text` in "one|two|three"; -1: it is none of them. */
static int
find_choice(const char *choices, const char *text)
{
	size_t size = strlen(text), part;

	for (int i = 0;; i++) {
		part = strcspn(choices, "|");
		if (part == size && memcmp(choices, text, size) == 0)
			return i;
		if (choices[part] == '\0')
			return -1;
		choices += part + 1;
	}
}

/* "one|two|three" as "one, two or three". */
static void
print_choices(const char *choices, char text[128])
{
	size_t size = 0, part;
	const char *between = "";

	for (;;) {
		part = strcspn(choices, "|");
		size += (size_t)snprintf(text + size, 128 - size, "%s%.*s",
					 between, (int)part, choices);
		choices += part;
		if (*choices == '\0')
			return;
		choices++;
		between = strchr(choices, '|') != NULL ? ", " : " or ";
	}
}

static int
set_choice(const struct setting *s)
{
	int place = find_choice(s->row->unit, s->text);
	char choices[128];

	if (place < 0) {
		print_choices(s->row->unit, choices);
		return option_fail(s->reason, "%s takes %s, not \"%s\"", s->key,
				   choices, s->text);
	}
	*(unsigned *)s->field = (unsigned)place;
	return 0;
}

static int
fail_memory(const struct setting *s)
{
	option_fail(s->reason, "%s: out of memory", s->key);
	return -ENOMEM;
}

/* Without any, it is none: NULL. */
static int
set_text(const struct setting *s)
{
	size_t size = strlen(s->text);
	char **field = s->field, *copy = NULL;

	if (size > 0 &&
	    ((int64_t)size < s->row->min || (int64_t)size > s->row->max))
		return option_fail(s->reason,
				   "%s takes %" PRId64 " to %" PRId64
				   " bytes, not \"%s\"",
				   s->key, s->row->min, s->row->max, s->text);
	if (size > 0 && s->row->type == TYPE_PATH && s->text[0] != '/')
		return option_fail(s->reason,
				   "%s takes an absolute path, not \"%s\"",
				   s->key, s->text);
	if (size > 0 && (copy = strdup(s->text)) == NULL)
		return fail_memory(s);
	free(*field);
	*field = copy;
	return 0;
}

/* ---- lists ---- */

static int
add_word(const struct setting *s, const char *word, size_t size)
{
	struct word_list *list = s->field;
	char **items, *copy;

	if ((int64_t)list->count >= s->row->max)
		return option_fail(s->reason, "%s takes %" PRId64 " %s at most",
				   s->key, s->row->max, s->row->unit);
	items = reallocarray(list->items, list->count + 1, sizeof *items);
	if (items != NULL)
		list->items = items;
	copy = items != NULL ? strndup(word, size) : NULL;
	if (copy == NULL)
		return fail_memory(s);
	list->items[list->count++] = copy;
	return 0;
}

static int
add_url(const struct setting *s, const char *word, size_t size)
{
	struct url_list *list = s->field;
	char text[URL_TEXT_MAX] = "";
	const char *why = "too long";

	if (list->count == LISTEN_MOST)
		return option_fail(s->reason, "%s can be given %d times",
				   s->key, LISTEN_MOST);
	if (size < sizeof text) {
		memcpy(text, word, size);
		text[size] = '\0';
	}
	if (size >= sizeof text ||
	    url_parse(text, &list->items[list->count], &why) < 0)
		return option_fail(s->reason, "%s: %s; not \"%.*s\"", s->key,
				   why, (int)size, word);
	list->count++;
	return 0;
}

/* A blank may be a part of a path: then no scheme follows it. */
static bool
begins_url(const char *text)
{
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	return letters > 0 && strncmp(text + letters, "://", 3) == 0;
}

/* What the reader of files cuts off at both ends, too. */
static const char blanks[] = " \t\r\v\f";

/* Where the next one stands behind blanks; `*size` is that of this one. */
static const char *
next_item(const struct setting *s, const char *at, size_t *size)
{
	const char *end = at, *next;

	do {
		end += strcspn(end, blanks);
		*size = (size_t)(end - at);
		next = end + strspn(end, blanks);
		end = next;
	} while (s->row->type == TYPE_URLS && *next != '\0' &&
		 !begins_url(next));
	return next;
}

/* They stand with blanks between them. */
static int
add_all(const struct setting *s)
{
	const char *at = s->text + strspn(s->text, blanks), *next;
	size_t size;
	int r = 0;

	if (*at == '\0' && s->row->type == TYPE_URLS)
		return add_url(s, at, 0); /* which says what it takes */
	for (; *at != '\0' && r == 0; at = next) {
		next = next_item(s, at, &size);
		r = s->row->type == TYPE_URLS ? add_url(s, at, size)
					      : add_word(s, at, size);
	}
	return r;
}

/* ---- any type ---- */

static int
set(const struct setting *s)
{
	switch (s->row->type) {
	case TYPE_BOOLEAN:
		return set_boolean(s);
	case TYPE_CHOICE:
		return set_choice(s);
	case TYPE_INTEGER:
		return set_integer(s);
	case TYPE_TEXT:
	case TYPE_PATH:
		return set_text(s);
	case TYPE_WORDS:
	case TYPE_URLS:
		return add_all(s);
	default:
		return set_number(s);
	}
}

/* Further values of a list stand in the same file, or are words like it. */
static bool
continues(const struct origin *where, const struct origin *origin)
{
	return where->place != NULL && origin->place != NULL &&
	       strcmp(where->place, origin->place) == 0;
}

int
value_set(const struct option_row *row, void *base, struct origin *where,
	  const struct origin *origin, const char *key, const char *text,
	  char *reason)
{
	struct setting setting = { row, field_of(row, base), key, text,
				   reason };
	bool is_list = row->type == TYPE_WORDS || row->type == TYPE_URLS;
	int r;

	if (is_list && !continues(where, origin))
		value_fini(row, base);
	r = set(&setting);
	if (r == 0)
		*where = *origin;
	return r;
}

void
value_fini(const struct option_row *row, void *base)
{
	void *field = field_of(row, base);
	struct word_list *words = field;

	switch (row->type) {
	case TYPE_TEXT:
	case TYPE_PATH:
		free(*(char **)field);
		*(char **)field = NULL;
		break;
	case TYPE_WORDS:
		while (words->count > 0)
			free(words->items[--words->count]);
		free(words->items);
		words->items = NULL;
		break;
	case TYPE_URLS:
		((struct url_list *)field)->count = 0;
		break;
	default:
		break;
	}
}

/* ---- in words ---- */

static bool
has_range(const struct option_row *row)
{
	return row->type <= TYPE_INTEGER;
}

void
value_print_range(const struct option_row *row, FILE *file)
{
	char least[32], most[32], choices[128];

	if (has_range(row)) {
		fprintf(file, "%s to %s %s", print_number(row, row->min, least),
			print_number(row, row->max, most), row->unit);
	} else if (row->type == TYPE_CHOICE || row->type == TYPE_BOOLEAN) {
		print_choices(row->unit, choices);
		fputs(choices, file);
	} else {
		fputs(row->unit, file);
	}
	if (row->otherwise[0] != '\0')
		fprintf(file, ", default %s", row->otherwise);
}
