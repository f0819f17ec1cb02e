/* SPDX-License-Identifier: MIT */
#include "transaction.h"

#include <errno.h>
#include <string.h>

struct chan chans[CHANS];
struct chan *const a = &chans[0], *const b = &chans[1], *const c = &chans[2],
		   *const d = &chans[3], *const e = &chans[4],
		   *const f = &chans[5];

struct atomic all;
struct blob *slots[STEPS];
static int used;

void
transaction_open(void)
{
	cast_open();
	for (int i = 0; i < CHANS; i++)
		chan_init(&chans[i]);
	chan_set_capacity(c, 2);
	chan_set_capacity(e, 2);
	receive_by('R', a);
	send_by('B', b);
	or_send(or_receive(select_by('Z'), a), b, 'z')->deadline = 1000;
	next_by('N', a);
	send_exception_by('E', b);
	send_by('C', c);
	send_by('D', c);
	send_by('F', c);
	hold_by('H', d);
	send_exception_by('G', f);
	sched_run();
	trail_clear();
	atomic_init(&all);
	used = 0;
}

void
transaction_close(void)
{
	cast_close();
	for (int i = 0; i < CHANS; i++)
		chan_fini(&chans[i]);
}

/* ---- steps ---- */

static int
give(struct chan *chan, bool is_error)
{
	return atomic_send(&all, chan, &slots[used++], is_error);
}

static int
take(struct chan *chan, bool iterates)
{
	return atomic_receive(&all, chan, &slots[used++], iterates);
}

static int
send_a(void)
{
	return give(a, false);
}

static int
send_exception_a(void)
{
	return give(a, true);
}

static int
send_exception_d(void)
{
	return give(d, true);
}

static int
send_e(void)
{
	return give(e, false);
}

static int
receive_b(void)
{
	return take(b, false);
}

static int
receive_c(void)
{
	return take(c, true);
}

static int
receive_e(void)
{
	return take(e, false);
}

static int
broadcast_a(void)
{
	size_t count;

	return atomic_broadcast(&all, a, slots[STEPS - 1], &count);
}

int
change_c(void)
{
	int r = atomic_keep(&all, c);

	if (r < 0)
		return r;
	c->capacity = 7;
	c->preference = 1;
	c->schedule_all = true;
	chan_close(c);
	return 0;
}

static int
shut_a(void)
{
	return atomic_close_and_wake(&all, a);
}

static int
shut_b(void)
{
	return atomic_close_and_wake(&all, b);
}

static int
shut_c(void)
{
	return atomic_close_and_wake(&all, c);
}

static const struct step {
	int (*run)(void);
	bool gives;
} steps[KINDS] = {
	[SEND_A] = { send_a, true },
	[SEND_EXCEPTION_A] = { send_exception_a, true },
	[SEND_EXCEPTION_D] = { send_exception_d, true },
	[SEND_E] = { send_e, true },
	[RECEIVE_B] = { receive_b, false },
	[RECEIVE_C] = { receive_c, false },
	[RECEIVE_E] = { receive_e, false },
	[BROADCAST_A] = { broadcast_a, false },
	[CHANGE_C] = { change_c, false },
	[SHUT_A] = { shut_a, false },
	[SHUT_B] = { shut_b, false },
	[SHUT_C] = { shut_c, false },
};

bool
step_gives(int kind)
{
	return steps[kind].gives;
}

void
fill_slots(const int *kinds, int count)
{
	int slot = 0;

	used = 0;
	memset(slots, 0, sizeof slots);
	for (int i = 0; i < count; i++) {
		bool has_slot = kinds[i] < BROADCAST_A;

		if (steps[kinds[i]].gives)
			slots[slot] = text_blob("v");
		slot += has_slot;
	}
	slots[STEPS - 1] = text_blob("news");
}

int
run_steps(const int *kinds, int count)
{
	int r = 0;

	for (int i = 0; i < count && r == 0; i++)
		r = steps[kinds[i]].run();
	return r;
}

void
drop_slots(void)
{
	for (int i = 0; i < STEPS; i++)
		slots[i] = blob_unref(slots[i]);
}
