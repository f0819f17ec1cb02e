/* SPDX-License-Identifier: MIT */
#include "client/verb/bench.h"

#include "client/base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* When a call began, as its context: one in a block for each pair. */
struct send {
	int64_t began;
};

struct pair {
	struct chand *sender;
	struct chand *receiver;
	struct send *sends;
	char channel[64];
};

struct bench {
	struct bench_plan plan;
	struct pair *pairs;
	struct pollfd *polls; /* two for each, and the one that wakes us */
	char *value;
	int64_t begun; /* sends */
	enum chand_code code;
	char text[200];
	struct histogram times;
};

/* ---- making ---- */

static struct chand *
new_client(const struct bench *bench)
{
	struct chand *client = chand_new();
	bool is_concurrent = bench->plan.is_acked && bench->plan.depth > 1;

	if (client == NULL)
		return NULL;
	if (chand_set_url(client, bench->plan.url) == CHAND_OK &&
	    chand_set_name(client, "chanctl bench") == CHAND_OK &&
	    chand_set_concurrent(client, is_concurrent) == CHAND_OK)
		return client;
	chand_free(client);
	return NULL;
}

static bool
make_pair(struct bench *bench, int i)
{
	struct pair *pair = &bench->pairs[i];

	pair->sender = new_client(bench);
	pair->receiver = new_client(bench);
	pair->sends = calloc((size_t)bench->plan.depth, sizeof *pair->sends);
	snprintf(pair->channel, sizeof pair->channel, "bench:%ld:%lld:%d",
		 (long)getpid(), (long long)clock_now(), i);
	return pair->sender != NULL && pair->receiver != NULL &&
	       pair->sends != NULL;
}

struct bench *
bench_new(const struct bench_plan *plan)
{
	struct bench *bench = calloc(1, sizeof *bench);
	bool is_made;

	if (bench == NULL)
		return NULL;
	bench->plan = *plan;
	bench->pairs = calloc((size_t)plan->pairs, sizeof *bench->pairs);
	bench->polls =
	    calloc(2 * (size_t)plan->pairs + 1, sizeof *bench->polls);
	bench->value = malloc(plan->size + 1);
	is_made = bench->pairs != NULL && bench->polls != NULL &&
		  bench->value != NULL;
	for (int i = 0; is_made && i < plan->pairs; i++)
		is_made = make_pair(bench, i);
	if (!is_made) {
		bench_free(bench);
		return NULL;
	}
	memset(bench->value, 'x', plan->size);
	return bench;
}

void
bench_free(struct bench *bench)
{
	if (bench == NULL)
		return;
	for (int i = 0; bench->pairs != NULL && i < bench->plan.pairs; i++) {
		chand_free(bench->pairs[i].sender);
		chand_free(bench->pairs[i].receiver);
		free(bench->pairs[i].sends);
	}
	free(bench->pairs);
	free(bench->polls);
	free(bench->value);
	free(bench);
}

/* ---- what came of it ---- */

static void
fail(struct bench *bench, enum chand_code code, const char *text)
{
	if (bench->code != CHAND_OK)
		return;
	bench->code = code;
	snprintf(bench->text, sizeof bench->text, "%s", text);
}

bool
bench_is_done(const struct bench *bench)
{
	return bench->code != CHAND_OK ||
	       (bench->plan.most > 0 &&
		bench->times.count == (uint64_t)bench->plan.most);
}

enum chand_code
bench_code(const struct bench *bench)
{
	return bench->code;
}

const char *
bench_text(const struct bench *bench)
{
	return bench->text;
}

const struct histogram *
bench_times(const struct bench *bench)
{
	return &bench->times;
}

/* ---- handing over ---- */

static void
begin_send(struct bench *bench, struct pair *pair, struct send *send)
{
	struct chand_call *call;

	if (bench->plan.most > 0 && bench->begun == bench->plan.most)
		return;
	bench->begun++;
	send->began = clock_now();
	call = chand_start_send(pair->sender, pair->channel,
				chand_binary(bench->value, bench->plan.size),
				CHAND_FOREVER);
	if (call == NULL)
		fail(bench, CHAND_NOMEMORY, "out of memory");
	else
		chand_call_set_context(call, send);
}

/* With the delivery that is to be acknowledged; NULL: none. */
static void
begin_recv(struct bench *bench, struct pair *pair, const char *done)
{
	unsigned how = bench->plan.is_acked ? CHAND_ACK : CHAND_PLAIN;
	struct chand_call *call =
	    done != NULL
		? chand_start_done_recv(pair->receiver, done, chand_nil(),
					pair->channel, how, CHAND_FOREVER)
		: chand_start_recv(pair->receiver, pair->channel, how,
				   CHAND_FOREVER);

	if (call == NULL)
		fail(bench, CHAND_NOMEMORY, "out of memory");
}

static bool
has_come(struct bench *bench, const struct chand_call *call)
{
	if (chand_call_code(call) != CHAND_OK)
		fail(bench, chand_call_code(call), chand_call_text(call));
	return chand_call_code(call) == CHAND_OK;
}

static void
take_sent(struct bench *bench, struct pair *pair)
{
	struct chand_call *call;

	while ((call = chand_done(pair->sender)) != NULL) {
		struct send *send = chand_call_context(call);

		if (has_come(bench, call)) {
			histogram_add(&bench->times, clock_now() - send->began);
			begin_send(bench, pair, send);
		}
		chand_call_free(call);
	}
}

static void
take_received(struct bench *bench, struct pair *pair)
{
	struct chand_call *call;

	while ((call = chand_done(pair->receiver)) != NULL) {
		if (has_come(bench, call))
			begin_recv(bench, pair, chand_call_delivery(call));
		chand_call_free(call);
	}
}

enum chand_code
bench_start(struct bench *bench)
{
	for (int i = 0; bench->code == CHAND_OK && i < bench->plan.pairs; i++) {
		struct pair *pair = &bench->pairs[i];
		enum chand_code code = chand_connect(pair->receiver);

		if (code != CHAND_OK)
			fail(bench, code, chand_text(pair->receiver));
		code = chand_connect(pair->sender);
		if (code != CHAND_OK)
			fail(bench, code, chand_text(pair->sender));
	}
	for (int i = 0; bench->code == CHAND_OK && i < bench->plan.pairs; i++) {
		struct pair *pair = &bench->pairs[i];

		for (int n = 0; n < bench->plan.depth; n++) {
			begin_recv(bench, pair, NULL);
			begin_send(bench, pair, &pair->sends[n]);
		}
	}
	return bench->code;
}

/* ---- waiting ---- */

static void
prepare(struct bench *bench, int wake)
{
	struct pollfd *at = bench->polls;

	for (int i = 0; i < bench->plan.pairs; i++) {
		struct pair *pair = &bench->pairs[i];

		*at++ = (struct pollfd){ .fd = chand_fd(pair->sender),
					 .events = chand_events(pair->sender) };
		*at++ =
		    (struct pollfd){ .fd = chand_fd(pair->receiver),
				     .events = chand_events(pair->receiver) };
	}
	*at = (struct pollfd){ .fd = wake, .events = POLLIN };
}

/* A call can be done with nothing to wait for: one that could not be sent. */
static void
process(struct bench *bench)
{
	for (int i = 0; i < bench->plan.pairs; i++) {
		struct pair *pair = &bench->pairs[i];

		if (bench->polls[2 * i].revents != 0)
			chand_process(pair->sender);
		if (bench->polls[2 * i + 1].revents != 0)
			chand_process(pair->receiver);
		take_sent(bench, pair);
		take_received(bench, pair);
	}
}

void
bench_run(struct bench *bench, int wake, int64_t deadline)
{
	nfds_t count = 2 * (nfds_t)bench->plan.pairs;
	int left;

	process(bench); /* what needed no waiting for */
	while (!bench_is_done(bench) && (left = clock_left_ms(deadline)) != 0) {
		prepare(bench, wake);
		if (poll(bench->polls, count + 1, left) < 0)
			continue;
		process(bench);
		if (bench->polls[count].revents != 0)
			return;
	}
}
