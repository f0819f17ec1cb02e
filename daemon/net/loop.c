/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include "base/log.h"
#include "net/watch.h"
#include "net/watchdog.h"
#include "task/sched.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SWITCHES_A_ROUND = 4096, PUT_OFF_A_ROUND = 4 };

struct loop {
	const struct sys *sys;
	struct poller *poller;
	bool time_is_old; /* nobody has looked since the last sleep */
	bool is_stopped;
	bool is_finishing;
	struct list flushes;
	struct list put_off;
	struct scratch scratch;
	struct watchdog *watchdog; /* or NULL */
	struct watch signals;
	int signal_fd;
	void (*caught)(void *context, int signal);
	void *caught_context;
};

struct loop *
loop_new(const struct sys *sys)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (loop == NULL)
		return NULL;
	loop->sys = sys;
	loop->signal_fd = -1;
	loop->time_is_old = true;
	list_init(&loop->flushes);
	list_init(&loop->put_off);
	loop->scratch.bytes = malloc(SCRATCH);
	loop->poller = poller_new();
	if (loop->scratch.bytes == NULL || loop->poller == NULL)
		return loop_free(loop);
	return loop;
}

struct loop *
loop_free(struct loop *loop)
{
	if (loop == NULL)
		return NULL;
	if (loop->signal_fd >= 0) {
		watch_clear(&loop->signals);
		close(loop->signal_fd);
	}
	poller_free(loop->poller);
	watchdog_free(loop->watchdog);
	free(loop->scratch.bytes);
	free(loop);
	return NULL;
}

int64_t
loop_time(struct loop *loop)
{
	if (loop->time_is_old)
		sched_set_time(loop->sys->clock());
	loop->time_is_old = false;
	return sched_time();
}

static void
flush_first(struct list *flushes)
{
	struct flush *flush = list_entry(flushes->next, struct flush, link);

	list_remove(&flush->link);
	flush->run(flush);
}

static void
flush_all(struct loop *loop)
{
	while (!list_is_empty(&loop->flushes))
		flush_first(&loop->flushes);
	for (int i = 0; i < PUT_OFF_A_ROUND && !list_is_empty(&loop->put_off);
	     i++)
		flush_first(&loop->put_off);
}

/* Whether nobody has anything to do before something happens. */
static bool
is_idle(const struct loop *loop)
{
	return task_runcount() == 0 && list_is_empty(&loop->put_off);
}

static int
look(struct loop *loop, bool sleep)
{
	int64_t until = sleep ? sched_next_deadline() : 0;

	loop->time_is_old = true;
	return poller_look(loop->poller, sched_time(), until);
}

/*
 * Turns, until nobody is left or it is time to look what else is ready. Tasks
 * that answer one another take a turn for each answer: to write and look
 * between all of these would cost several system calls a message.
 */
static void
run_tasks(struct loop *loop)
{
	uint64_t most = sched_switches() + SWITCHES_A_ROUND;

	loop_time(loop);
	while (sched_turn() && sched_switches() < most)
		continue;
}

int
loop_watch_tasks(struct loop *loop, int64_t period)
{
	loop->watchdog = watchdog_new(period);
	return loop->watchdog != NULL ? 0 : -ENOMEM;
}

static void
report_held(struct loop *loop)
{
	int64_t held;
	uint64_t id = watchdog_caught(loop->watchdog, &held);

	if (id != 0)
		log_event(EVENT_held_up, LOG_NUMBER("conn", id),
			  LOG_NUMBER("milliseconds", held / 1000000));
}

static void
run_watched(struct loop *loop)
{
	if (loop->watchdog == NULL || task_runcount() == 0) {
		run_tasks(loop);
		return;
	}
	watchdog_wake(loop->watchdog);
	run_tasks(loop);
	report_held(loop);
}

int
loop_run(struct loop *loop)
{
	int r = 0;

	while (r == 0) {
		run_watched(loop);
		flush_all(loop);
		if (loop->is_finishing && sched_tasks() == 0)
			loop->is_stopped = true;
		if (loop->is_stopped)
			break;
		/* Flushing may have woken those who waited for room. */
		r = look(loop, is_idle(loop));
	}
	return r;
}

void
loop_stop(struct loop *loop)
{
	loop->is_stopped = true;
}

void
loop_finish(struct loop *loop)
{
	loop->is_finishing = true;
}

void
loop_flush_later(struct loop *loop, struct flush *flush)
{
	if (list_is_empty(&flush->link))
		list_append(&loop->flushes, &flush->link);
}

void
loop_put_off(struct loop *loop, struct flush *flush)
{
	if (list_is_empty(&flush->link))
		list_append(&loop->put_off, &flush->link);
}

struct scratch *
loop_scratch(struct loop *loop)
{
	return &loop->scratch;
}

const struct sys *
loop_sys(const struct loop *loop)
{
	return loop->sys;
}

void
loop_close(struct loop *loop, int fd, struct layer *layer)
{
	if (layer != NULL)
		layer->kind->free(layer, true);
	loop->sys->close(fd);
}

struct poller *
loop_poller(const struct loop *loop)
{
	return loop->poller;
}

void
watch_fire(struct watch *watch, int what)
{
	loop_time(watch->loop);
	watch->ready(watch->context, what);
}

/* ---- signals ---- */

static void
read_signals(void *context, int what)
{
	struct loop *loop = context;
	struct signalfd_siginfo info;

	(void)what;
	while (read(loop->signal_fd, &info, sizeof info) == sizeof info)
		loop->caught(loop->caught_context, (int)info.ssi_signo);
}

int
loop_catch_signals(struct loop *loop, const int *signals, int count,
		   void (*caught)(void *context, int signal), void *context)
{
	sigset_t set;

	assert(loop->signal_fd < 0);
	sigemptyset(&set);
	for (int i = 0; i < count; i++)
		sigaddset(&set, signals[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	loop->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (loop->signal_fd < 0)
		return -errno;
	loop->caught = caught;
	loop->caught_context = context;
	watch_init(&loop->signals, loop, loop->signal_fd, read_signals, loop);
	return watch_set(&loop->signals, WATCH_READ);
}
