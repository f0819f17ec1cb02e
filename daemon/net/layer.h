/* SPDX-License-Identifier: MIT */
/*
 * layer.h - what may lie between a stream and its descriptor: TLS.
 *
 * What is read and written then is not what the descriptor carries, and
 * either may have to wait for the other.
 */
#ifndef NET_LAYER_H
#define NET_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct layer;
struct tls_identity;

struct layer_kind {
	/*
	 * As in struct sys; -EAGAIN: not before the descriptor has become
	 * ready. 0 is the end as the peer has said it; one that it has not
	 * said is -ECONNABORTED, and bytes that are not its own are -EBADMSG.
	 */
	ssize_t (*read)(struct layer *layer, void *data, size_t size);
	/* After -EAGAIN, again from the same byte on, and not less. */
	ssize_t (*writev)(struct layer *layer, const struct iovec *vectors,
			  int count);
	/* Tell the peer, if it is for its ears, that nothing more will come. */
	void (*free)(struct layer *layer, bool is_told);
};

struct layer {
	const struct layer_kind *kind;
	bool has_more;	/* it may hold bytes, whatever the kernel has */
	bool has_ended; /* behind what was read nothing will come */
	bool is_amid;	/* a part has come of what cannot be read yet */
	bool reads_when_written; /* reading waits for room to write */
	int failure; /* what has ended it, and every call says from now on */
	struct tls_identity
	    *identity; /* who the peer has proved to be, or NULL */
};

#endif
