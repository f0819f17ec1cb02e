/* SPDX-License-Identifier: MIT */
/*
 * What the core costs: CPU time and instructions of each operation, among 1,
 * 1,000 and 1,000,000 others; and the memory of as many parked tasks.
 *
 *   core [--smoke] [--json FILE] [--only WORD]
 */
#include "crowd.h"
#include "operations.h"
#include "steps.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZES = 3, TABLES = 3, MOST = 40, MOST_STEPPED = 64 };

static size_t sizes[SIZES] = { 1, 1000, 1000000 };
static unsigned passes = 2, rounds = 3;
static bool counts = true;	/* instructions */
static size_t at_least = 20000; /* operations in a round */

static const struct operation *const tables[TABLES] = { task_operations,
							chan_operations,
							held_operations };

static struct row {
	const struct operation *operation;
	double ns[SIZES]; /* the best of all rounds; 0: none yet */
	double instructions[SIZES];
} rows[MOST];
static unsigned row_count;

static struct memory {
	double resident, tables; /* bytes */
	double make_ns;		 /* each; the best of all passes */
} memory[SIZES];

static double
cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static void
keep_least(double *best, double value)
{
	if (*best == 0 || value < *best)
		*best = value;
}

/* ---- an operation ---- */

/* What a count of it has to be a multiple of. */
static size_t
unit(const struct operation *operation, bool is_for_all)
{
	return is_for_all && crowd.count > operation->batch ? crowd.count
							    : operation->batch;
}

static double
time_of(const struct operation *operation, size_t count)
{
	double begin = cpu_ns();

	operation->run(count);
	return (cpu_ns() - begin) / (double)count;
}

static double
steps_of(const struct operation *operation, size_t count)
{
	steps_begin();
	operation->run(count);
	return (double)steps_end();
}

/*
 * The difference is without what it takes to begin and to end. A step costs
 * some 20 us of the kernel's time.
 */
static double
instructions_of(const struct operation *operation)
{
	size_t count =
	    unit(operation, operation->is_for_all && !operation->can_be_part);
	double once, twice;

	if (count > MOST_STEPPED)
		return 0;
	once = steps_of(operation, count);
	twice = steps_of(operation, 2 * count);
	return twice > once ? (twice - once) / (double)count : 0;
}

static void
measure(struct row *row, unsigned size)
{
	const struct operation *operation = row->operation;
	size_t count = unit(operation, operation->is_for_all);

	if (operation->open != NULL)
		operation->open();
	operation->run(count); /* to be warm */
	count *= (at_least + count - 1) / count;
	for (unsigned i = 0; i < rounds; i++)
		keep_least(&row->ns[size], time_of(operation, count));
	if (row->instructions[size] == 0 && counts)
		row->instructions[size] = instructions_of(operation);
	crowd_rest();
	if (operation->close != NULL)
		operation->close();
}

/* ---- memory ---- */

/* A line of /proc/self/status, in bytes; 0 where there is none. */
static double
status_of(const char *key)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[128];
	double kib = 0;

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kib = strtod(line + strlen(key), NULL);
	fclose(file);
	return 1024 * kib;
}

static void
open_crowd(unsigned size)
{
	double resident = status_of("VmRSS:"),
	       page_tables = status_of("VmPTE:");
	double begin = cpu_ns();

	crowd_open(sizes[size]);
	keep_least(&memory[size].make_ns,
		   (cpu_ns() - begin) / (double)sizes[size]);
	if (memory[size].resident > 0)
		return;
	memory[size].resident = status_of("VmRSS:") - resident;
	memory[size].tables = status_of("VmPTE:") - page_tables;
}

/* ---- what is said ---- */

static void
print_known(double value)
{
	if (value == 0)
		printf("%9s", "-");
	else
		printf("%9.1f", value);
}

static void
print_row(const struct row *row)
{
	const double *ns = row->ns;

	printf("%-34s %-18s", row->operation->name, row->operation->others);
	for (unsigned i = 0; i < SIZES; i++)
		printf("%9.1f", ns[i]);
	for (unsigned i = 1; i < SIZES; i++)
		printf("%7.1f", ns[i] / ns[0]);
	for (unsigned i = 0; i < SIZES; i++)
		print_known(row->instructions[i]);
	print_known(row->operation->goal);
	putchar('\n');
}

static void
print_memory(void)
{
	const struct memory *m = &memory[SIZES - 1];
	double count = (double)sizes[SIZES - 1];
	double total = m->resident + m->tables;

	printf("\n%.0f parked tasks: %.3f GiB resident, and %.3f GiB of page "
	       "tables; %.0f bytes each (goal: 4.2 GiB)\n"
	       "made in %.2f us each (goal: 3)\n",
	       count, m->resident / (1 << 30), m->tables / (1 << 30),
	       total / count, m->make_ns / 1000);
}

static void
print_all(void)
{
	printf("%-34s %-18s%27s%14s%27s\n", "", "", "ns of CPU", "ratio to 1",
	       "instructions");
	printf("%-34s %-18s", "each", "among others");
	for (unsigned i = 0; i < SIZES; i++)
		printf("%9zu", sizes[i]);
	for (unsigned i = 1; i < SIZES; i++)
		printf("%7zu", sizes[i]);
	for (unsigned i = 0; i < SIZES; i++)
		printf("%9zu", sizes[i]);
	printf("%9s\n", "goal/ns");
	for (unsigned i = 0; i < row_count; i++)
		print_row(&rows[i]);
	print_memory();
}

static void
write_numbers(FILE *file, const char *key, const double values[SIZES])
{
	fprintf(file, ", \"%s\": [%.1f, %.1f, %.1f]", key, values[0], values[1],
		values[2]);
}

static void
write_rows(FILE *file)
{
	for (unsigned i = 0; i < row_count; i++) {
		fprintf(file, "%s\n  {\"name\": \"%s\", \"others\": \"%s\"",
			i > 0 ? "," : "", rows[i].operation->name,
			rows[i].operation->others);
		write_numbers(file, "ns", rows[i].ns);
		write_numbers(file, "instructions", rows[i].instructions);
		fprintf(file, ", \"goal_ns\": %.0f}", rows[i].operation->goal);
	}
}

static void
write_memory(FILE *file)
{
	for (unsigned i = 0; i < SIZES; i++)
		fprintf(file,
			"%s\n  {\"tasks\": %zu, \"resident_bytes\": %.0f, "
			"\"page_table_bytes\": %.0f, \"make_ns\": %.0f}",
			i > 0 ? "," : "", sizes[i], memory[i].resident,
			memory[i].tables, memory[i].make_ns);
}

static int
write_json(const char *path)
{
	FILE *file = fopen(path, "we");

	if (file == NULL) {
		perror(path);
		return EXIT_FAILURE;
	}
	fprintf(file, "{\"others\": [%zu, %zu, %zu],\n \"operations\": [",
		sizes[0], sizes[1], sizes[2]);
	write_rows(file);
	fputs("],\n \"memory\": [", file);
	write_memory(file);
	fputs("]}\n", file);
	return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- what is done ---- */

static void
choose(const char *word)
{
	const struct operation *operation;

	for (int i = 0; i < TABLES; i++)
		for (operation = tables[i]; operation->name != NULL;
		     operation++)
			if (strstr(operation->name, word) != NULL &&
			    row_count < MOST)
				rows[row_count++].operation = operation;
}

/* Where guards are mappings, there are not enough of them for a million. */
static void
limit_sizes(void)
{
	size_t most;

	sched_init(&(struct sched_config){ 0 });
	most = sched_most_tasks() / 2;
	sched_fini();
	for (unsigned i = 0; i < SIZES; i++)
		if (sizes[i] > most)
			sizes[i] = most;
}

static void
run_smoke(void)
{
	sizes[1] = 10;
	sizes[2] = 100;
	passes = rounds = 1;
	counts = false;
	at_least = 1;
}

/* Rounds of one operation lie apart, so that other load hits few of them. */
static void
run_all(void)
{
	for (unsigned pass = 0; pass < passes; pass++)
		for (unsigned size = 0; size < SIZES; size++) {
			open_crowd(size);
			for (unsigned i = 0; i < row_count; i++)
				measure(&rows[i], size);
			crowd_close();
		}
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "smoke", no_argument, NULL, 's' },
		{ "json", required_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ 0 },
	};
	const char *json = NULL, *only = "";
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 's':
			run_smoke();
			break;
		case 'j':
			json = optarg;
			break;
		case 'o':
			only = optarg;
			break;
		default:
			return 2;
		}
	if (counts)
		steps_init();
	choose(only);
	limit_sizes();
	run_all();
	print_all();
	return json != NULL ? write_json(json) : EXIT_SUCCESS;
}
