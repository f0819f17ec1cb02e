/* SPDX-License-Identifier: MIT */
#include "cast.h"

#include "chan/waiter.h"

#include <check.h>
#include <errno.h>
#include <string.h>

enum { LETTERS = 128 };

static struct role roles[LETTERS];

struct holder cast_holder;

void
cast_open(void)
{
	stage_open();
	holder_init(&cast_holder);
	memset(roles, 0, sizeof roles);
}

void
cast_close(void)
{
	for (int i = 0; i < LETTERS; i++)
		if (roles[i].task != NULL)
			task_cancel(roles[i].task);
	sched_run();
	holder_end(&cast_holder);
	sched_run();
	stage_close();
}

struct role *
role(char letter)
{
	return &roles[(unsigned char)letter];
}

static void
end(void *argument)
{
	((struct role *)argument)->task = NULL;
}

struct role *
play(char letter, task_fn *function)
{
	struct role *a = role(letter);

	ck_assert_ptr_null(a->task);
	*a = (struct role){ .letter = letter,
			    .deadline = NO_DEADLINE,
			    .holder = &cast_holder,
			    .number = (uint64_t)letter,
			    .result = UNDONE };
	a->task = task_spawn(function, a);
	ck_assert_ptr_nonnull(a->task);
	task_on_end(a->task, end);
	return a;
}

/* ---- what they do ---- */

struct blob *
text_blob(const char *text)
{
	return blob_copy(text, strlen(text));
}

static void
keep_text(struct blob *blob, char *text, size_t room)
{
	size_t used = strlen(text);

	if (blob == NULL)
		return;
	ck_assert_uint_lt(used + blob_size(blob), room);
	memcpy(text + used, blob_data(blob), blob_size(blob));
	blob_unref(blob);
}

PARKS static void
begin(const struct role *a)
{
	if (a->yields)
		task_yield(NULL);
	if (a->traps)
		task_set_block_trap(true);
}

/* A value that came out is shown; one that was not taken is left. */
static void
finish(struct role *a, int result, struct blob *value, bool is_send)
{
	bool is_result = result >= 0 || result == -EREMOTEIO;

	a->result = result;
	if (is_result)
		keep_text(value, a->value, sizeof a->value);
	else if (is_send)
		keep_text(value, a->left, sizeof a->left);
	trail_add(a->letter);
}

PARKS static void
run_send(void *argument)
{
	struct role *a = argument;
	struct blob *value = blob_copy(&a->letter, 1);

	begin(a);
	a->result = chan_send(a->chan, &value, a->deadline);
	finish(a, a->result, value, true);
}

PARKS static void
run_send_exception(void *argument)
{
	struct role *a = argument;
	struct blob *value = blob_copy(&a->letter, 1);

	begin(a);
	a->result = chan_send_exception(a->chan, &value, a->deadline);
	finish(a, a->result, value, true);
}

PARKS static void
run_receive(void *argument)
{
	struct role *a = argument;
	struct blob *value = NULL;

	begin(a);
	a->result = chan_receive(a->chan, &value, a->deadline);
	finish(a, a->result, value, false);
}

PARKS static void
run_next(void *argument)
{
	struct role *a = argument;
	struct blob *value = NULL;

	begin(a);
	a->result = chan_next(a->chan, &value, a->deadline);
	finish(a, a->result, value, false);
}

typedef int hold_fn(struct delivery *delivery, struct chan *chan,
		    struct blob **value, int64_t deadline);

PARKS static void
hold(struct role *a, hold_fn *receive)
{
	struct delivery *delivery =
	    delivery_new(a->holder, a->number, a->lease);
	struct blob *value = NULL;
	int r;

	ck_assert_ptr_nonnull(delivery);
	begin(a);
	r = receive(delivery, a->chan, &value, a->deadline);
	if (r == 0)
		a->attempt = delivery_attempt(delivery);
	else
		delivery_free(delivery);
	finish(a, r, value, false);
}

PARKS static void
run_hold(void *argument)
{
	hold(argument, delivery_receive);
}

PARKS static void
run_hold_next(void *argument)
{
	hold(argument, delivery_next);
}

PARKS static void
run_select(void *argument)
{
	struct role *a = argument;
	struct blob *error = NULL;
	int r;

	begin(a);
	r = chan_select(a->cases, a->waiters, a->count, a->deadline, &error);
	if (r >= 0)
		keep_text(a->cases[r].value, a->value, sizeof a->value);
	if (r >= 0)
		a->cases[r].value = NULL;
	for (unsigned i = 0; i < a->count; i++)
		keep_text(a->cases[i].value, a->left, sizeof a->left);
	finish(a, r, error, false);
}

PARKS static void
run_bystand(void *argument)
{
	struct role *a = argument;

	begin(a);
	finish(a, 0, NULL, false);
}

PARKS static void
raise(struct role *a, bool is_error, bool is_pending)
{
	struct blob *error = is_error ? blob_copy(&a->letter, 1) : NULL;
	int r;

	begin(a);
	r = task_throw(a->other->task, error, is_pending);
	finish(a, r, task_take_thrown(), false);
}

PARKS static void
run_kill(void *argument)
{
	raise(argument, false, false);
}

PARKS static void
run_throw(void *argument)
{
	raise(argument, true, false);
}

PARKS static void
run_kill_pending(void *argument)
{
	raise(argument, false, true);
}

PARKS static void
run_throw_pending(void *argument)
{
	raise(argument, true, true);
}

/* ---- putting them on the ring ---- */

static struct role *
play_on(char letter, task_fn *function, struct chan *chan)
{
	struct role *a = play(letter, function);

	a->chan = chan;
	return a;
}

struct role *
send_by(char letter, struct chan *chan)
{
	return play_on(letter, run_send, chan);
}

struct role *
send_exception_by(char letter, struct chan *chan)
{
	return play_on(letter, run_send_exception, chan);
}

struct role *
receive_by(char letter, struct chan *chan)
{
	return play_on(letter, run_receive, chan);
}

struct role *
next_by(char letter, struct chan *chan)
{
	return play_on(letter, run_next, chan);
}

struct role *
hold_by(char letter, struct chan *chan)
{
	return play_on(letter, run_hold, chan);
}

struct role *
hold_next_by(char letter, struct chan *chan)
{
	return play_on(letter, run_hold_next, chan);
}

struct role *
bystand_by(char letter)
{
	return play(letter, run_bystand);
}

struct role *
select_by(char letter)
{
	return play(letter, run_select);
}

struct role *
or_send(struct role *a, struct chan *chan, char value)
{
	ck_assert_uint_lt(a->count, CASES);
	a->cases[a->count++] =
	    (struct select_case){ chan, blob_copy(&value, 1), true };
	return a;
}

struct role *
or_receive(struct role *a, struct chan *chan)
{
	ck_assert_uint_lt(a->count, CASES);
	a->cases[a->count++] = (struct select_case){ .chan = chan };
	return a;
}

static struct role *
play_at(char letter, task_fn *function, struct role *other)
{
	struct role *a = play(letter, function);

	a->other = other;
	return a;
}

struct role *
kill_by(char letter, struct role *other)
{
	return play_at(letter, run_kill, other);
}

struct role *
throw_by(char letter, struct role *other)
{
	return play_at(letter, run_throw, other);
}

struct role *
kill_pending_by(char letter, struct role *other)
{
	return play_at(letter, run_kill_pending, other);
}

struct role *
throw_pending_by(char letter, struct role *other)
{
	return play_at(letter, run_throw_pending, other);
}

/* ---- looking ---- */

void
let_hold(struct chan *chan, bool sender_first, int64_t deadline, int64_t lease)
{
	if (sender_first)
		send_by('S', chan)->deadline = deadline;
	hold_by('H', chan)->lease = lease;
	sched_run();
	if (!sender_first)
		send_by('S', chan)->deadline = deadline;
	sched_run();
	gets('H', "S");
	returns('S', UNDONE);
}

void
run_at(int64_t time)
{
	sched_set_time(time);
	sched_run();
}

struct delivery *
held_by(char letter)
{
	return holder_find(&cast_holder, (uint64_t)letter);
}

static const struct waiter *
waiter_at(const struct list *link, const struct list *end_of_list)
{
	return link != end_of_list ? list_entry(link, struct waiter, link)
				   : NULL;
}

static char *
show(char *text, const struct waiter *w)
{
	if (w->party == NULL)
		*text++ = '(';
	memcpy(text, blob_data(w->value), blob_size(w->value));
	text += blob_size(w->value);
	if (w->party == NULL)
		*text++ = ')';
	return text;
}

const char *
lineup(const struct chan *chan)
{
	static char all[512];
	const struct list *s = chan->senders.next, *v = chan->values.next;
	const struct waiter *sender, *stored;
	char *text = all;

	while (true) {
		sender = waiter_at(s, &chan->senders);
		stored = waiter_at(v, &chan->values);
		if (sender == NULL && stored == NULL)
			break;
		if (stored == NULL ||
		    (sender != NULL && sender->arrival < stored->arrival)) {
			text = show(text, sender);
			s = s->next;
		} else {
			text = show(text, stored);
			v = v->next;
		}
	}
	for (const struct list *r = chan->receivers.next; r != &chan->receivers;
	     r = r->next)
		*text++ = '-';
	*text = '\0';
	return all;
}

void
returns(char letter, int result)
{
	int r = role(letter)->result;

	ck_assert_msg(r == result, "%c returned %d (%s), not %d (%s)", letter,
		      r, r < 0 ? strerror(-r) : "", result,
		      result < 0 ? strerror(-result) : "");
}

void
gets(char letter, const char *value)
{
	const struct role *a = role(letter);

	ck_assert_msg(strcmp(a->value, value) == 0, "%c got \"%s\" (%d)",
		      letter, a->value, a->result);
}
