/* SPDX-License-Identifier: MIT */
#include "operations.h"

#include "chan/delivery.h"
#include "meeting.h"

static struct holder holder;
static uint64_t number; /* of the newest */

static struct delivery *
new_delivery(void)
{
	struct delivery *delivery = delivery_new(&holder, ++number, 0);

	meeting_must(delivery != NULL, "delivery_new");
	return delivery;
}

/* The delivery, or NULL where there will be none. */
PARKS static struct delivery *
receive_held(struct chan *chan)
{
	struct delivery *delivery = new_delivery();
	struct blob *received;

	if (delivery_receive(delivery, chan, &received, NO_DEADLINE) < 0)
		return delivery_free(delivery);
	blob_unref(received);
	return delivery;
}

/* ---- each value by one of the crowd ---- */

PARKS static void
acknowledge_all(size_t index)
{
	struct delivery *delivery;

	(void)index;
	while ((delivery = receive_held(CROWDED)) != NULL)
		MUST(delivery_ack(delivery, NULL));
}

PARKS static void
refuse_once(size_t index)
{
	struct delivery *delivery;

	(void)index;
	while ((delivery = receive_held(CROWDED)) != NULL)
		if (delivery_attempt(delivery) == 1)
			MUST(delivery_nack(delivery));
		else
			MUST(delivery_ack(delivery, NULL));
}

static void
open_acknowledging(void)
{
	open_own();
	holder_init(&holder);
	crowd_assign(acknowledge_all);
}

static void
open_refusing(void)
{
	open_own();
	holder_init(&holder);
	crowd_assign(refuse_once);
}

/* ---- as many as the crowd counts by one holder ---- */

PARKS static void
hold_all(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < crowd.count; i++)
		receive_held(&own);
}

static void
open_held(void)
{
	open_stored();
	holder_init(&holder);
	crowd_spawn(hold_all, NULL);
	sched_run();
}

PARKS static void
acknowledge_newest(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++) {
		send_to(&own);
		receive_held(&own);
		MUST(delivery_ack(holder_find(&holder, number), NULL));
	}
}

static void
run_newest(size_t count)
{
	crowd_spawn(acknowledge_newest, &count);
	sched_run();
}

/* A value that came later keeps the others from just being appended. */
PARKS static void
store_another(void *unused)
{
	(void)unused;
	send_to(&own);
}

static void
open_returning(void)
{
	open_held();
	crowd_spawn(store_another, NULL);
	sched_run();
}

static void
run_returning(size_t count)
{
	for (size_t i = 0; i < count; i += crowd.count) {
		holder_end(&holder);
		crowd_spawn(hold_all, NULL);
		sched_run();
	}
}

static void
close_held(void)
{
	holder_end(&holder);
	close_own();
}

/* ---- all of them ---- */

const struct operation held_operations[] = {
	{ .name = "hold, ack",
	  .others = "waiting there",
	  .open = open_acknowledging,
	  .batch = 2,
	  .run = run_among_crowd,
	  .close = close_own },
	{ .name = "hold, nack, hold, ack",
	  .others = "waiting there",
	  .open = open_refusing,
	  .batch = 2,
	  .run = run_among_crowd,
	  .close = close_own },
	{ .name = "store, hold, find, ack",
	  .others = "held by the same",
	  .open = open_held,
	  .batch = 2,
	  .run = run_newest,
	  .close = close_held },
	{ .name = "lose, hold again, in order",
	  .others = "held by the same",
	  .open = open_returning,
	  .batch = 1,
	  .run = run_returning,
	  .is_for_all = true,
	  .close = close_held },
	{ 0 },
};
