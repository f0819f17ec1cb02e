/* SPDX-License-Identifier: MIT */
#include "net/watchdog.h"

#include "task/sched.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { STACK_BYTES = 64 << 10 };

struct watchdog {
	timer_t timer;
	int64_t period;
	/* The handler's, too. */
	volatile uint64_t suspect;
	volatile unsigned looks; /* that found it still running */
	volatile sig_atomic_t is_armed;
	bool has_timer;
	_Alignas(16) char stack[STACK_BYTES];
};

static void
set_timer(struct watchdog *watchdog, int64_t period)
{
	struct timespec every = { .tv_sec = period / 1000000000,
				  .tv_nsec = period % 1000000000 };
	struct itimerspec setting = { every, every };

	watchdog->is_armed = period > 0;
	timer_settime(watchdog->timer, 0, &setting, NULL);
}

/* Whatever it interrupts, it calls only what a signal handler may. */
static void
look(int signal_number, siginfo_t *info, void *context)
{
	struct watchdog *watchdog = info->si_value.sival_ptr;
	uint64_t id = sched_stuck();

	(void)signal_number;
	(void)context;
	if (info->si_code != SI_TIMER)
		return; /* somebody's kill(1) */
	if (id != watchdog->suspect)
		watchdog->looks = 0;
	if (id != 0) {
		watchdog->suspect = id;
		watchdog->looks++;
	} else if (sched_is_idle()) {
		set_timer(watchdog, 0);
	}
}

static int
catch_signal(struct watchdog *watchdog)
{
	stack_t stack = { .ss_sp = watchdog->stack, .ss_size = STACK_BYTES };
	struct sigaction action = { .sa_sigaction = look,
				    .sa_flags =
					SA_SIGINFO | SA_ONSTACK | SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM,
				  .sigev_value.sival_ptr = watchdog };

	if (sigaltstack(&stack, NULL) < 0 ||
	    sigaction(SIGALRM, &action, NULL) < 0)
		return -1;
	return timer_create(CLOCK_MONOTONIC, &event, &watchdog->timer);
}

struct watchdog *
watchdog_new(int64_t period)
{
	struct watchdog *watchdog = calloc(1, sizeof *watchdog);

	if (watchdog == NULL)
		return NULL;
	watchdog->period = period;
	watchdog->has_timer = catch_signal(watchdog) == 0;
	return watchdog->has_timer ? watchdog : watchdog_free(watchdog);
}

struct watchdog *
watchdog_free(struct watchdog *watchdog)
{
	stack_t none = { .ss_flags = SS_DISABLE };

	if (watchdog == NULL)
		return NULL;
	if (watchdog->has_timer)
		timer_delete(watchdog->timer);
	signal(SIGALRM, SIG_IGN);
	sigaltstack(&none, NULL);
	free(watchdog);
	return NULL;
}

void
watchdog_wake(struct watchdog *watchdog)
{
	if (!watchdog->is_armed)
		set_timer(watchdog, watchdog->period);
}

uint64_t
watchdog_caught(struct watchdog *watchdog, int64_t *held)
{
	uint64_t id = watchdog->suspect;

	*held = watchdog->looks * watchdog->period;
	watchdog->suspect = 0;
	watchdog->looks = 0;
	return *held > 0 ? id : 0;
}
