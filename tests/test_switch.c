/* SPDX-License-Identifier: MIT */
/*
 * Switching and stacks, whichever way this build does it. Needs no library,
 * so that it can be built for another machine and run under an emulator.
 */
#include "task/sched.h"
#include "task/stack.h"
#include "task/switch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS = 1000, ROUNDS = 100 };

static unsigned passed, failed;

static void
report(const char *name, bool is_good)
{
	printf("%s: %s\n", is_good ? "ok" : "FAILED", name);
	if (is_good)
		passed++;
	else
		failed++;
}

/* ---- registers ---- */

struct sums {
	unsigned seed;
	uint64_t integers;
	double reals;
};

/*
 * Enough live values across each `pause` to need every register there is;
 * they must be locals of the function that pauses.
 */
#define SUM_UP(s, pause)                                                       \
	uint64_t a = (s)->seed, b = a * 3, c = a * 5, d = a * 7, e = a * 11;   \
	double u = (s)->seed, v = u / 2, w = u / 3, x = u / 5, y = u / 7;      \
	for (unsigned i = 0; i < ROUNDS; i++) {                                \
		a += b ^ i, b += c, c ^= d + i, d += e, e ^= a >> 7;           \
		u += v, v += w / 3, w = x + u / 1e3, x += y, y = u / 1e6;      \
		pause;                                                         \
	}                                                                      \
	(s)->integers = a ^ b ^ c ^ d ^ e;                                     \
	(s)->reals = u + v + w + x + y

static void
sum_up_alone(struct sums *s)
{
	SUM_UP(s, (void)0);
}

PARKS static void
sum_up(void *context)
{
	struct sums *s = context;

	SUM_UP(s, task_yield(NULL));
}

static bool
values_survive_switches(void)
{
	static struct sums mixed[TASKS];
	bool is_good = true;

	for (unsigned i = 0; i < TASKS; i++) {
		mixed[i].seed = i;
		if (task_spawn(sum_up, &mixed[i]) == NULL)
			return false;
	}
	sched_run();
	for (unsigned i = 0; i < TASKS; i++) {
		struct sums alone = { .seed = i };

		sum_up_alone(&alone);
		is_good = is_good && alone.integers == mixed[i].integers &&
			  memcmp(&alone.reals, &mixed[i].reals,
				 sizeof alone.reals) == 0;
	}
	return is_good;
}

/* ---- stacks ---- */

PARKS static void
note_alignment(void *context)
{
	uintptr_t *worst = context;
	char local[16] __attribute__((aligned(16)));

	memset(local, 1, sizeof local);
	*worst |= (uintptr_t)(void *)local % 16;
	task_yield(NULL);
	*worst |= (uintptr_t)__builtin_frame_address(0) % 16;
}

static bool
stacks_are_aligned(void)
{
	uintptr_t worst = 0;

	for (int i = 0; i < 10; i++)
		task_spawn(note_alignment, &worst);
	sched_run();
	return worst == 0;
}

PARKS static void
note_address(void *context)
{
	uintptr_t *at = context;

	*at = (uintptr_t)__builtin_frame_address(0);
}

static bool
the_last_stack_given_back_is_taken_first(void)
{
	uintptr_t first, second;

	task_spawn(note_address, &first);
	sched_run();
	task_spawn(note_address, &second);
	sched_run();
	return first == second;
}

PARKS static int __attribute__((noinline)) descend(unsigned depth)
{
	volatile char frame[1024];

	memset((char *)(uintptr_t)frame, (int)depth, sizeof frame);
	return depth == 0 ? 0 : descend(depth - 1) + frame[depth % 1024];
}

PARKS static void
go_deep(void *context)
{
	int *sum = context;

	*sum = descend(40); /* 40 of 60 KiB */
}

static bool
most_of_a_stack_can_be_used(void)
{
	int sum = -1;

	task_spawn(go_deep, &sum);
	sched_run();
	return sum >= 0;
}

PARKS static void
overflow(void *context)
{
	(void)context;
	descend(1000);
}

/*
 * More than are kept warm come back; those without pages last. What is still
 * there was kept.
 */
static bool
after_a_peak_a_warm_stack_is_taken_first(void)
{
	enum { PEAK = 1100 };
	struct stack_pool pool;
	struct stack *stacks[PEAK];
	bool is_good;

	stack_pool_init(&pool, 0, false);
	for (unsigned i = 0; i < PEAK; i++) {
		stacks[i] = stack_take(&pool);
		if (stacks[i] == NULL)
			return false;
		*stacks[i]->low = 1;
	}
	for (unsigned i = 0; i < PEAK; i++)
		stack_give_back(&pool, stacks[i]);
	is_good = *stack_take(&pool)->low == 1 && *stacks[PEAK - 1]->low == 0;
	stack_pool_fini(&pool);
	return is_good;
}

/* In a process of its own: the guard below the stack must end it. */
static bool
ends_by_its_guard(bool by_mprotect)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		sched_init(
		    &(struct sched_config){ .guard_by_mprotect = by_mprotect });
		for (int i = 0; i < 3; i++) /* neighbours on either side */
			task_spawn(overflow, NULL);
		sched_run();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	/* A sanitizer ends the process itself when it sees the fault. */
	return WIFSIGNALED(status) ? WTERMSIG(status) == SIGSEGV
				   : WEXITSTATUS(status) != 0;
}

PARKS static void
park(void *context)
{
	(void)context;
	task_park(NULL, NO_DEADLINE);
}

/* The kernel, asked to write there, says that it cannot. */
static bool
is_guarded(const struct stack *stack)
{
	return stack->is_guarded &&
	       getrandom(stack->low, 1, GRND_NONBLOCK) == 1 &&
	       getrandom(stack->low - 1, 1, GRND_NONBLOCK) < 0 &&
	       errno == EFAULT;
}

static bool
each_stack_has_a_guard_of_its_own(bool by_mprotect)
{
	struct stack_pool pool;
	struct stack *stacks[TASKS];
	bool is_good = true;

	stack_pool_init(&pool, 64 << 10, by_mprotect);
	for (int i = 0; i < TASKS; i++) {
		stacks[i] = stack_take(&pool);
		is_good = is_good && stacks[i] != NULL && is_guarded(stacks[i]);
	}
	for (int i = 0; i < TASKS && is_good; i++)
		stack_give_back(&pool, stacks[i]);
	is_good = is_good && (stack_most(&pool) < SIZE_MAX) == pool.by_mprotect;
	stack_pool_fini(&pool);
	return is_good;
}

/* Below the second stack of the slab nothing is left to make a guard of. */
static bool
a_stack_without_a_guard_is_never_given_out(void)
{
	struct stack_pool pool;
	struct stack *stack;
	bool is_good;

	stack_pool_init(&pool, 64 << 10, true);
	stack = stack_take(&pool);
	is_good = stack != NULL &&
		  munmap(pool.cold->low - pool.page, pool.page) == 0 &&
		  stack_take(&pool) == NULL;
	if (stack != NULL)
		stack_give_back(&pool, stack);
	is_good = is_good && stack_take(&pool) == stack;
	stack_pool_fini(&pool);
	return is_good;
}

/* Address space for some stacks only: the rest must be refused in peace. */
static bool
runs_out_of_memory_in_peace(void)
{
	struct rlimit limit = { 256 << 20, 256 << 20 };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct task *tasks[8192];
		int count = 0;

		sched_init(&(struct sched_config){ 0 });
		setrlimit(RLIMIT_AS, &limit);
		while (count < 8192 &&
		       (tasks[count] = task_spawn(park, NULL)) != NULL)
			count++;
		sched_run();
		for (int i = 0; i < count; i++)
			task_cancel(tasks[i]);
		sched_run();
		_exit(count > 100 && count < 8192 && sched_tasks() == 0 ? 42
									: 1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

static bool
parked_tasks_keep_what_they_hold(void)
{
	static struct task *tasks[TASKS];

	for (int i = 0; i < TASKS; i++)
		tasks[i] = task_spawn(park, NULL);
	sched_run();
	if (sched_tasks() != TASKS || task_runcount() != 0)
		return false;
	for (int i = 0; i < TASKS; i++)
		task_wake(tasks[i], 0);
	sched_run();
	return sched_tasks() == 0;
}

int
main(void)
{
	/* A limit of address space is nothing that a sanitizer can live with.
	 */
#ifdef SWITCH_ASAN
	bool limits_memory = false;
#else
	bool limits_memory = getenv("WITHOUT_MEMORY_LIMIT") == NULL;
#endif

	sched_init(&(struct sched_config){ 0 });
	report("values survive switches", values_survive_switches());
	report("stacks are aligned", stacks_are_aligned());
	report("the last stack given back is taken first",
	       the_last_stack_given_back_is_taken_first());
	report("after a peak a warm stack is taken first",
	       after_a_peak_a_warm_stack_is_taken_first());
	report("most of a stack can be used", most_of_a_stack_can_be_used());
	report("parked tasks keep what they hold",
	       parked_tasks_keep_what_they_hold());
	sched_fini();
	report("an overflow ends by its guard", ends_by_its_guard(false));
	report("an overflow ends by a guard of mprotect",
	       ends_by_its_guard(true));
	report("each stack has a guard of its own",
	       each_stack_has_a_guard_of_its_own(false));
	report("each stack has one of mprotect of its own",
	       each_stack_has_a_guard_of_its_own(true));
	report("a stack without a guard is never given out",
	       a_stack_without_a_guard_is_never_given_out());
	if (limits_memory)
		report("out of memory, tasks are refused in peace",
		       runs_out_of_memory_in_peace());
	printf("%u passed, %u failed\n", passed, failed);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
