/* SPDX-License-Identifier: MIT */
/*
 * wire.h - a descriptor, and the layer on it if there is one; only for this
 * room. Without one nothing is in between.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include "net/layer.h"
#include "net/sys.h"

struct wire {
	const struct sys *sys;
	int fd;
	struct layer *layer; /* or NULL */
};

static inline ssize_t
wire_read(const struct wire *wire, void *data, size_t size)
{
	if (wire->layer == NULL)
		return wire->sys->read(wire->fd, data, size);
	return wire->layer->kind->read(wire->layer, data, size);
}

static inline ssize_t
wire_writev(const struct wire *wire, const struct iovec *vectors, int count)
{
	if (wire->layer == NULL)
		return wire->sys->writev(wire->fd, vectors, count);
	return wire->layer->kind->writev(wire->layer, vectors, count);
}

/* Whether reading has more to give before the descriptor is ready again. */
static inline bool
wire_has_more(const struct wire *wire)
{
	return wire->layer != NULL && wire->layer->has_more;
}

/* Whether there is input that nobody has read: bytes, or a part of them. */
static inline bool
wire_has_unread(const struct wire *wire)
{
	return (wire->layer != NULL && wire->layer->is_amid) ||
	       wire->sys->has_unread(wire->fd);
}

static inline bool
wire_reads_when_written(const struct wire *wire)
{
	return wire->layer != NULL && wire->layer->reads_when_written;
}

/* From here on there are only the descriptor's own bytes. */
static inline void
wire_strip(struct wire *wire, bool is_told)
{
	if (wire->layer != NULL)
		wire->layer->kind->free(wire->layer, is_told);
	wire->layer = NULL;
}

#endif
