/* SPDX-License-Identifier: MIT */
/*
 * client.h - a client and its calls, as the library's own files see them.
 *
 * A call is on exactly one of its client's lists. It goes from `waiting` (not
 * wholly sent) to `flying` (sent, unanswered) to `done` (nobody has been told)
 * to `kept` (its owner knows), forwards only, and may leave some out. Nothing
 * is allocated on that way but an answer, where it is read: whatever becomes
 * of a call was its own from the beginning.
 */
#ifndef CLIENT_LIB_CLIENT_H
#define CLIENT_LIB_CLIENT_H

#include "client/chand.h"
#include "client/lib/dial.h"
#include "client/lib/sys.h"

#include "proto/frame.h"

#include <sys/queue.h>

struct tls;

enum {
	TEXT_MAX = 512,	    /* what is said of a call or client, and its NUL */
	EVENTS_MOST = 1000, /* notifications that nobody has taken yet, */
	EVENT_BYTES_MOST = 1 << 24, /* and their bytes */
	UNSENT_MOST = 1 << 26,	    /* at first */
	CONNECT_MS = 10000,	    /* at first */
	SILENCE_MS =
	    5000, /* what a daemon may take over what it owes at once */
};

enum call_state { CALL_WAITING, CALL_FLYING, CALL_DONE, CALL_KEPT };

TAILQ_HEAD(call_list, chand_call);

struct chand_call {
	TAILQ_ENTRY(chand_call) entry;
	struct chand *client;
	enum call_state state;
	bool is_abandoned;   /* freed by its owner, or never had one */
	bool takes_delivery; /* its result is [value, delivery, attempt, peer?]
			      */
	uint32_t msgid;
	uint8_t *request; /* until it is sent */
	size_t size;
	int64_t unsent_until; /* then it is given up, where nobody is there */
	int64_t patience;     /* how long an answer may take; NEVER */
	int64_t due;	      /* ... which it has begun to; NEVER */
	enum chand_code code;
	uint8_t *answer; /* what the four below point into */
	struct chand_value value;
	const char *delivery;
	const char *peer;
	uint64_t attempt;
	struct chand_value data;
	const char *text; /* in `answer`, in `said`, or static */
	char said[TEXT_MAX];
	void *context;
};

/* A notification, as it came. */
struct event {
	STAILQ_ENTRY(event) entry;
	size_t size;
	uint8_t params[];
};

enum client_state {
	CLIENT_IDLE,
	CLIENT_PAUSED, /* until it connects again */
	CLIENT_DIALING,
	CLIENT_SECURING, /* connected; TLS begins */
	CLIENT_GREETING, /* connected; who is there has yet to say so */
	CLIENT_OPEN,
	CLIENT_ENDING, /* nothing more is sent, but answers may come */
};

struct chand {
	/* settings */
	struct url given;
	bool is_given; /* else it is to be found */
	char *name;    /* or NULL */
	char *token;
	char *authorities, *certificate, *key; /* files, or NULL */
	bool wants_concurrent;
	int64_t connect_timeout;
	int64_t first, most; /* of reconnecting; 0: never */
	size_t unsent_limit;

	/* its connection */
	enum client_state state;
	bool was_withdrawn; /* is why it is ending */
	bool is_concurrent; /* this connection is */
	struct url url;
	char where[URL_TEXT_MAX];
	struct dial dial;
	int fd;			 /* once connected, or -1 */
	struct tls *tls;	 /* what lies on it, or NULL */
	struct chand_call hello; /* on no list; msgid 0 */
	size_t sent;		 /* of hello, or of the first that waits */
	size_t largest;		 /* message that the daemon takes */
	unsigned failures;	 /* to connect, in a row; and the last one: */
	enum chand_code failure; /* CHAND_OK since it was told to connect */
	int64_t state_until; /* dialing, greeting, ending, paused: no longer */
	int64_t alarm;	     /* nothing is due before */

	uint8_t *input;
	size_t input_size, input_room;
	struct frame_scan scan;

	/* its calls */
	struct call_list waiting, flying, done, kept;
	size_t unsent; /* what those that wait cost */
	uint32_t last_msgid;
	bool has_wrapped; /* an old call may still have a new one's msgid */

	STAILQ_HEAD(, event) events;
	struct event *event; /* the one that was taken last */
	unsigned event_count;
	size_t event_bytes;
	uint64_t lost_events;

	char text[TEXT_MAX];
};

/* ---- client.c ---- */

/* Remember what chand_text() is to say. Returns `code`. */
__attribute__((format(printf, 3, 4))) enum chand_code
client_say(struct chand *client, enum chand_code code, const char *format, ...);

/* ---- call.c ---- */

/* A call with nothing in it that is on no list; NULL: out of memory. */
struct chand_call *call_new(struct chand *client);

/* Put it behind all others of that list; from the one that it is on. */
void call_add(struct chand_call *call, enum call_state state);
void call_move(struct chand_call *call, enum call_state state);

/* Bytes that it keeps as long as it waits. */
size_t call_cost(const struct chand_call *call);

/*
 * It is done: `code`, with "CODE: text" in its `said`; or, with no format,
 * with what is in it already. One that nobody has any more is freed.
 */
__attribute__((format(printf, 3, 4))) void call_end(struct chand_call *call,
						    enum chand_code code,
						    const char *format, ...);

/* Take it off its list and free it. */
void call_destroy(struct chand_call *call);

/* Too large for the daemon, it ends here: it would end all the others, too. */
void call_check_size(struct chand_call *call);

/* The one that is on its way with that msgid, or NULL. */
struct chand_call *call_find(const struct chand *client, uint32_t msgid);

/* ---- answer.c ---- */

/*
 * Put what was answered into the call, which is to be ended then.
 *
 * 0; -ENOMEM; -EPROTO no answer of a chand's.
 */
int answer_take(struct chand_call *call, const struct frame *frame);

/* ---- conn.c: its beginning ---- */

/* A call that was begun, and is on no list yet, is to be sent. */
void conn_take(struct chand_call *call);

/* Try to connect, now. May lose the connection. */
void conn_dial(struct chand *client, int64_t now);

/* What to do with what dial_step() has returned. */
void conn_settle(struct chand *client, int r, int64_t now);

/* There will be no connection, for a negative errno that `reason` tells. */
void conn_lose_unreachable(struct chand *client, int r, const char *reason);

/* ---- conn_end.c ---- */

/*
 * The connection is no more, or was not to be: `code` is what becomes of
 * those that wait, and of those on their way where it is CHAND_GIBBERISH.
 */
__attribute__((format(printf, 3, 4))) void
conn_lose(struct chand *client, enum chand_code code, const char *format, ...);

/* Answers may come for a little longer; nothing is sent any more. */
void conn_stop_sending(struct chand *client);

/* ---- conn_due.c: what is due when ---- */

/* chand_process() wants to be called by then. */
void conn_alarm_at(struct chand *client, int64_t when);

/* The state may last for `span` from now. */
void conn_limit_state(struct chand *client, int64_t now, int64_t span);

/* The daemon owes its answer from now on. */
void conn_turn(struct chand_call *call, int64_t now);

/* ... where calls run one after the other: that of the first. */
void conn_give_turn(struct chand *client, int64_t now);

/* What has been due by now, happens. */
void conn_expire(struct chand *client, int64_t now);

/* ---- process.c ---- */

/* Wait for whatever comes first, and do what can be done then. */
void process_wait(struct chand *client);

/* ---- io.c ---- */

/* Write and read what can be without blocking. May lose the connection. */
void io_write(struct chand *client);
void io_read(struct chand *client);

/* Give the input's memory back. */
void io_forget(struct chand *client);

/* ---- greet.c ---- */

/* Prepare `client->hello`. CHAND_OK or CHAND_NOMEMORY. */
enum chand_code greet_prepare(struct chand *client);

/* It is done with, and so are its bytes. */
void greet_forget(struct chand *client);

/* Its answer has come: go on, or lose the connection. */
void greet_done(struct chand *client, const struct frame *frame);

/* ---- event.c ---- */

void event_take(struct chand *client, const struct frame *frame);
void event_forget_all(struct chand *client);

#endif
