/* SPDX-License-Identifier: MIT */
/*
 * config.c - any text as chand.conf and the parts of conf.d beside it: what
 * stands between two bytes 1 is a file, two parts at most. A file that must
 * not be read, and would not be accepted, lies beside them.
 *
 * A finding is: a refusal of which one line does not say in which file, and on
 * which line of it; options that, written down again, are read as others.
 */
#include "options/options.h"
#include "options/value.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target.h"

enum { FILES = 3, PATH = 100, LINE_MOST = 190 };

static const char *const names[FILES] = { "chand.conf", "conf.d/a.conf",
					  "conf.d/b.conf" };
static const char *const ignored[] = { "conf.d/.c.conf", "conf.d/c.conf~" };
static char folder[] = "/tmp/chand-fuzz-XXXXXX";
static char paths[FILES][PATH];
static unsigned lines[FILES]; /* of each file; 0: there is none */

/* ---- the files ---- */

static const char *
path_of(const char *name)
{
	static char path[PATH];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static FILE *
create(const char *path)
{
	FILE *file = fopen(path, "w");

	must(file != NULL, "a file cannot be made");
	return file;
}

static void
clean_up(void)
{
	for (unsigned i = 0; i < FILES; i++)
		unlink(paths[i]);
	for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
		unlink(path_of(ignored[i]));
	rmdir(path_of("conf.d"));
	rmdir(folder);
}

static void
prepare(void)
{
	FILE *file;

	if (paths[0][0] != '\0')
		return;
	must(mkdtemp(folder) != NULL && mkdir(path_of("conf.d"), 0700) == 0,
	     "no folder");
	for (unsigned i = 0; i < FILES; i++)
		strcpy(paths[i], path_of(names[i]));
	for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++) {
		file = create(path_of(ignored[i]));
		fputs("must not be read\n", file);
		fclose(file);
	}
	atexit(clean_up);
}

static unsigned
count_lines(const uint8_t *data, size_t size)
{
	unsigned count = 1;

	for (size_t i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

/* The first one is always there. */
static void
write_files(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *stop;
	FILE *file;

	for (unsigned i = 0; i < FILES; i++) {
		lines[i] = 0;
		unlink(paths[i]);
		if (data == NULL)
			continue;
		stop = size > 0 ? memchr(data, 1, (size_t)(end - data)) : NULL;
		size = (size_t)((stop != NULL ? stop : end) - data);
		file = create(paths[i]);
		fwrite(data, 1, size, file);
		fclose(file);
		lines[i] = count_lines(data, size);
		data = stop != NULL ? stop + 1 : NULL;
	}
}

static int
read_files(struct options *options, char *reason)
{
	char name[] = "chand", config[PATH + 16];
	char *argv[] = { name, config, NULL };

	snprintf(config, sizeof config, "--config=%s", paths[0]);
	return options_read(options, 2, argv, (char *[]){ NULL }, NULL, reason);
}

/* ---- a refusal ---- */

/* "FILE:LINE: " of a file that is there, and a line that it has. */
static bool
names_line(const char *reason)
{
	size_t size;
	char *end;
	unsigned long line;

	for (unsigned i = 0; i < FILES; i++) {
		size = strlen(paths[i]);
		if (strncmp(reason, paths[i], size) != 0 || reason[size] != ':')
			continue;
		line = strtoul(reason + size + 1, &end, 10);
		return line >= 1 && line <= lines[i] &&
		       strncmp(end, ": ", 2) == 0 && end[2] != '\0';
	}
	return false;
}

static void
check_refusal(int r, const char *reason)
{
	must(r == -EINVAL, "refused for another error");
	must(memchr(reason, '\0', OPTIONS_REASON) != NULL, "a reason too long");
	must(strchr(reason, '\n') == NULL, "a reason of several lines");
	must(names_line(reason), "a reason that names no line of a file");
}

/* ---- written down again ---- */

static void
print_item(FILE *file, const char *key, const char *item)
{
	/* What is longer has come on a line of its own. */
	bool fits = strlen(key) + strlen(item) < LINE_MOST;

	fprintf(file, fits ? "%s=%s\n" : "%s=\n %s\n", key, item);
}

static void
print_list(FILE *file, const struct option_row *row, const void *field)
{
	const struct word_list *words = field;
	const struct url_list *urls = field;
	char text[URL_TEXT_MAX];

	if (row->type == TYPE_URLS) {
		for (size_t i = 0; i < urls->count; i++) {
			url_print(&urls->items[i], text);
			print_item(file, row->key, text);
		}
		return;
	}
	if (words->count == 0)
		fprintf(file, "%s=\n", row->key);
	for (size_t i = 0; i < words->count; i++)
		print_item(file, row->key, words->items[i]);
}

static void
print_choice(FILE *file, const struct option_row *row, unsigned choice)
{
	const char *word = row->unit;

	for (; choice > 0; choice--)
		word = strchr(word, '|') + 1;
	fprintf(file, "%s=%.*s\n", row->key, (int)strcspn(word, "|"), word);
}

static void
print_value(FILE *file, const struct option_row *row, const void *base)
{
	const void *field = (const char *)base + row->offset;
	const char *text;

	switch (row->type) {
	case TYPE_BOOLEAN:
		fprintf(file, "%s=%s\n", row->key,
			*(const bool *)field ? "yes" : "no");
		break;
	case TYPE_CHOICE:
		print_choice(file, row, *(const unsigned *)field);
		break;
	case TYPE_TEXT:
	case TYPE_PATH:
		text = *(char *const *)field;
		fprintf(file, "%s=%s\n", row->key, text != NULL ? text : "");
		break;
	case TYPE_WORDS:
	case TYPE_URLS:
		print_list(file, row, field);
		break;
	case TYPE_MODE:
		fprintf(file, "%s=%zo\n", row->key, *(const size_t *)field);
		break;
	case TYPE_INTEGER:
		fprintf(file, "%s=%ld\n", row->key, *(const long *)field);
		break;
	default:
		fprintf(file, "%s=%zu%s\n", row->key, *(const size_t *)field,
			row->type == TYPE_SECONDS ? "ms" : "");
	}
}

/* What that file has set in a struct of this section. */
static void
print_section(FILE *file, enum section_number section, const char *label,
	      const struct origin *origins, const void *base, const char *place)
{
	fprintf(file, "[%s %s]\n", option_sections[section].name, label);
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (option_rows[i].section == section &&
		    origins[i].place == place)
			print_value(file, &option_rows[i], base);
}

static void
print_file(FILE *file, const struct options *options, const char *place)
{
	const struct channel_options *channel;
	const struct principal_options *principal;

	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (option_sections[i].label[0] == '\0')
			print_section(file, i, "", options->origins, options,
				      place);
	for (size_t i = 0; i < options->channel_count; i++) {
		channel = &options->channels[i];
		if (channel->origin.place == place)
			print_section(file, SECTION_channel, channel->label,
				      channel->origins, channel, place);
	}
	for (size_t i = 0; i < options->principal_count; i++) {
		principal = &options->principals[i];
		if (principal->origin.place == place)
			print_section(file, SECTION_principal, principal->label,
				      principal->origins, principal, place);
	}
}

static void
print_files(const struct options *options)
{
	FILE *file;

	for (size_t i = 0; i < options->file_count; i++) {
		must(i < FILES && strcmp(options->files[i], paths[i]) == 0,
		     "another file was read, or in another order");
		file = create(paths[i]);
		print_file(file, options, options->files[i]);
		fclose(file);
	}
}

/* ---- the same ---- */

static void
check_rows(enum section_number section, const void *base, const void *other)
{
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (option_rows[i].section == section)
			must(value_equals(&option_rows[i], base, other),
			     option_rows[i].name);
}

static void
check_same(const struct options *a, const struct options *b)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (option_sections[i].label[0] == '\0')
			check_rows(i, a, b);
	must(a->channel_count == b->channel_count &&
		 a->principal_count == b->principal_count,
	     "more sections, or fewer");
	for (size_t i = 0; i < a->channel_count; i++) {
		must(strcmp(a->channels[i].label, b->channels[i].label) == 0,
		     "another channel");
		check_rows(SECTION_channel, &a->channels[i], &b->channels[i]);
	}
	for (size_t i = 0; i < a->principal_count; i++) {
		must(strcmp(a->principals[i].label, b->principals[i].label) ==
			 0,
		     "another principal");
		check_rows(SECTION_principal, &a->principals[i],
			   &b->principals[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct options options, again;
	static char reason[OPTIONS_REASON];
	int r;

	prepare();
	write_files(data, size);
	r = read_files(&options, reason);
	if (r < 0) {
		check_refusal(r, reason);
	} else {
		must(r == OPTIONS_RUN, "another wish");
		print_files(&options);
		must(read_files(&again, reason) == OPTIONS_RUN, reason);
		check_same(&options, &again);
		options_fini(&again);
	}
	options_fini(&options);
	return 0;
}
