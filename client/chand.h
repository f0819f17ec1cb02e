/* SPDX-License-Identifier: MIT */
/*
 * chand.h - libchand: calls to a chand daemon.
 *
 * A client has one connection. A call is begun with chand_start_...(), and is
 * done when its answer has come or never will. Who wants to block says
 * chand_wait(); who has a loop of his own watches chand_fd() for
 * chand_events() until chand_deadline(), says chand_process() when any of
 * them has come, and takes what is done from chand_done(). Both can be mixed.
 *
 * What a call is answered with is in the protocol, chand-protocol(7). Where
 * a connection is lost before the answer, the outcome is CHAND_UNKNOWN: the
 * library never repeats a call by itself.
 *
 * Times are milliseconds on the monotonic clock; CHAND_FOREVER never comes.
 * Texts are UTF-8. A client and its calls belong to one thread at a time;
 * several clients need nothing of one another. No signal is handled or raised
 * here. Every pointer that is handed in is copied before the function returns.
 */
#ifndef CHAND_H
#define CHAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CHAND_FOREVER INT64_C(-1)

/* ---- what came of it ---- */

/*
 * The codes of the protocol have its names (chand-protocol(7), Errors). The
 * numbers are a part of the ABI: new ones come at the end.
 */
enum chand_code {
	CHAND_OK = 0,
	CHAND_CLOSED,
	CHAND_STOP,
	CHAND_TIMEOUT,
	CHAND_WOULDBLOCK,
	CHAND_IN_DOUBT,
	CHAND_RAISED,
	CHAND_KILLED,
	CHAND_STALE,
	CHAND_GONE,
	CHAND_DENIED,
	CHAND_INVALID,
	CHAND_NOMETHOD,
	CHAND_NOTASK,
	CHAND_NOCHANNEL,
	CHAND_TOOBIG,
	CHAND_LIMIT,
	CHAND_SHUTDOWN,
	CHAND_INTERNAL,
	/* A code of a newer daemon's. */
	CHAND_OTHER = 100,
	/* No connection, and not all of the call was sent: it did not happen.
	 */
	CHAND_UNREACHABLE,
	/* Lost after all of it was sent, before its answer: it may have. */
	CHAND_UNKNOWN,
	/*
	 * Who answers is no chand: connection closed. A call to somebody who
	 * had seemed to be one may have happened.
	 */
	CHAND_GIBBERISH,
	/* Wrong use of the library, which the text names; nothing was sent. */
	CHAND_MISUSE,
	/* Out of memory before anything was sent. */
	CHAND_NOMEMORY,
	/* The call is not done yet. */
	CHAND_PENDING,
};

/* "TIMEOUT", "UNKNOWN", ...; "OTHER" for a number that is none. Static. */
const char *chand_code_name(enum chand_code code);

/* The library's own version, as in "0.1.0". Static. */
const char *chand_version(void);

/* ---- values ---- */

enum chand_kind {
	CHAND_NIL,
	CHAND_STRING,  /* UTF-8, without its NUL */
	CHAND_BINARY,  /* bytes */
	CHAND_ENCODED, /* any one other value, in MessagePack */
};

/* A value; whoever hands it out says for how long `data` is good. */
struct chand_value {
	enum chand_kind kind;
	const void *data;
	size_t size;
};

struct chand_value chand_nil(void);
struct chand_value chand_string(const char *text);
struct chand_value chand_binary(const void *data, size_t size);
/* A string where the bytes are UTF-8, else a binary. */
struct chand_value chand_bytes(const void *data, size_t size);
struct chand_value chand_encoded(const void *data, size_t size);

/* ---- a client ---- */

struct chand;

/* A client that is not connected; NULL: out of memory. */
struct chand *chand_new(void);

/*
 * Disconnect and free it, and all its calls, however far they are. NULL is
 * welcome.
 */
void chand_free(struct chand *client);

/*
 * Settings, of which all but the last two are for the next connection.
 * CHAND_OK, CHAND_MISUSE (chand_text() names what is wrong) or CHAND_NOMEMORY.
 */

/*
 * Where to call: unix:///PATH, tcp://HOST:PORT or tls://HOST:PORT. NULL, as at
 * first: $CHAND_URL, else `url` in $XDG_CONFIG_HOME/chand/chanctl.conf
 * (~/.config without it), else the daemon's default socket if it is there,
 * else tcp://127.0.0.1:7411.
 */
enum chand_code chand_set_url(struct chand *client, const char *url);

/* What task.list shows, 1 to 64 bytes; NULL, as at first: nothing. */
enum chand_code chand_set_name(struct chand *client, const char *name);

/* Who we are, to a daemon that wants to know; NULL, as at first: nothing. */
enum chand_code chand_set_token(struct chand *client, const char *token);

/*
 * For tls:// urls, files in PEM, which are read when a connection is begun:
 * `authorities`, whom we believe who a daemon is; NULL, as at first: whom
 * chanctl.conf names (tls_ca), else whom this machine trusts. `certificate`
 * and its chain, for a daemon that asks for one, and its `key`, not encrypted;
 * NULL, as at first: what chanctl.conf names (tls_cert, tls_key), else none;
 * the key alone: it is in the certificate's file. A daemon must prove to be
 * the HOST that was called: nothing is sent to anybody else.
 */
enum chand_code chand_set_tls(struct chand *client, const char *authorities,
			      const char *certificate, const char *key);

/*
 * Whether calls run beside one another instead of one after the other
 * (chand-protocol(7), Order). At first not.
 */
enum chand_code chand_set_concurrent(struct chand *client, bool concurrent);

/*
 * How long a connection may take to be made, from 1; at first 10,000. It is
 * made when the daemon has said who it is: nothing is sent to anybody else.
 */
enum chand_code chand_set_connect_timeout(struct chand *client,
					  int64_t milliseconds);

/*
 * Connect again by itself when the connection could not be made or was lost:
 * after a random part of `first`, the next time in a row of first * 2, then of
 * first * 4, and so on up to `most`. Calls begun meanwhile wait for it; those
 * that were on their way are answered CHAND_UNKNOWN and not repeated. What
 * time does not heal (a wrong token, no chand) is not tried again. `first` 0,
 * as at first: never. `first` and `most` up to 86,400,000, first <= most.
 */
enum chand_code chand_set_reconnect(struct chand *client, int64_t first,
				    int64_t most);

/*
 * How many bytes of calls may wait to be sent: where so many do already, as
 * chand_unsent() has it, the next call is refused with CHAND_LIMIT. From 1; at
 * first 64 MiB.
 */
enum chand_code chand_set_unsent_limit(struct chand *client, size_t bytes);

/* ---- its connection ---- */

/*
 * Begin to connect, if it is neither connected nor at it; a call does the same
 * by itself. A host's name is looked up here, which blocks; connecting again
 * uses the addresses that were found, or blocks likewise if none were.
 * CHAND_OK, CHAND_MISUSE, CHAND_NOMEMORY, CHAND_UNREACHABLE.
 */
enum chand_code chand_start_connect(struct chand *client);

/*
 * The same, and block until it is there, or this attempt has failed. Also
 * CHAND_GIBBERISH, or what the daemon refuses it with, as CHAND_DENIED.
 */
enum chand_code chand_connect(struct chand *client);

bool chand_is_connected(const struct chand *client);

/*
 * Close it, and do not connect again until told to. Calls that are not done
 * become CHAND_UNKNOWN or CHAND_UNREACHABLE.
 */
void chand_disconnect(struct chand *client);

/*
 * Tell the daemon that nothing more will come: it withdraws what waits, and
 * answers all. Calls that were not wholly sent become CHAND_KILLED. No call
 * can be begun until the connection has ended, which it then does, after five
 * seconds at the latest.
 */
void chand_withdraw(struct chand *client);

/* Where it calls, or called last, as a url; "" at first. As chand_text(). */
const char *chand_url(const struct chand *client);

/*
 * In one line what went wrong last with the client itself: why it could not
 * connect, or lost the connection, or what was misused; "" at first. Good
 * until the next function of this client.
 */
const char *chand_text(const struct chand *client);

/* ---- for a loop ---- */

/*
 * What to watch; it may be another one after each function of this client.
 * -1 while there is no connection.
 */
int chand_fd(const struct chand *client);

/* POLLIN, POLLOUT, both, or 0 (poll(2)). */
short chand_events(const struct chand *client);

/*
 * At most so many milliseconds from now chand_process() wants to be called,
 * whatever happens; CHAND_FOREVER: only if something does.
 */
int64_t chand_deadline(const struct chand *client);

/* Do what can be done without blocking: connect, write, read. */
void chand_process(struct chand *client);

/*
 * Bytes of the calls that were begun and not wholly sent, and what the library
 * keeps of each beside. It grows where there is no connection, or a daemon that
 * does not read; who has more to send does well to wait until it shrinks.
 */
size_t chand_unsent(const struct chand *client);

/* ---- calls ---- */

struct chand_call;

/*
 * The next of the calls that are done, in the order in which they ended; NULL:
 * none. Each is handed out once, here or by chand_wait(), and stays its
 * owner's to free.
 */
struct chand_call *chand_done(struct chand *client);

/*
 * Block until any call is done, and hand it out as chand_done() does; NULL:
 * none is on its way.
 */
struct chand_call *chand_next(struct chand *client);

/*
 * Block until the call is done; what came of it. CHAND_NOMEMORY for NULL, as
 * chand_start_...() returns it then. A signal that is handled does not end it.
 */
enum chand_code chand_wait(struct chand_call *call);

/*
 * Withdraw this one call, which then will be done as usual, mostly with
 * CHAND_KILLED. One that was sent needs a concurrent client, else
 * CHAND_MISUSE. CHAND_OK, CHAND_NOMEMORY, CHAND_LIMIT.
 */
enum chand_code chand_cancel(struct chand_call *call);

/*
 * How long, from now, it may take to be sent, and then, once its turn has
 * come, to be answered. A daemon that takes longer counts as lost: the
 * connection is closed. By itself a call with a timeout has five seconds more
 * to be answered, and any other CHAND_FOREVER. CHAND_OK, CHAND_MISUSE.
 */
enum chand_code chand_call_set_patience(struct chand_call *call,
					int64_t milliseconds);

/* Free it. One that is not done goes on by itself. NULL is welcome. */
void chand_call_free(struct chand_call *call);

/* A pointer of the caller's own; NULL at first. */
void chand_call_set_context(struct chand_call *call, void *context);
void *chand_call_context(const struct chand_call *call);

/* What came of it: CHAND_PENDING until it is done; CHAND_NOMEMORY for NULL. */
enum chand_code chand_call_code(const struct chand_call *call);

/*
 * What follows is good until the call is freed, and has something to say only
 * when the call is done.
 */

/*
 * The whole error, "CODE: text", as the daemon or another client has worded
 * it; "" for CHAND_OK.
 */
const char *chand_call_text(const struct chand_call *call);

/* The result; of a received value that is to be settled, the value. */
struct chand_value chand_call_value(const struct chand_call *call);

/* The delivery to settle, and which it is of its value, from 1; NULL and 0. */
const char *chand_call_delivery(const struct chand_call *call);
uint64_t chand_call_attempt(const struct chand_call *call);

/* Where its sender is, if that was asked for and is known; else NULL. */
const char *chand_call_peer(const struct chand_call *call);

/*
 * The data of the error: what the protocol says of each; nil for none, or
 * where there was no memory for it.
 */
struct chand_value chand_call_data(const struct chand_call *call);

/*
 * Each of these begins a call. NULL: out of memory; anything else that is
 * wrong is what comes of the call. `timeout` in milliseconds, from 0, which
 * does not wait, or CHAND_FOREVER.
 */

/* Any method; `params` is an encoded array, or nil for an empty one. */
struct chand_call *chand_start(struct chand *client, const char *method,
			       struct chand_value params);

struct chand_call *chand_start_send(struct chand *client, const char *channel,
				    struct chand_value value, int64_t timeout);

struct chand_call *chand_start_send_exception(struct chand *client,
					      const char *channel,
					      const char *type,
					      const char *message,
					      int64_t timeout);

enum chand_receive {
	CHAND_PLAIN = 0, /* taken for good as it comes: at most once */
	CHAND_ACK = 1,	 /* to be settled: at least once */
	CHAND_NEXT = 2,	 /* CHAND_STOP at the end of a closing channel */
	CHAND_PEER = 4,	 /* with CHAND_ACK: chand_call_peer(), too */
};

/* `how` is of enum chand_receive, or-ed. */
struct chand_call *chand_start_recv(struct chand *client, const char *channel,
				    unsigned how, int64_t timeout);

/*
 * Acknowledge `done` with `reply`, and receive the next one: one request for
 * two. An acknowledgement that fails is what comes of the call.
 */
struct chand_call *chand_start_done_recv(struct chand *client, const char *done,
					 struct chand_value reply,
					 const char *channel, unsigned how,
					 int64_t timeout);

struct chand_call *chand_start_ack(struct chand *client, const char *delivery,
				   struct chand_value reply);
struct chand_call *chand_start_nack(struct chand *client, const char *delivery);
struct chand_call *chand_start_fail(struct chand *client, const char *delivery,
				    const char *type, const char *message);
/* `lease` milliseconds from now, from 1. */
struct chand_call *chand_start_extend(struct chand *client,
				      const char *delivery, int64_t lease);

/* ---- events ---- */

/*
 * The next event that channel.watch, begun with chand_start(), has brought:
 * an array, encoded, good until the next call of this; nil: none is here. Up
 * to 1,000 of 16 MiB together are kept; others that come are lost.
 */
struct chand_value chand_event(struct chand *client);

/* How many events were lost here, in all. */
uint64_t chand_lost_events(const struct chand *client);

/* ---- the same, blocking ---- */

/*
 * Each begins a call, waits, and frees it. What came of it; its text is
 * chand_text() until the next function of this client.
 */

enum chand_code chand_send(struct chand *client, const char *channel,
			   struct chand_value value, int64_t timeout);

/* `*call`, to be freed, has the value; NULL on any other code than CHAND_OK. */
enum chand_code chand_recv(struct chand *client, const char *channel,
			   unsigned how, int64_t timeout,
			   struct chand_call **call);

/* As chand_send(), with what an acknowledging receiver has replied. */
enum chand_code chand_request(struct chand *client, const char *channel,
			      struct chand_value value, int64_t timeout,
			      struct chand_call **call);

enum chand_code chand_ack(struct chand *client, const char *delivery,
			  struct chand_value reply);
enum chand_code chand_nack(struct chand *client, const char *delivery);
enum chand_code chand_fail(struct chand *client, const char *delivery,
			   const char *type, const char *message);
enum chand_code chand_extend(struct chand *client, const char *delivery,
			     int64_t lease);

#ifdef __cplusplus
}
#endif

#endif
