/* SPDX-License-Identifier: MIT */
#include "client/base/signals.h"

#include "client/base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int wanted[] = { SIGINT, SIGTERM };

enum { COUNT = sizeof wanted / sizeof wanted[0] };

#define SAME_WISH (100 * CLOCK_MS)

/*
 * A shell without job control has its background jobs ignore SIGINT. A mask
 * and a signalfd would bring such signals back.
 */
static void
add_unless_ignored(sigset_t *set, int number)
{
	struct sigaction action;

	if (sigaction(number, NULL, &action) == 0 &&
	    action.sa_handler != SIG_IGN)
		sigaddset(set, number);
}

int
signals_take(struct signals *signals)
{
	*signals = (struct signals){ .fd = -1 };
	sigemptyset(&signals->caught);
	for (int i = 0; i < COUNT; i++)
		add_unless_ignored(&signals->caught, wanted[i]);
	signals->fd =
	    signalfd(-1, &signals->caught, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &signals->caught, &signals->former);
	return 0;
}

/* Nobody ever gave these two a handler: unblocked, they kill. */
static void
die_of(struct signals *signals, int number)
{
	sigprocmask(SIG_UNBLOCK, &signals->caught, NULL);
	raise(number);
}

void
signals_read(struct signals *signals)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof info) != sizeof info)
		return;
	signals->latest = (int)info.ssi_signo;
	signals->from_terminal = info.ssi_code == SI_KERNEL;
	if (signals->forwards)
		return;
	if (signals->first == 0) {
		signals->first = (int)info.ssi_signo;
		signals->first_at = clock_now();
	} else if (clock_now() - signals->first_at > SAME_WISH) {
		die_of(signals, (int)info.ssi_signo);
	}
}

static void
forgive(int number)
{
	(void)number;
}

void
signals_give_back(struct signals *signals)
{
	struct sigaction once = { .sa_handler = forgive,
				  .sa_flags = SA_RESETHAND | SA_RESTART };

	for (int i = 0; i < COUNT; i++)
		if (sigismember(&signals->caught, wanted[i]) == 1)
			sigaction(wanted[i], &once, NULL);
	sigprocmask(SIG_SETMASK, &signals->former, NULL);
	close(signals->fd);
}
