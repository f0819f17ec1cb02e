/* SPDX-License-Identifier: MIT */
#include "options/section.h"

#include "options/value.h"
#include "proto/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHANNEL_MOST = 255, NAME_MOST = 64 };

const struct option_row *
section_find(const struct section *section, const char *key)
{
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (option_rows[i].section == section->number &&
		    strcmp(option_rows[i].key, key) == 0)
			return &option_rows[i];
	return NULL;
}

int
section_set_defaults(enum section_number number, void *base, char *reason)
{
	static const struct origin nowhere = { NULL, 0 };
	const struct option_row *row;
	struct origin where;
	int r = 0;

	for (row = option_rows; row < option_rows + ROW_COUNT && r == 0; row++)
		if (row->section == number && row->otherwise[0] != '\0')
			r = value_set(row, base, &where, &nowhere, row->name,
				      row->otherwise, reason);
	return r;
}

void
section_fini(enum section_number number, void *base)
{
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (option_rows[i].section == number)
			value_fini(&option_rows[i], base);
}

/* ---- those with labels ---- */

static int
check_label(const char *name, const char *label, size_t most, char *reason)
{
	size_t size = strlen(label);

	if (size >= 1 && size <= most && utf8_is_clean(label, size))
		return 0;
	return option_fail(reason,
			   "[%s %s]: the name must be 1 to %zu bytes of UTF-8 "
			   "without control characters",
			   name, label, most);
}

/* A zeroed place behind the last one of an array, or NULL. */
static void *
grow(void **array, size_t count, size_t size)
{
	char *larger = reallocarray(*array, count + 1, size);

	if (larger == NULL)
		return NULL;
	*array = larger;
	return memset(larger + count * size, 0, size);
}

static int
fail_memory(char *reason)
{
	option_fail(reason, "out of memory");
	return -ENOMEM;
}

static int
fail_repeated(const struct section_row *row, const char *label,
	      const struct origin *before, char *reason)
{
	char place[ORIGIN_TEXT];

	return option_fail(reason, "[%s %.64s] was begun at %s already",
			   row->name, label, origin_print(before, place));
}

/* In another file the same glob is another section, which wins over it. */
static int
begin_channel(struct options *options, const char *label,
	      const struct origin *origin, struct section *section,
	      char *reason)
{
	struct channel_options *new;
	void *array = options->channels;

	for (size_t i = 0; i < options->channel_count; i++)
		if (options->channels[i].origin.place == origin->place &&
		    strcmp(options->channels[i].label, label) == 0)
			return fail_repeated(
			    &option_sections[section->number], label,
			    &options->channels[i].origin, reason);
	new = grow(&array, options->channel_count, sizeof *new);
	options->channels = array;
	if (new == NULL || (new->label = strdup(label)) == NULL)
		return fail_memory(reason);
	options->channel_count++;
	new->origin = *origin;
	section->base = new;
	section->origins = new->origins;
	return section_set_defaults(section->number, new, reason);
}

static int
begin_principal(struct options *options, const char *label,
		const struct origin *origin, struct section *section,
		char *reason)
{
	struct principal_options *new;
	void *array = options->principals;

	for (size_t i = 0; i < options->principal_count; i++)
		if (strcmp(options->principals[i].label, label) == 0)
			return fail_repeated(
			    &option_sections[section->number], label,
			    &options->principals[i].origin, reason);
	new = grow(&array, options->principal_count, sizeof *new);
	options->principals = array;
	if (new == NULL || (new->label = strdup(label)) == NULL)
		return fail_memory(reason);
	options->principal_count++;
	new->origin = *origin;
	section->base = new;
	section->origins = new->origins;
	return section_set_defaults(section->number, new, reason);
}

static int
begin_labelled(struct options *options, const char *label,
	       const struct origin *origin, struct section *section,
	       char *reason)
{
	const char *name = option_sections[section->number].name;
	bool is_channel = section->number == SECTION_channel;
	int r = check_label(name, label, is_channel ? CHANNEL_MOST : NAME_MOST,
			    reason);

	if (r < 0)
		return r;
	return is_channel
		   ? begin_channel(options, label, origin, section, reason)
		   : begin_principal(options, label, origin, section, reason);
}

int
section_begin(struct options *options, const char *name, const char *label,
	      const struct origin *origin, struct section *section,
	      char *reason)
{
	unsigned i = 0;

	while (i < SECTION_COUNT && strcmp(option_sections[i].name, name) != 0)
		i++;
	if (i == SECTION_COUNT)
		return option_fail(reason, "there is no section [%.64s]", name);
	section->number = i;
	if (option_sections[i].label[0] != '\0')
		return begin_labelled(options, label, origin, section, reason);
	if (*label != '\0')
		return option_fail(
		    reason, "[%s] has no name of its own: \"%s\"", name, label);
	section->base = options;
	section->origins = options->origins;
	return 0;
}
