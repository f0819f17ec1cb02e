/* SPDX-License-Identifier: MIT */
#include "conf_folder.h"

#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct options options;
char reason[OPTIONS_REASON];
static char folder[PATH];

void
conf_open(void)
{
	strcpy(folder, "/tmp/chand-options-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	strcpy(reason, "untouched");
}

void
conf_close(void)
{
	char command[PATH + 20];

	options_fini(&options);
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

const char *
path_of(const char *name)
{
	static char paths[4][2 * PATH];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

void
write_bytes(const char *name, const char *text, size_t size)
{
	FILE *file;

	if (strchr(name, '/') != NULL)
		mkdir(path_of("conf.d"), 0700);
	file = fopen(path_of(name), "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

void
write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

int
read_with(char *const *environment, const char *word)
{
	char config[2 * PATH + 20], last[PATH];
	char name[] = "chand";
	char *argv[] = { name, config, last, NULL };

	snprintf(config, sizeof config, "--config=%s", path_of("chand.conf"));
	snprintf(last, sizeof last, "%s", word != NULL ? word : "");
	options_fini(&options);
	return options_read(&options, word != NULL ? 3 : 2, argv, environment,
			    NULL, reason);
}

int
read_alone(void)
{
	return read_with((char *[]){ NULL }, NULL);
}

int
read_text(const char *text)
{
	write_file("chand.conf", text);
	return read_alone();
}

void
says(const char *name, const char *rest)
{
	char all[3 * PATH];

	snprintf(all, sizeof all, "%s%s", path_of(name), rest);
	ck_assert_str_eq(reason, all);
}
