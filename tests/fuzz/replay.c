/* SPDX-License-Identifier: MIT */
/*
 * replay.c - a target without libFuzzer: shows it what lies in the directories
 * that it is given, by default in the corpus of its own name.
 *
 * Aborts at the first finding; the file's name is the last one printed.
 */
#include "tests/bytes.h"

#include <dirent.h>

#include "target.h"

enum { LARGEST = 1 << 20 };

static void
replay_file(const char *path)
{
	static uint8_t data[LARGEST];
	FILE *file = fopen(path, "rb");
	struct bytes bytes;

	must(file != NULL, path);
	bytes = bytes_copy(data, fread(data, 1, sizeof data, file));
	must(fclose(file) == 0, path);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(bytes.data, bytes.size);
	bytes_free(&bytes);
}

static unsigned
replay(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	char path[4096];
	unsigned passed = 0;

	must(dir != NULL, directory);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		replay_file(path);
		passed++;
	}
	closedir(dir);
	return passed;
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	const char *slash = strrchr(argv[0], '/');
	char corpus[4096];
	unsigned passed = 0;

	snprintf(corpus, sizeof corpus, "%s/tests/corpus/%s",
		 srcdir != NULL ? srcdir : ".",
		 slash != NULL ? slash + 1 : argv[0]);
	if (argc < 2)
		passed = replay(corpus);
	for (int i = 1; i < argc; i++)
		passed += replay(argv[i]);
	printf("%u passed, 0 failed\n", passed);
	return passed > 0 ? 0 : 1;
}
