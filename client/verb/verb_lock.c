/* SPDX-License-Identifier: MIT */
/*
 * verb_lock.c - a command that runs once at a time, wherever it is begun.
 *
 * The lock is a token in a channel: who has received it, and has not settled
 * it, has the lock. Giving it back passes it on to who has waited longest; and
 * it is given back in any case when the connection of its holder ends, which
 * the command has open, too.
 *
 * The token comes to exist with the first use, in an atomic that also leaves a
 * mark in a second channel, which holds one value: so there is only ever one.
 * It goes with the last use, in an atomic that takes both, and so happens only
 * if nobody has the token or waits for it. Who waits for it then, because he
 * saw the mark just before, is told by the mark that is missing, and begins
 * anew. When the daemon is started again, token and mark are both gone.
 */
#include "client/verb/verb_meet.h"

#include "client/base/clock.h"
#include "client/base/params.h"
#include "client/tool/child.h"
#include "client/tool/report.h"
#include "client/tool/tool.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long a command has to end by itself when its lock is lost. */
#define LAST_WORDS (5 * CLOCK_SECOND)

struct lock {
	struct tool *tool;
	char token[300]; /* channels */
	char mark[300];
	struct chand_call *held; /* the token */
	int64_t deadline;
	bool is_over; /* the command has ended */
	bool is_lost;
	struct loop_timer last_words;
	struct child child;
};

/* ---- the token ---- */

static void
put_call(struct params *params, const char *method, const char *channel,
	 size_t count)
{
	params_array(params, 2);
	params_string(params, method);
	params_array(params, count);
	params_string(params, channel);
}

static void
put_open(struct params *params, const char *channel, int64_t capacity)
{
	put_call(params, "channel.open", channel, 2);
	params_map(params, 1);
	params_string(params, "capacity");
	params_integer(params, capacity);
}

static void
put_send(struct params *params, const char *channel)
{
	put_call(params, "send", channel, 2);
	params_string(params, "lock");
}

static struct chand_call *
start_create(const struct lock *lock)
{
	struct params params;

	params_init(&params, 1);
	params_array(&params, 4);
	put_open(&params, lock->mark, 1);
	put_send(&params, lock->mark);
	put_open(&params, lock->token, 1);
	put_send(&params, lock->token);
	return params_start(&params, lock->tool->client, "atomic");
}

static struct chand_call *
start_remove(const struct lock *lock)
{
	struct params params;

	params_init(&params, 1);
	params_array(&params, 4);
	put_call(&params, "recv", lock->token, 1);
	put_call(&params, "recv", lock->mark, 1);
	put_open(&params, lock->token, 0);
	put_open(&params, lock->mark, 0);
	return params_start(&params, lock->tool->client, "atomic");
}

static struct chand_call *
start_look(const struct lock *lock)
{
	struct params params;

	params_init(&params, 1);
	params_string(&params, lock->mark);
	return params_start(&params, lock->tool->client, "channel.info");
}

/* Whether a value is in the channel of which this is the info. */
static bool
has_value(const struct chand_call *look)
{
	msgpack_unpacked unpacked;
	msgpack_object info;
	bool found = false;

	if (unpack_value(chand_call_value(look), &unpacked, &info) == 0 &&
	    info.type == MSGPACK_OBJECT_MAP)
		for (uint32_t i = 0; i < info.via.map.size; i++) {
			const msgpack_object_kv *field = &info.via.map.ptr[i];

			found = found || (field->key.via.str.size == 6 &&
					  memcmp(field->key.via.str.ptr,
						 "values", 6) == 0 &&
					  field->val.via.u64 > 0);
		}
	msgpack_unpacked_destroy(&unpacked);
	return found;
}

/* ---- getting it ---- */

static int64_t
time_left(const struct lock *lock)
{
	if (lock->tool->timeout <= 0)
		return lock->tool->timeout;
	return clock_left_ms(lock->deadline);
}

/* 0, also if it exists; else the exit status. */
static int
create(const struct lock *lock)
{
	struct chand_call *call = start_create(lock);
	enum chand_code code = tool_settle(lock->tool, call);
	int status =
	    code == CHAND_WOULDBLOCK ? 0 : tool_judge(lock->tool, "", call);

	chand_call_free(call);
	return status;
}

/* Whether there is no token, as far as we could see while we waited for it. */
static bool
is_in_vain(const struct lock *lock)
{
	struct chand_call *look = start_look(lock);
	enum chand_code code = tool_settle(lock->tool, look);
	bool in_vain =
	    code == CHAND_NOCHANNEL || (code == CHAND_OK && !has_value(look));

	chand_call_free(look);
	return in_vain;
}

/* Two who begin anew at once would go on doing so. */
static void
rest(void)
{
	static uint64_t state = 0;
	struct timespec span = { 0 };

	state = state * UINT64_C(6364136223846793005) + (uint64_t)clock_now();
	span.tv_nsec = (long)(state >> 40) % 5000000;
	nanosleep(&span, NULL);
}

/* 1 the lock is ours, 0 begin anew, or a negative exit status. */
static int
try(struct lock *lock)
{
	struct tool *tool = lock->tool;
	int status = create(lock);
	bool in_vain;

	if (status != 0)
		return -status;
	lock->held = chand_start_recv(tool->client, lock->token, CHAND_ACK,
				      time_left(lock));
	in_vain = is_in_vain(lock);
	if (in_vain && chand_call_code(lock->held) == CHAND_PENDING)
		chand_cancel(lock->held);
	if (tool_finish(tool, lock->held) == CHAND_OK)
		return 1;
	status = in_vain && tool_signal(tool) == 0
		     ? 0
		     : tool_judge(tool, "", lock->held);
	chand_call_free(lock->held);
	lock->held = NULL;
	return -status;
}

static int
acquire(struct lock *lock)
{
	int r;

	while ((r = try(lock)) == 0)
		rest();
	return r > 0 ? 0 : -r;
}

/* Both are begun at once: nobody can come in between but who waits for it. */
static int
release(struct lock *lock)
{
	struct tool *tool = lock->tool;
	struct chand_call *nack, *gone;

	if (lock->is_lost)
		return 0;
	nack = chand_start_nack(tool->client, chand_call_delivery(lock->held));
	gone = start_remove(lock);
	tool_settle(tool, gone);
	chand_call_free(gone);
	return tool_do(tool, nack);
}

/* ---- what it is for ---- */

static void
child_ended(struct child *child)
{
	struct lock *lock = child->context;

	lock->is_over = true;
}

static void
kill_child(struct loop_timer *timer)
{
	child_signal(timer->context, SIGKILL);
}

static void
lose(struct lock *lock)
{
	struct tool *tool = lock->tool;

	lock->is_lost = true;
	report(tool->command, "the lock is lost (%s): %s is told to end",
	       chand_text(tool->client), tool->command->program[0]);
	child_signal(&lock->child, SIGTERM);
	lock->last_words = (struct loop_timer){ .expired = kill_child,
						.context = &lock->child };
	loop_set(&tool->loop, &lock->last_words, clock_after(LAST_WORDS));
}

/* What a terminal sends, it sends to the command, too. */
static void
pass_signals(struct lock *lock)
{
	struct signals *signals = &lock->tool->signals;

	if (signals->latest != 0 && !signals->from_terminal)
		child_signal(&lock->child, signals->latest);
	signals->latest = 0;
}

/*
 * The connection stays open in the command: if we are killed, it ends when the
 * command does, and not before, and so the lock is never another's too early.
 */
static int
start_child(struct lock *lock)
{
	struct tool *tool = lock->tool;
	struct child_order order = {
		.program = tool->command->program,
		.environment = { "CHAN_LOCK", tool->command->args[0],
				 "CHAND_URL", chand_url(tool->client) },
		.mask = &tool->signals.former,
		.is_foreground = true,
		.kept = chand_fd(tool->client),
	};
	int r =
	    child_start(&lock->child, &tool->loop, &order, child_ended, lock);

	if (r == 0)
		return 0;
	report(tool->command, "cannot run %s: %s", tool->command->program[0],
	       strerror(-r));
	return child_refusal_status(r);
}

static int
run(struct lock *lock)
{
	struct tool *tool = lock->tool;
	int status = start_child(lock);

	tool->signals.forwards = true;
	while (status == 0 && !lock->is_over) {
		loop_turn(&tool->loop);
		pass_signals(lock);
		if (!lock->is_lost && !chand_is_connected(tool->client))
			lose(lock);
	}
	loop_unset(&tool->loop, &lock->last_words);
	/* What came was the command's: it must not withdraw our release. */
	tool->signals.first = 0;
	if (status != 0)
		return status;
	return lock->is_lost ? STATUS_UNKNOWN : child_exit_status(&lock->child);
}

static int
use(struct lock *lock)
{
	int status = acquire(lock);
	int released;

	if (status != 0)
		return status;
	report_note(lock->tool->command, "has the lock");
	status = tool_signal(lock->tool) == 0 ? run(lock)
					      : tool_withdrawn(lock->tool);
	child_fini(&lock->child);
	released = release(lock);
	chand_call_free(lock->held);
	return status != 0 ? status : released;
}

int
verb_lock(struct tool *tool)
{
	struct lock lock = { .tool = tool };

	snprintf(lock.token, sizeof lock.token, "lock:%s",
		 tool->command->args[0]);
	snprintf(lock.mark, sizeof lock.mark, "lock-made:%s",
		 tool->command->args[0]);
	if (tool->timeout > 0 && tool->timeout < INT64_MAX / CLOCK_MS)
		lock.deadline = clock_after(tool->timeout * CLOCK_MS);
	else
		lock.deadline = INT64_MAX;
	return use(&lock);
}
