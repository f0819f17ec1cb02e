/* SPDX-License-Identifier: MIT */
/*
 * main.c - many runs; of one that fails, the shortest that fails so.
 *
 * Runs are made by a child, so that a crash is a failure like any other.
 */
#include "main.h"

#include "base/log.h"
#include "sim.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_MOST = 20, EXIT_VIOLATION = 3 };

struct shared *shared;
static struct script script;

void
violation(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(shared->reason, sizeof shared->reason, format, arguments);
	va_end(arguments);
	_exit(EXIT_VIOLATION);
}

/* ---- a child ---- */

static void
be_quiet(void)
{
	if (getenv("SIM_STDERR") == NULL &&
	    freopen("/dev/null", "w", stderr) == NULL)
		_exit(1);
}

/* 0, or how it ended. */
static int
wait_for(pid_t child)
{
	int status = 0;

	waitpid(child, &status, 0);
	if (WIFSIGNALED(status) && shared->reason[0] == '\0')
		snprintf(shared->reason, sizeof shared->reason, "%s",
			 WTERMSIG(status) == SIGALRM
			     ? "it does not end"
			     : strsignal(WTERMSIG(status)));
	else if (status != 0 && shared->reason[0] == '\0')
		snprintf(shared->reason, sizeof shared->reason, "ended with %d",
			 WEXITSTATUS(status));
	return status;
}

static pid_t
spawn(void)
{
	pid_t child;

	shared->reason[0] = '\0';
	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(1);
	if (child == 0)
		be_quiet();
	return child;
}

static int
run_script(const struct options *options, const struct script *what)
{
	pid_t child = spawn();

	if (child == 0) {
		alarm(SECONDS_MOST);
		if (options->tortures)
			torture(what, options->nth);
		else
			shared->hash = sim_run(what);
		_exit(0);
	}
	return wait_for(child);
}

static void
run_one(const struct options *options, uint64_t seed)
{
	uint64_t hash;

	shared->seed = seed;
	script_draw(&script, seed, options->steps);
	if (options->tortures) {
		torture(&script, options->nth);
		return;
	}
	hash = sim_run(&script);
	shared->hash = shared->hash * 31 + hash;
	if (options->hashes_each)
		printf("%llu %016llx\n", (unsigned long long)seed,
		       (unsigned long long)hash);
}

int
run_seeds(const struct options *options)
{
	pid_t child;

	shared->hash = shared->failures = 0;
	child = spawn();
	if (child == 0) {
		for (uint64_t i = 0; i < options->seeds; i++) {
			if (i % 256 == 0 || options->tortures)
				alarm(SECONDS_MOST * 6);
			run_one(options, options->from + i);
		}
		fflush(stdout);
		_exit(0);
	}
	return wait_for(child);
}

/* ---- making it shorter ---- */

static bool
still_fails(const struct options *options, const struct script *less,
	    const char *reason)
{
	return run_script(options, less) != 0 &&
	       strcmp(shared->reason, reason) == 0;
}

static void
leave_out(const struct script *from, struct script *to, unsigned at,
	  unsigned count)
{
	to->count = 0;
	for (unsigned i = 0; i < from->count; i++)
		if (i < at || i >= at + count)
			to->steps[to->count++] = from->steps[i];
}

static void
leave_out_client(const struct script *from, struct script *to, unsigned client)
{
	to->count = 0;
	for (unsigned i = 0; i < from->count; i++)
		if (from->steps[i].client != client)
			to->steps[to->count++] = from->steps[i];
}

static bool
try_less(const struct options *options, const struct script *less,
	 const char *reason)
{
	if (less->count == script.count || !still_fails(options, less, reason))
		return false;
	script = *less;
	return true;
}

static void
shrink(const struct options *options, const char *reason)
{
	static struct script less;
	bool is_shorter = true;

	for (unsigned i = 0; i < CLIENTS_MOST; i++) {
		leave_out_client(&script, &less, i);
		try_less(options, &less, reason);
	}
	while (is_shorter) {
		is_shorter = false;
		for (unsigned size = 64; size > 0; size /= 2)
			for (unsigned at = 0; at < script.count;) {
				leave_out(&script, &less, at, size);
				if (try_less(options, &less, reason))
					is_shorter = true;
				else
					at += size;
			}
	}
}

/* ---- what it says ---- */

static double
now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
explain(const struct options *options)
{
	char reason[sizeof shared->reason];

	strcpy(reason, shared->reason);
	printf("# %s\n", reason);
	if (!options->is_whole)
		shrink(options, reason);
	printf("# the shortest script that fails so; --script FILE does it "
	       "again\n");
	if (options->tortures)
		printf("# with --torture; failure %u%s\n", shared->nth,
		       shared->more > 0 ? " and all behind it" : " alone");
	script_print(&script, stdout);
}

static int
run_file(const struct options *options)
{
	FILE *file = fopen(options->script, "re");

	if (file == NULL || !script_read(&script, file)) {
		fprintf(stderr, "%s: no script\n", options->script);
		return 2;
	}
	fclose(file);
	if (run_script(options, &script) == 0) {
		printf("1 passed, 0 failed: trace %016llx\n",
		       (unsigned long long)shared->hash);
		return 0;
	}
	if (options->shrinks)
		explain(options);
	else
		printf("# %s\n", shared->reason);
	return 1;
}

static int
run_many(const struct options *options)
{
	double began = now_seconds();

	if (run_seeds(options) != 0) {
		printf("# seed %llu of %u steps: ",
		       (unsigned long long)shared->seed, options->steps);
		script_draw(&script, shared->seed, options->steps);
		explain(options);
		printf("0 passed, 1 failed\n");
		return 1;
	}
	if (options->tortures) {
		printf("%llu passed, 0 failed: seeds from %llu on, %u steps "
		       "each; %llu failures of memory, %.1f s\n",
		       (unsigned long long)options->seeds,
		       (unsigned long long)options->from, options->steps,
		       (unsigned long long)shared->failures,
		       now_seconds() - began);
		return 0;
	}
	printf("%llu passed, 0 failed: seeds from %llu on, %u steps each, "
	       "%.1f s, trace %016llx\n",
	       (unsigned long long)options->seeds,
	       (unsigned long long)options->from, options->steps,
	       now_seconds() - began, (unsigned long long)shared->hash);
	return 0;
}

/* ---- the command ---- */

static int
usage(void)
{
	fputs("usage: sim [--seeds N] [--from SEED] [--seed SEED] [--steps N]\n"
	      "           [--script FILE [--shrink]] [--whole] [--hashes] "
	      "[--loud]\n"
	      "           [--plants] [--plant NAME] [--torture [--nth N]]\n",
	      stderr);
	return 2;
}

static bool
parse(int argc, char **argv, struct options *options)
{
	const char *value;

	for (int i = 1; i < argc; i++) {
		value = i + 1 < argc ? argv[i + 1] : "";
		if (strcmp(argv[i], "--whole") == 0) {
			options->is_whole = true;
			continue;
		}
		if (strcmp(argv[i], "--torture") == 0) {
			options->tortures = true;
			continue;
		}
		if (strcmp(argv[i], "--shrink") == 0) {
			options->shrinks = true;
			continue;
		}
		if (strcmp(argv[i], "--plants") == 0) {
			options->plant = "";
			continue;
		}
		if (strcmp(argv[i], "--loud") == 0) {
			sim.is_loud = true;
			continue;
		}
		if (strcmp(argv[i], "--hashes") == 0) {
			options->hashes_each = true;
			continue;
		}
		if (strcmp(argv[i], "--seeds") == 0)
			options->seeds = strtoull(value, NULL, 0);
		else if (strcmp(argv[i], "--from") == 0)
			options->from = strtoull(value, NULL, 0);
		else if (strcmp(argv[i], "--steps") == 0)
			options->steps = (unsigned)strtoul(value, NULL, 0);
		else if (strcmp(argv[i], "--nth") == 0)
			options->nth = (unsigned)strtoul(value, NULL, 0);
		else if (strcmp(argv[i], "--plant") == 0)
			options->plant = value;
		else if (strcmp(argv[i], "--script") == 0)
			options->script = value;
		else if (strcmp(argv[i], "--seed") == 0) {
			options->from = strtoull(value, NULL, 0);
			options->seeds = 1;
		} else
			return false;
		i++;
	}
	return true;
}

int
main(int argc, char **argv)
{
#ifdef CHAND_PLANTS
	struct options options = { .seeds = 100000, .steps = 200, .plant = "" };
#else
	struct options options = { .seeds = 20000, .steps = 200 };
#endif

	if (!parse(argc, argv, &options))
		return usage();
	log_set_level(LOG_ERROR);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	if (options.plant != NULL)
		return run_plants(&options);
	return options.script != NULL ? run_file(&options) : run_many(&options);
}
