/* SPDX-License-Identifier: MIT */
/*
 * file.c - libinih reads keys and values; the lines with sections we read
 * ourselves, as it cuts a name at 49 bytes and does not tell of a section
 * without keys.
 */
#include "options/file.h"

#include "options/section.h"
#include "options/value.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct options *options;
	const char *path; /* the options' own */
	FILE *file;
	char *reason;
	char *text; /* of a line; getline's */
	size_t text_size;
	unsigned line;
	struct section section; /* that we are in */
	bool is_in_section;
	int result; /* of the first thing that went wrong */
};

/* What is wrong here, with the place in front. */
static int FORMAT(2) blame(struct reading *r, const char *format, ...)
{
	char what[OPTIONS_REASON];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	r->result = option_fail(r->reason, "%.*s:%u: %.270s", ORIGIN_TEXT - 20,
				r->path, r->line, what);
	return r->result;
}

/* ---- sections ---- */

/* "[channel jobs.*]": its name and its label, within the line. */
static int
split_heading(struct reading *r, char **name, char **label)
{
	char *text = r->text, *end = strrchr(text, ']'), *behind;

	if (end == NULL)
		return blame(r, "a section's ']' is missing");
	behind = end + 1 + strspn(end + 1, " \t\r\n");
	if (*behind != '\0' && *behind != ';' && *behind != '#')
		return blame(r, "what is this behind a section: \"%.*s\"",
			     (int)strcspn(behind, "\r\n"), behind);
	*end = '\0';
	*name = text + 1 + strspn(text + 1, " \t");
	*label = *name + strcspn(*name, " \t");
	if (**label != '\0')
		*(*label)++ = '\0';
	*label += strspn(*label, " \t");
	for (end = *label + strlen(*label);
	     end > *label && (end[-1] == ' ' || end[-1] == '\t');)
		*--end = '\0';
	return 0;
}

static int
begin_section(struct reading *r)
{
	struct origin origin = { r->path, r->line };
	char what[OPTIONS_REASON], *name = NULL, *label = NULL;
	int result = split_heading(r, &name, &label);

	if (result < 0)
		return result;
	result =
	    section_begin(r->options, name, label, &origin, &r->section, what);
	r->is_in_section = result == 0;
	return result < 0 ? blame(r, "%s", what) : 0;
}

/* ---- lines ---- */

/* A section's line is ours; the library is shown one that it likes. */
static int
look_at(struct reading *r)
{
	const char *first = r->text + strspn(r->text, " \t");

	if (*first != '[')
		return 0;
	if (first != r->text)
		return blame(r, "a section begins at the start of its line");
	if (begin_section(r) < 0)
		return r->result;
	strcpy(r->text, "[]\n");
	return 0;
}

/* The library leaves it in a line that goes on with the one before. */
static void
cut_comment(char *text)
{
	char *at = text;

	while ((at = strchr(at, ';')) != NULL) {
		if (at > text && strchr(" \t\r\v\f", at[-1]) != NULL) {
			strcpy(at, "\n");
			return;
		}
		at++;
	}
}

/* As fgets(), for ini_parse_stream(): one whole line. */
static char *
next_line(char *to, int room, void *context)
{
	struct reading *r = context;
	ssize_t size;

	if (r->result < 0)
		return NULL;
	size = getline(&r->text, &r->text_size, r->file);
	if (size < 0)
		return NULL;
	r->line++;
	if (memchr(r->text, '\0', (size_t)size) != NULL)
		blame(r, "a byte 0 is in this line");
	else if (look_at(r) == 0 && strlen(r->text) >= (size_t)room)
		blame(r, "a line can be %d bytes long, not %zd", room - 1,
		      size);
	if (r->result < 0)
		return NULL;
	cut_comment(r->text);
	return strcpy(to, r->text);
}

/* Scalars are set once in a file; a list may go on. */
static bool
is_repeated(const struct reading *r, const struct option_row *row,
	    const struct origin *where)
{
	return row->type != TYPE_WORDS && row->type != TYPE_URLS &&
	       where->place == r->path;
}

static int
set_key(struct reading *r, const char *key, const char *value)
{
	struct origin origin = { r->path, r->line };
	char what[OPTIONS_REASON];
	const struct option_row *row;
	struct origin *where;
	int result;

	if (!r->is_in_section)
		return blame(r, "%s stands in no section", key);
	row = section_find(&r->section, key);
	if (row == NULL)
		return blame(r, "there is no key \"%s\" in [%s]", key,
			     option_sections[r->section.number].name);
	where = &r->section.origins[row - option_rows];
	if (is_repeated(r, row, where))
		return blame(r, "%s was set at line %u already", key,
			     where->line);
	result =
	    value_set(row, r->section.base, where, &origin, key, value, what);
	if (result < 0) {
		blame(r, "%s", what);
		r->result = result;
	}
	return result;
}

/* For the library: 1 is good, and at 0 it goes on to the next line. */
static int
found(void *context, const char *section, const char *key, const char *value)
{
	struct reading *r = context;

	(void)section;
	if (r->result == 0)
		set_key(r, key, value);
	return r->result == 0;
}

static int
parse(struct reading *r)
{
	int wrong = ini_parse_stream(next_line, r, found, r);

	if (wrong > 0 && (r->result == 0 || (unsigned)wrong < r->line)) {
		r->line = (unsigned)wrong;
		blame(r, "neither a [section] nor KEY = VALUE");
	} else if (wrong < 0 || (r->result == 0 && ferror(r->file) != 0)) {
		blame(r, "cannot be read");
		r->result = -EIO;
	}
	return r->result;
}

/* ---- files ---- */

/* The options keep the name: origins point to it. */
static const char *
keep_name(struct options *options, const char *path)
{
	char **files = reallocarray(options->files, options->file_count + 1,
				    sizeof *files);
	char *copy;

	if (files == NULL)
		return NULL;
	options->files = files;
	copy = strdup(path);
	if (copy != NULL)
		files[options->file_count++] = copy;
	return copy;
}

static int
fail_file(const char *path, int error, char *reason)
{
	option_fail(reason, "%.*s: %s", ORIGIN_TEXT, path, strerror(-error));
	return error;
}

static int
read_file(struct options *options, const char *path, char *reason)
{
	struct reading reading = { .options = options, .reason = reason };
	int result;

	reading.path = keep_name(options, path);
	if (reading.path == NULL)
		return fail_file(path, -ENOMEM, reason);
	reading.file = fopen(path, "re");
	if (reading.file == NULL)
		return fail_file(path, -errno, reason);
	result = parse(&reading);
	fclose(reading.file);
	free(reading.text);
	return result;
}

static int
is_part(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 5 &&
	       strcmp(entry->d_name + size - 5, ".conf") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
read_part(struct options *options, const char *folder, const char *name,
	  char *reason)
{
	char *path = NULL;
	int r;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return fail_file(folder, -ENOMEM, reason);
	r = read_file(options, path, reason);
	free(path);
	return r;
}

static int
read_folder(struct options *options, const char *folder, char *reason)
{
	struct dirent **parts;
	int count = scandir(folder, &parts, is_part, by_bytes), r = 0;

	if (count < 0)
		return errno == ENOENT || errno == ENOTDIR
			   ? 0
			   : fail_file(folder, -errno, reason);
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = read_part(options, folder, parts[i]->d_name,
				      reason);
		free(parts[i]);
	}
	free(parts);
	return r;
}

int
file_read_all(struct options *options, const char *path, char *reason)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;
	int r = read_file(options, path, reason);

	if (r < 0)
		return r;
	if (asprintf(&folder, "%.*sconf.d",
		     slash != NULL ? (int)(slash - path) + 1 : 0, path) < 0)
		return fail_file(path, -ENOMEM, reason);
	r = read_folder(options, folder, reason);
	free(folder);
	return r;
}
