/* SPDX-License-Identifier: MIT */
/*
 * stream.h - a connection's bytes, as its task sees them.
 *
 * Reading parks until something comes. Output is gathered and written at the
 * end of the turn, all of it at once. While its owner is busy or blocked a
 * stream is not read, but still watched: when the peer hangs up, an owner that
 * waits for something else is cancelled, and any owner of a peer that is gone
 * altogether.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/attr.h"
#include "base/blob.h"
#include "base/outbox.h"
#include "net/layer.h"
#include "net/loop.h"

struct stream;

/*
 * A stream over `fd`, a connected non-blocking socket, and over `layer`, what
 * lies between, or NULL. It takes both on success. NULL when out of memory or
 * of what the kernel watches with.
 */
struct stream *stream_new(struct loop *loop, int fd, struct layer *layer);

/* The task that reads, and that may be cancelled when the peer hangs up. */
void stream_set_owner(struct stream *stream, struct task *task);

/* What was read and not consumed; good until the next park. */
const uint8_t *stream_data(const struct stream *stream, size_t *size);

/*
 * Read more, until at least one more byte is there; parks if need be.
 *
 *   wanted  how many bytes in all would be of use: a hint
 *
 * 1; 0 at the end of file; -ECANCELED, -ENOMEM, or what read(2) or the layer
 * says.
 */
PARKS int stream_fill(struct stream *stream, size_t wanted);

/* Done with the first `size` bytes; they stay readable until the next park. */
void stream_consume(struct stream *stream, size_t size);

/*
 * A blob of the `size` bytes at `at`, which lie within what was consumed last,
 * with no park since. Large ones are not copied: the buffer itself is handed
 * on. NULL when out of memory.
 */
struct blob *stream_take(struct stream *stream, const uint8_t *at, size_t size);

/* Where output is gathered, and: write it at the end of the turn. */
struct outbox *stream_outbox(struct stream *stream);
void stream_send(struct stream *stream);

/*
 * Park while more than `most` bytes of output wait for the peer to read. One
 * that has hung up, and perhaps does not even read, gets `linger` nanoseconds.
 * 0, -ETIMEDOUT, -ECANCELED, or -EPIPE: it never will.
 */
PARKS int stream_drain(struct stream *stream, size_t most, int64_t linger);

/* Who the peer has proved to be, as long as the stream lives; or NULL. */
const struct tls_identity *stream_identity(const struct stream *stream);

/*
 * Asked by its owner, in the end: whether within a layer it was the peer that
 * ended it. 0, -ECONNABORTED: it has not said so, or -EBADMSG: what came is not
 * the peer's.
 */
int stream_fault(struct stream *stream);

/*
 * The peer was refused in the middle of a message: it goes on sending, and is
 * to find our last answer when it looks. So stream_close() reads on, though
 * nothing may be there just now.
 */
void stream_refuse(struct stream *stream);

/* The peer has said that it will send nothing more; is gone altogether. */
bool stream_is_hung_up(const struct stream *stream);
bool stream_is_gone(const struct stream *stream);

/*
 * The end, from its owner. What is still to be written gets `linger`
 * nanoseconds to be read, by a task of its own. Takes the stream.
 */
void stream_close(struct stream *stream, int64_t linger);

#endif
