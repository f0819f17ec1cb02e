/* SPDX-License-Identifier: MIT */
#include "model/judge.h"

#include "model/model.h"
#include "model/real.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct trace model_trace, real_trace;

/* In this process. Nothing is cleaned up after a difference. */
static int
differs_at(const struct program *program)
{
	int place;

	real_run(program, &real_trace);
	model_run(program, &model_trace);
	place = trace_difference(&model_trace, &real_trace);
	if (place < 0)
		real_clean_up();
	return place;
}

/* ---- in a child ---- */

/* What it ended with: 0, or 1, or a signal that it died of plus 256. */
static int
status_of(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child)
		abort();
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static const char *
reason_of(int status)
{
	return status > 256 ? strsignal(status - 256)
	       : status > 1 ? "it ends the process"
			    : "it differs";
}

static void
run_programs(uint64_t first, uint64_t count, uint64_t *done)
{
	struct program program;

	real_open();
	for (*done = 0; *done < count; ++*done) {
		if (*done % 1000 == 0)
			alarm(PATIENCE);
		program_make(&program, first + *done);
		if (differs_at(&program) >= 0)
			_exit(1);
	}
	real_close();
	exit(0);
}

struct verdict
judge_programs(uint64_t first, uint64_t count)
{
	uint64_t *done = mmap(NULL, sizeof *done, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct verdict verdict;
	pid_t child;
	int status;

	if (done == MAP_FAILED)
		abort();
	fflush(NULL);
	child = fork();
	if (child == 0)
		run_programs(first, count, done);
	status = status_of(child);
	verdict = (struct verdict){ .is_same = status == 0,
				    .seed = first + *done,
				    .programs = *done + (status != 0),
				    .reason = reason_of(status) };
	munmap(done, sizeof *done);
	return verdict;
}

static void
run_program(const struct program *program, FILE *file)
{
	int place;

	alarm(PATIENCE_FOR_ONE);
	if (file == NULL && freopen("/dev/null", "w", stderr) == NULL)
		_exit(1);
	real_open();
	place = differs_at(program);
	if (place < 0)
		_exit(0);
	if (file != NULL) {
		trace_print_difference(program, &model_trace, &real_trace,
				       place, file);
		fflush(file);
	}
	_exit(1);
}

bool
judge_program(const struct program *program, FILE *file)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0)
		run_program(program, file);
	status = status_of(child);
	if (status > 1 && file != NULL)
		fprintf(file, "  real: %s\n", reason_of(status));
	return status == 0;
}

/* ---- making it smaller ---- */

/* False when nothing more can be left out. */
static bool
shrink_once(struct program *program)
{
	struct program smaller;

	for (unsigned step = 0;; step++) {
		smaller = *program;
		if (!program_shrink(&smaller, step))
			return false;
		if (judge_program(&smaller, NULL))
			continue;
		*program = smaller;
		return true;
	}
}

void
judge_explain(uint64_t seed, FILE *file)
{
	struct program program;
	int most = 1000;

	program_make(&program, seed);
	while (!judge_program(&program, NULL) && shrink_once(&program) &&
	       --most > 0)
		continue;
	program_print(&program, file);
	judge_program(&program, file);
}
