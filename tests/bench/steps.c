/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include "task/switch.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST = 3000000, BEGIN = SIGUSR1, END = SIGUSR2 };

static uint64_t *counted; /* shared by the two processes */

/* What the child was stopped by; when it has ended, so do we. */
static int
next_stop(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) < 0)
		exit(EXIT_FAILURE);
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	if (WIFSIGNALED(status))
		exit(128 + WTERMSIG(status));
	return WSTOPSIG(status);
}

static void
count(pid_t child)
{
	uint64_t steps = 0;

	do
		if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) < 0)
			return;
	while (next_stop(child) == SIGTRAP && ++steps < MOST);
	*counted = steps < MOST ? steps : 0;
}

static void
watch(pid_t child)
{
	unsigned long signal = 0;

	next_stop(child);
	ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_EXITKILL);
	for (;;) {
		ptrace(PTRACE_CONT, child, NULL, signal);
		signal = (unsigned long)next_stop(child);
		if (signal == BEGIN)
			count(child);
		if (signal == BEGIN || signal == END)
			signal = 0;
	}
}

/* Sanitizers do not work in a process that is traced. */
static int
can_be_traced(void)
{
#ifdef SWITCH_ASAN
	return 0;
#else
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
#endif
}

/* On one processor, where a step takes a tenth of the time. */
static void
stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof here, &here);
}

void
steps_init(void)
{
	pid_t child;

	stay_here();
	counted = mmap(NULL, sizeof *counted, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (counted == MAP_FAILED) {
		counted = NULL;
		return;
	}
	child = fork();
	if (child > 0)
		watch(child);
	if (child == 0 && can_be_traced()) {
		raise(SIGSTOP);
		return;
	}
	counted = NULL;
}

void
steps_begin(void)
{
	if (counted == NULL)
		return;
	*counted = 0;
	raise(BEGIN);
}

uint64_t
steps_end(void)
{
	if (counted == NULL)
		return 0;
	raise(END);
	return *counted;
}
