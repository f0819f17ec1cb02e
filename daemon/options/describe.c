/* SPDX-License-Identifier: MIT */
/*
 * describe.c - the table for people: --help, the sample, the manuals.
 */
#include "options/value.h"

#include <string.h>

enum { WIDTH = 79 };

/* ---- --help ---- */

static void
print_word(const struct option_row *row, FILE *file)
{
	char word[OPTION_NAME];

	fprintf(file, "  %s ", option_word(row, word));
	fprintf(file, "%s\n      %s\n      (",
		row->type == TYPE_URLS	   ? "URL"
		: row->type == TYPE_CHOICE ? "WORD"
					   : "VALUE",
		row->help);
	value_print_range(row, file);
	fputs(")\n", file);
}

void
options_print_help(FILE *file)
{
	fputs("usage: chand [OPTION]...\n\n"
	      "The daemon that keeps named rendezvous channels.\n\n"
	      "  --config FILE\n"
	      "      read FILE, and conf.d/*.conf beside it: see "
	      "chand.conf(5)\n"
	      "  --check-config\n"
	      "      say what is wrong with it, and do not start\n"
	      "  --help\n"
	      "      this\n"
	      "  --version\n"
	      "      the version\n\n"
	      "Options of the file; in the environment --max-message is "
	      "CHAND_MAX_MESSAGE:\n\n",
	      file);
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (option_is_global(&option_rows[i]))
			print_word(&option_rows[i], file);
}

/* ---- chand.conf ---- */

/* A paragraph of comment, in lines that are not too long. */
static void
print_comment(const char *text, FILE *file)
{
	size_t column = 0, size;

	for (; *text != '\0'; text += size + strspn(text + size, " ")) {
		size = strcspn(text, " ");
		if (column > 0 && column + 1 + size > WIDTH) {
			fputc('\n', file);
			column = 0;
		}
		fputs(column == 0 ? "# " : " ", file);
		fwrite(text, 1, size, file);
		column += size + (column == 0 ? 2 : 1);
	}
	fputc('\n', file);
}

static void
print_sample_row(const struct option_row *row, FILE *file)
{
	char text[512] = "";
	FILE *line = fmemopen(text, sizeof text, "w");

	if (line == NULL)
		return;
	fprintf(line, "%s (", row->help);
	value_print_range(row, line);
	fprintf(line, ")%s",
		row->change == CHANGE_START ? "; a start is needed" : "");
	fclose(line);
	fputc('\n', file);
	print_comment(text, file);
	fprintf(file, "#%s =%s%s\n", row->key,
		row->otherwise[0] != '\0' ? " " : "", row->otherwise);
}

void
options_print_sample(FILE *file)
{
	const struct section_row *section;

	fputs("# chand.conf - the daemon of named rendezvous channels; see "
	      "chand.conf(5).\n"
	      "# Everything is commented out, and as it is without this "
	      "file.\n",
	      file);
	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		section = &option_sections[i];
		fputc('\n', file);
		print_comment(section->help, file);
		if (section->label[0] == '\0')
			fprintf(file, "[%s]\n", section->name);
		else
			fprintf(file, "#[%s %s]\n", section->name,
				section->label);
		for (unsigned j = 0; j < ROW_COUNT; j++)
			if (option_rows[j].section == i)
				print_sample_row(&option_rows[j], file);
	}
}

/* ---- for scdoc ---- */

/* scdoc takes these for its own. */
static void
print_escaped(const char *text, FILE *file)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\*_<>#[]", *text) != NULL)
			fputc('\\', file);
		fputc(*text, file);
	}
}

static void
print_range_escaped(const struct option_row *row, FILE *file)
{
	char text[256] = "";
	FILE *line = fmemopen(text, sizeof text, "w");

	if (line == NULL)
		return;
	value_print_range(row, line);
	fclose(line);
	print_escaped(text, file);
}

static void
print_manual_row(const struct option_row *row, FILE *file)
{
	fputs("*", file);
	print_escaped(row->key, file);
	fputs("* = _", file);
	fputs(row->type == TYPE_URLS ? "url..." : "value", file);
	fputs("_\n\t", file);
	print_escaped(row->help, file);
	fputs("++\n(", file);
	print_range_escaped(row, file);
	fprintf(file, ").%s\n\n",
		row->change == CHANGE_START ? " A start is needed." : "");
}

void
options_print_manual(FILE *file)
{
	const struct section_row *section;

	for (unsigned i = 0; i < SECTION_COUNT; i++) {
		section = &option_sections[i];
		/* scdoc takes a heading as it is. */
		fprintf(file, "## [%s%s%s]\n\n", section->name,
			section->label[0] != '\0' ? " " : "", section->label);
		print_escaped(section->help, file);
		fputs("\n\n", file);
		for (unsigned j = 0; j < ROW_COUNT; j++)
			if (option_rows[j].section == i)
				print_manual_row(&option_rows[j], file);
	}
}

void
options_print_words(FILE *file)
{
	char word[OPTION_NAME];

	for (unsigned i = 0; i < ROW_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_is_global(row))
			continue;
		fputs("*", file);
		print_escaped(option_word(row, word), file);
		fputs("* _value_, *", file);
		print_escaped(option_variable(row, word), file);
		fputs("*\n\t*", file);
		print_escaped(row->key, file);
		fprintf(file, "* in *\\[%s\\]*.\n\n",
			option_sections[row->section].name);
	}
}
