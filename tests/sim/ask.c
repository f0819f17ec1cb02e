/* SPDX-License-Identifier: MIT */
/*
 * ask.c - from a step to the bytes of a request.
 */
#include "ask_parts.h"

struct asking out;

static bool put_verb(unsigned verb);

static const char *
method_of(unsigned verb)
{
	static const char *const names[VERBS] = {
		[VERB_send_fat] = "send",
		[VERB_recv_ack] = "recv",
		[VERB_next_ack] = "next",
		[VERB_recv_done] = "recv",
		[VERB_open] = "channel.open",
		[VERB_shut] = "channel.close",
		[VERB_shut_wake] = "channel.close",
		[VERB_clear] = "channel.clear",
		[VERB_info] = "channel.info",
		[VERB_list] = "channel.list",
		[VERB_watch] = "channel.watch",
		[VERB_spawn] = "task.spawn",
		[VERB_wait] = "task.wait",
		[VERB_kill] = "task.kill",
		[VERB_throw] = "task.throw",
		[VERB_schedule] = "task.schedule",
		[VERB_park] = "task.park",
		[VERB_wake] = "task.wake",
		[VERB_tasks] = "task.list",
		[VERB_stats] = "server.stats",
		[VERB_invalid] = "send",
	};

	return names[verb] != NULL ? names[verb] : verb_name(verb);
}

/* The params of what is spawned have a head of their own. */
static bool
ask_spawn(void)
{
	static const uint8_t verbs[8] = { VERB_send,   VERB_recv,
					  VERB_select, VERB_recv_ack,
					  VERB_next,   VERB_send_sequence,
					  VERB_park,   VERB_recv };
	unsigned verb = verbs[out.s->pick % 8], outer = out.number;
	unsigned inner = ledger_request(verb, out.r->conn);
	uint8_t *head;

	if (inner == 0)
		return false;
	out.r->inner = (uint16_t)inner;
	text(method_of(verb));
	head = out.at++;
	out.r = &ledger.request[inner];
	out.r->is_spawned = true;
	out.number = inner;
	out.params = 0;
	put_verb(verb);
	put_array(head, out.params); /* of one byte, as they are few */
	out.r = &ledger.request[outer];
	out.number = outer;
	out.params = 2;
	return true;
}
/* ---- what is about others ---- */

static bool
ask_wait(void)
{
	unsigned found = 0, nth = out.s->pick % 4;

	for (unsigned i = ledger.requests; i > 0; i--)
		if (ledger.request[i].task != 0 &&
		    ledger.request[i].code == CODE_NONE) {
			found = i;
			if (nth-- == 0)
				break;
		}
	if (found == 0)
		return false;
	out.r->inner = (uint16_t)found;
	number(ledger.request[found].task);
	out.params++;
	param_timeout();
	return true;
}

/* Any task that there is. */
static uint64_t
pick_task(void)
{
	const struct list *link = &sim.service.workers;
	unsigned nth = out.s->pick % 16;

	do
		link = link->next;
	while (nth-- > 0);
	if (link == &sim.service.workers)
		return 0;
	return list_entry(link, const struct worker, link)->id;
}

static void
put_pending(void)
{
	if ((out.s->options & 1) == 0)
		return;
	out.at = put_map(out.at, 1);
	text("pending");
	out.at = put_boolean(out.at, true);
	out.params++;
}

static bool
ask_task(unsigned verb)
{
	uint64_t task = pick_task();

	if (task == 0)
		return false;
	number(task);
	out.params++;
	if (verb == VERB_throw) {
		param_text("Sim");
		param_text("t0");
	}
	if (verb == VERB_kill)
		sim.kills = true;
	if (verb != VERB_wake)
		put_pending();
	return true;
}

static bool
ask_cancel(void)
{
	unsigned i = conns[out.r->conn].first, nth = out.s->pick % 4;

	while (i != 0 && nth-- > 0)
		i = ledger.request[i].next;
	if (i == 0)
		return false;
	sim.kills = true;
	number(i);
	out.params++;
	return true;
}

/* ---- what is about a channel ---- */

static bool
ask_open(void)
{
	param_channel();
	out.params++;
	out.at = put_map(out.at, 3);
	text("preference");
	out.at = put_integer(out.at, (int)(out.s->options % 3) - 1);
	text("schedule_all");
	out.at = put_boolean(out.at, out.s->options >> 2 & 1);
	text("capacity");
	number(out.s->options & 0x38 ? 0 : out.s->pick % 4);
	sim.stores[out.s->channel] |= (out.s->options & 0x38) == 0;
	return true;
}

static bool
ask_shut(bool wakes)
{
	param_channel();
	sim.closes[out.s->channel] = true;
	if (!wakes)
		return true;
	out.at = put_map(out.at, 1);
	text("wake");
	out.at = put_boolean(out.at, true);
	out.params++;
	return true;
}

static bool
put_verb(unsigned verb)
{
	switch (verb) {
	case VERB_send:
	case VERB_send_fat:
	case VERB_send_exception:
	case VERB_send_sequence:
	case VERB_broadcast:
	case VERB_recv:
	case VERB_next:
	case VERB_recv_ack:
	case VERB_next_ack:
	case VERB_recv_done:
	case VERB_select:
	case VERB_atomic:
	case VERB_ack:
	case VERB_nack:
	case VERB_fail:
	case VERB_extend:
		return ask_exchange(verb);
	case VERB_open:
		return ask_open();
	case VERB_shut:
	case VERB_shut_wake:
		return ask_shut(verb == VERB_shut_wake);
	case VERB_clear:
		sim.kills = true;
		param_channel();
		return true;
	case VERB_info:
		param_channel();
		return true;
	case VERB_watch:
		param_text("*");
		return true;
	case VERB_cancel:
		return ask_cancel();
	case VERB_spawn:
		return ask_spawn();
	case VERB_wait:
		return ask_wait();
	case VERB_kill:
	case VERB_throw:
	case VERB_wake:
		return ask_task(verb);
	case VERB_park:
		param_timeout();
		return true;
	default: /* without parameters; one too few is invalid */
		return true;
	}
}

static size_t
put_head(uint8_t *head, unsigned msgid, const char *method, unsigned params,
	 bool is_notification)
{
	uint8_t *end = head;

	if (!is_notification)
		return (size_t)(put_request(head, msgid, method, params) -
				head);
	end = put_unsigned(put_array(head, 3), 2);
	end = put_array(put_string(end, method, strlen(method)), params);
	return (size_t)(end - head);
}

enum { HEAD_MOST = 100 };

static void
begin(unsigned conn, unsigned number_, uint8_t *bytes, const struct step *s)
{
	out.at = bytes + HEAD_MOST;
	out.params = 0;
	out.number = number_;
	out.r = &ledger.request[number_];
	out.s = s;
	out.r->is_serial = !conns[conn].is_concurrent;
}

/* The head comes last, when all is known, and both are put together. */
static size_t
end(uint8_t *bytes, const char *method)
{
	size_t body = (size_t)(out.at - bytes) - HEAD_MOST;
	size_t head = put_head(bytes, out.number, method, out.params,
			       out.r->is_notification);

	memmove(bytes + head, bytes + HEAD_MOST, body);
	return head + body;
}

unsigned
ask_put(const struct step *step, unsigned conn, uint8_t *bytes, size_t *size)
{
	unsigned r = ledger_request(step->verb, conn);

	if (r == 0)
		return 0;
	begin(conn, r, bytes, step);
	if (!put_verb(step->verb)) {
		ledger.requests = r - 1;
		return 0;
	}
	out.r->is_notification =
	    step->verb != VERB_spawn && (step->noise & 31) == 31;
	*size = end(bytes, method_of(step->verb));
	return r;
}

unsigned
ask_hello(unsigned conn, bool concurrent, bool array, uint8_t *bytes,
	  size_t *size)
{
	static const struct step none;
	unsigned r = ledger_request(VERB_ping, conn);

	if (r == 0)
		return 0;
	begin(conn, r, bytes, &none);
	out.at = put_map(out.at, 2);
	text("concurrent");
	out.at = put_boolean(out.at, concurrent);
	text("errors");
	text(array ? "array" : "string");
	out.params = 1;
	*size = end(bytes, "hello");
	return r;
}
