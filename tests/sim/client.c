/* SPDX-License-Identifier: MIT */
#include "client.h"

#include "sim.h"
#include "task/sched.h"
#include "tests/memory.h"

#include <string.h>

struct conn conns[SOCKETS_MOST];

static uint8_t current[CLIENTS_MOST]; /* each client's connection, or 0 */
static uint8_t message[ASK_MOST];
static unsigned stats_request;

enum { LARGEST_ANSWER = 1 << 20, DRIBBLE = 3, SMALL_ROOM = 150 };

void
clients_begin(void)
{
	struct buffer kept;

	memset(current, 0, sizeof current);
	stats_request = 0;
	for (unsigned i = 0; i < SOCKETS_MOST; i++) {
		kept = conns[i].out;
		kept.begin = kept.end = 0;
		conns[i] = (struct conn){ .out = kept };
		frame_scan_init(&conns[i].scan, LARGEST_ANSWER);
	}
}

/* ---- what it reads ---- */

static void
unlist(struct conn *c, unsigned request)
{
	struct request *r = &ledger.request[request];
	unsigned at = c->first, before = 0;

	must(r->is_listed, "an answer that nobody waits for");
	while (at != request) {
		before = at;
		at = ledger.request[at].next;
	}
	must(before == 0 || !r->is_serial ||
		 !ledger.request[c->first].is_serial,
	     "an answer came out of turn");
	if (before == 0)
		c->first = r->next;
	else
		ledger.request[before].next = r->next;
	if (c->last == request)
		c->last = (uint16_t)before;
	r->is_listed = false;
}

static void
read_answer(struct conn *c, const struct frame *frame)
{
	if (frame->kind == FRAME_NOTIFICATION || c->is_raw)
		return;
	must(frame->kind == FRAME_RESPONSE, "the daemon asks something");
	/* The last one, to what was no request, may be to none. */
	if (c->has_erred && (frame->msgid == 0 || frame->msgid == 0xffff))
		return;
	must(frame->msgid >= 1 && frame->msgid <= ledger.requests &&
		 &conns[ledger.request[frame->msgid].conn] == c,
	     "an answer to what was never asked");
	unlist(c, frame->msgid);
	ledger_answer(frame->msgid, frame->error, frame->result);
}

static void
keep_bytes(struct buffer *out, const void *data, size_t size)
{
	if (out->room - out->end < size) {
		out->room = 2 * out->room + size;
		out->data = memory_grow(out->data, out->room);
	}
	memcpy(out->data + out->end, data, size);
	out->end += size;
}

static void
hash_bytes(const uint8_t *data, size_t size)
{
	uint64_t word;

	for (; size >= 8; data += 8, size -= 8) {
		memcpy(&word, data, 8);
		trace(word);
	}
	for (; size > 0; data++, size--)
		trace(*data);
}

void
client_read(unsigned i, const void *data, size_t size)
{
	struct conn *c = &conns[i];
	struct buffer *out = &c->out;
	struct frame frame;
	int r;

	hash_bytes(data, size);
	must(!c->is_ended, "bytes come behind the end");
	keep_bytes(out, data, size);
	while (out->begin < out->end) {
		r = frame_more(&c->scan, out->data + out->begin,
			       out->end - out->begin, &frame);
		must(r >= 0, "the daemon sent what is no message");
		if (r == 0)
			return;
		read_answer(c, &frame);
		out->begin += c->scan.scan.offset;
		frame_scan_init(&c->scan, LARGEST_ANSWER);
	}
	out->begin = out->end = 0;
}

/* Has it done, or suffered, what a connection is closed for? */
static bool
may_be_closed(unsigned i)
{
	const struct conn *c = &conns[i];
	const struct socket *s = &sockets[i];

	return !c->is_there || c->has_erred || sim.garbage != NULL ||
	       s->is_half_closed || s->is_hurt || sim.kills;
}

void
client_closed(unsigned i)
{
	bool is_hurt = !may_be_closed(i);

	say("    %u is closed by the daemon", i);
	must(!is_hurt || sim.fails_memory,
	     "a connection was closed for nothing");
	sim.hurt += is_hurt;
	conns[i].is_ended = true;
}

/* ---- what it sends ---- */

static void
send_bytes(unsigned i, const void *data, size_t size)
{
	socket_put(i, data, size);
	if (!sockets[i].dribbles)
		socket_flow(i, SIZE_MAX);
}

static void
enlist(unsigned i, unsigned request)
{
	struct conn *c = &conns[i];
	struct request *r = &ledger.request[request];

	c->has_notified |= r->is_notification;
	if (r->is_notification)
		return;
	r->is_listed = true;
	r->next = 0;
	if (c->first == 0)
		c->first = (uint16_t)request;
	else
		ledger.request[c->last].next = (uint16_t)request;
	c->last = (uint16_t)request;
}

static void
ask(unsigned i, const struct step *step)
{
	size_t size;
	unsigned request;

	if (!conns[i].is_there || conns[i].is_ended || conns[i].has_erred ||
	    sockets[i].is_half_closed)
		return;
	request = ask_put(step, i, message, &size);
	if (request == 0)
		return;
	say("    #%u %s%s on %u channel %u", request, verb_name(step->verb),
	    ledger.request[request].is_notification ? " (notification)" : "", i,
	    step->channel);
	enlist(i, request);
	send_bytes(i, message, size);
}

static void
say_hello(unsigned i, const struct step *step)
{
	bool concurrent = step->options % 3 == 0;
	size_t size;
	unsigned request =
	    ask_hello(i, concurrent, step->options & 64, message, &size);

	if (request == 0)
		return;
	enlist(i, request);
	conns[i].is_concurrent = concurrent;
	send_bytes(i, message, size);
}

/* ---- how it lives ---- */

static void
make_room(unsigned i)
{
	socket_make_room(i, conns[i].is_deaf ? SMALL_ROOM : 1 << 20);
}

static void
connect_client(const struct step *step)
{
	unsigned i = current[step->client];

	if (i != 0 && conns[i].is_there && !conns[i].is_ended)
		return;
	i = socket_connect();
	current[step->client] = (uint8_t)i;
	if (i == 0)
		return;
	conns[i].is_there = true;
	conns[i].client = step->client;
	make_room(i);
	if (step->pick & 1)
		say_hello(i, step);
}

static void
leave(unsigned i, unsigned verb)
{
	if (!conns[i].is_there)
		return;
	if (verb == VERB_half_close) {
		socket_half_close(i);
		return;
	}
	conns[i].is_there = false;
	if (verb == VERB_close)
		socket_close(i);
	else
		socket_reset(i);
}

/* Not msgpack; another shape; a response; a request that breaks off. */
static void
send_garbage(unsigned i, const struct step *step)
{
	static const char *const garbage[] = {
		"\xc1", "\x91\x05", "\x94\x01\xcd\xff\xff\xc0\xc0",
		"\x94\x00\xcd\xff\xff\xa4ping\xc1"
	};
	static const uint8_t sizes[] = { 1, 2, 7, 11 };

	if (!conns[i].is_there || sockets[i].is_half_closed)
		return;
	if (sim.garbage != NULL) {
		conns[i].is_raw = true;
		send_bytes(i, message, sim.garbage(step, message));
		return;
	}
	conns[i].has_erred = true;
	send_bytes(i, garbage[step->pick % 4], sizes[step->pick % 4]);
}

static void
dribble(unsigned i)
{
	if (sockets[i].dribbles)
		socket_flow(i, 1 + noise_below(DRIBBLE));
}

static void
advance(int64_t by)
{
	sim.now += by;
}

static void
jump(void)
{
	static const int64_t far[] = { 5 * (int64_t)MS, 100 * (int64_t)MS,
				       2000 * (int64_t)MS };
	int64_t deadline = sched_next_deadline();
	unsigned how = noise_below(5);

	if (how < 3)
		advance(far[how]);
	else if (deadline != INT64_MAX && deadline > sim.now)
		sim.now = deadline - (how == 3);
}

static void
fail_memory(void)
{
	unsigned nth = 1 + noise_below(30);

	memory_fail(nth, noise_below(3));
}

static void
world_step(const struct step *step, unsigned i)
{
	switch (step->verb) {
	case VERB_connect:
		connect_client(step);
		break;
	case VERB_half_close:
	case VERB_close:
	case VERB_reset:
		leave(i, step->verb);
		break;
	case VERB_stall:
		sockets[i].is_stalled = true;
		break;
	case VERB_flow:
		sockets[i].is_stalled = sockets[i].dribbles = false;
		socket_flow(i, SIZE_MAX);
		break;
	case VERB_dribble:
		sockets[i].dribbles = true;
		break;
	case VERB_deaf:
	case VERB_listen:
		conns[i].is_deaf = step->verb == VERB_deaf;
		make_room(i);
		break;
	case VERB_garbage:
		send_garbage(i, step);
		break;
	default:
		break;
	}
}

static void
stop_daemon(void)
{
	if (sim.service.is_draining)
		drain_end(&sim.drain);
	else
		service_stop(&sim.service);
}

static void
drain_daemon(void)
{
	if (!sim.service.is_stopping)
		drain_begin(&sim.drain, (int64_t)noise_below(400) * MS);
}

void
client_step(const struct step *step)
{
	unsigned i = current[step->client];

	if (i != 0)
		dribble(i);
	if (step->verb == VERB_tick)
		advance(1 + (int64_t)noise_below(3 * MS));
	else if (step->verb == VERB_jump)
		jump();
	else if (step->verb == VERB_no_memory)
		fail_memory();
	else if (step->verb == VERB_no_calls)
		socket_fail_calls(1 + noise_below(3));
	else if (step->verb == VERB_stop)
		sim.kills = true, stop_daemon();
	else if (step->verb == VERB_drain)
		sim.kills = true, drain_daemon();
	else if (step->verb == VERB_connect ||
		 (i != 0 && step->verb <= VERB_stop))
		world_step(step, i);
	else if (i != 0)
		ask(i, step);
	if (i != 0 && step->pick & 2)
		make_room(i);
}

/* ---- the end ---- */

void
clients_calm(void)
{
	memory_heal();
	socket_fail_calls(0);
	for (unsigned i = 1; i < SOCKETS_MOST; i++) {
		sockets[i].is_stalled = sockets[i].dribbles = false;
		conns[i].is_deaf = false;
		if (!conns[i].is_there)
			continue;
		socket_flow(i, SIZE_MAX);
		socket_make_room(i, 1 << 20);
	}
}

static bool
waits_rightly(const struct request *r)
{
	/* Not to wait is about meeting somebody, not about being held. */
	if (r->timeout > 0)
		return false;
	switch (r->verb) {
	case VERB_send:
	case VERB_send_fat:
	case VERB_send_exception:
	case VERB_send_sequence:
	case VERB_recv:
	case VERB_next:
	case VERB_recv_ack:
	case VERB_next_ack:
	case VERB_recv_done:
	case VERB_select:
	case VERB_park:
	case VERB_wait:
		return true;
	default:
		return false;
	}
}

/* Of those that wait one behind the other only the first has begun. */
static void
judge_conn(const struct conn *c)
{
	const struct request *r;

	for (unsigned at = c->first; at != 0; at = r->next) {
		r = &ledger.request[at];
		if (c->has_notified && r->is_serial)
			return; /* it may wait behind that */
		if (!waits_rightly(r)) {
			say("    #%u on %u has no answer", at, r->conn);
			violation("%s was never answered", verb_name(r->verb));
		}
		if (r->is_serial)
			return;
	}
}

void
clients_judge(void)
{
	for (unsigned i = 1; i < SOCKETS_MOST; i++)
		if (conns[i].is_there && !conns[i].is_ended &&
		    !sockets[i].waits && !conns[i].has_erred)
			judge_conn(&conns[i]);
}

void
clients_ask_stats(void)
{
	static const struct step step = { .verb = VERB_stats };
	unsigned i = socket_connect();

	if (i == 0)
		return;
	conns[i].is_there = true;
	ask(i, &step);
	stats_request = ledger.requests;
}

void
clients_leave(void)
{
	if (stats_request > 0 && !sim.service.is_stopping)
		must(ledger.request[stats_request].code == CODE_OK,
		     "the daemon does not serve any more");
	for (unsigned i = 1; i < SOCKETS_MOST; i++)
		leave(i, i % 3 == 0   ? VERB_half_close
			 : i % 3 == 1 ? VERB_close
				      : VERB_reset);
}
