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

enum { SWITCHES_A_ROUND = 4096 };

struct loop {
	const struct sys *sys;
	struct event_base *base;
	struct event alarm; /* the next deadline */
	int64_t alarm_at;   /* what it is set to, or NO_DEADLINE */
	bool time_is_old;   /* nobody has looked since the last sleep */
	bool is_stopped;
	bool is_finishing;
	struct list flushes;
	struct scratch scratch;
	struct watchdog *watchdog; /* or NULL */
	struct log_gate held_gate;
	struct watch signals;
	int signal_fd;
	void (*caught)(void *context, int signal);
	void *caught_context;
};

static struct event_base *
new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_require_features(config,
				      EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

/* It only ends the sleep: who is due is for the scheduler to see. */
static void
alarm_rings(evutil_socket_t fd, short what, void *context)
{
	struct loop *loop = context;

	(void)fd;
	(void)what;
	loop->alarm_at = NO_DEADLINE;
}

struct loop *
loop_new(const struct sys *sys)
{
	struct loop *loop = calloc(1, sizeof *loop);

	if (loop == NULL)
		return NULL;
	loop->sys = sys;
	loop->signal_fd = -1;
	loop->alarm_at = NO_DEADLINE;
	loop->time_is_old = true;
	list_init(&loop->flushes);
	loop->scratch.bytes = malloc(SCRATCH);
	loop->base = new_base();
	if (loop->scratch.bytes == NULL || loop->base == NULL)
		return loop_free(loop);
	event_assign(&loop->alarm, loop->base, -1, 0, alarm_rings, loop);
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
	if (loop->base != NULL) {
		if (loop->alarm_at != NO_DEADLINE)
			event_del(&loop->alarm);
		event_base_free(loop->base);
	}
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
flush_all(struct loop *loop)
{
	struct flush *flush;

	while (!list_is_empty(&loop->flushes)) {
		flush = list_entry(loop->flushes.next, struct flush, link);
		list_remove(&flush->link);
		flush->run(flush);
	}
}

static struct timeval
timeval_of(int64_t nanoseconds)
{
	int64_t micros = nanoseconds > 0 ? (nanoseconds + 999) / 1000 : 0;

	return (struct timeval){ .tv_sec = micros / 1000000,
				 .tv_usec = micros % 1000000 };
}

/* A day at most: libevent is not made for the end of time. */
static int
set_alarm(struct loop *loop)
{
	const int64_t day = 86400 * (int64_t)1000000000;
	int64_t deadline = sched_next_deadline();
	int64_t after = deadline - sched_time();
	struct timeval wait = timeval_of(after < day ? after : day);

	if (deadline == loop->alarm_at || deadline == NO_DEADLINE)
		return 0; /* one that rings for nobody does no harm */
	if (event_add(&loop->alarm, &wait) < 0)
		return -ENOMEM;
	loop->alarm_at = deadline;
	return 0;
}

/* Without memory for the alarm it must not sleep: somebody would be late. */
static int
look(struct loop *loop, bool sleep)
{
	int flags = EVLOOP_ONCE;

	if (!sleep || set_alarm(loop) < 0)
		flags |= EVLOOP_NONBLOCK;
	loop->time_is_old = true;
	return event_base_loop(loop->base, flags) < 0 ? -errno : 0;
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

	if (id != 0 && log_gate_pass(&loop->held_gate, sched_time()))
		log_line(LOG_WARNING,
			 "a task has held up all others conn=%" PRIu64
			 " milliseconds=%" PRId64,
			 id, held / 1000000);
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
		r = look(loop, task_runcount() == 0);
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

/* ---- watches ---- */

static void
fire(evutil_socket_t fd, short what, void *context)
{
	struct watch *watch = context;

	(void)fd;
	loop_time(watch->loop);
	watch->ready(watch->context, what & ~EV_TIMEOUT);
}

void
watch_init(struct watch *watch, struct loop *loop, int fd,
	   void (*ready)(void *context, int what), void *context)
{
	watch->loop = loop;
	watch->ready = ready;
	watch->context = context;
	watch->interest = 0;
	event_assign(&watch->event, loop->base, fd, 0, fire, watch);
}

void
watch_clear(struct watch *watch)
{
	if (watch->interest != 0)
		event_del(&watch->event);
	watch->interest = 0;
}

int
watch_set(struct watch *watch, int interest)
{
	struct event *event = &watch->event;

	if (interest == watch->interest)
		return 0;
	watch_clear(watch);
	if (interest == 0)
		return 0;
	event_assign(event, watch->loop->base, event_get_fd(event),
		     (short)(interest | EV_PERSIST), fire, watch);
	if (event_add(event, NULL) < 0)
		return -ENOMEM;
	watch->interest = interest;
	return 0;
}

int
watch_alarm(struct watch *watch, int64_t after)
{
	struct event *event = &watch->event;
	struct timeval wait = timeval_of(after);

	watch_clear(watch);
	event_assign(event, watch->loop->base, event_get_fd(event), 0, fire,
		     watch);
	if (event_add(event, &wait) < 0)
		return -ENOMEM;
	watch->interest = EV_TIMEOUT;
	return 0;
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
