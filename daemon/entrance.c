/* SPDX-License-Identifier: MIT */
#include "entrance.h"

#include "base/log.h"
#include "net/peer.h"

#include <errno.h>

static void
refuse(const char *peer, const char *reason)
{
	log_event(EVENT_refused, LOG_TEXT("peer", peer),
		  LOG_TEXT("reason", reason));
}

/* ---- in which number ---- */

/* Who is on its way in counts, too: there is one descriptor for each. */
static bool
is_full(const struct entrance *entrance)
{
	return service_is_full(entrance->service,
			       secure_coming(entrance->secure));
}

/* NULL when it is counted where it comes from; else why it is not let in. */
static const char *
count_in(struct entrance *entrance, const struct peer *place,
	 struct source_count **source)
{
	uint64_t *refused = entrance->service->refused;
	int r;

	if (is_full(entrance)) {
		refused[REFUSED_connections]++;
		return "max_connections are open";
	}
	r = sources_enter(&entrance->sources, place, entrance->most_per_address,
			  source);
	refused[REFUSED_addresses] += r == -ENOBUFS;
	if (r == -ENOBUFS)
		return "max_connections_per_address are open";
	return r < 0 ? "out of memory" : NULL;
}

static void
left(void *context, struct source_count *source)
{
	struct entrance *entrance = context;

	sources_leave(&entrance->sources, source);
}

/* NULL: it is not let in, which was said. */
static struct source_count *
enter(struct entrance *entrance, int fd, const char *peer)
{
	struct source_count *source = NULL;
	struct peer place;
	const char *reason;

	peer_look(fd, &place);
	reason = count_in(entrance, &place, &source);
	if (reason == NULL)
		return source;
	refuse(peer, reason);
	loop_close(entrance->loop, fd, NULL);
	return NULL;
}

/* ---- as whom ---- */

static void
look_at(int fd, const struct layer *layer, struct credentials *credentials)
{
	struct peer place;

	peer_look(fd, &place);
	*credentials = (struct credentials){
		.is_unix = place.is_unix,
		.uid = place.uid,
		.gid = place.gid,
		.is_loopback = place.is_loopback,
	};
	if (layer != NULL && layer->identity != NULL)
		credentials->certificate = &layer->identity->certificate;
}

static void
admit(void *context, int fd, struct layer *layer, const char *peer,
      struct source_count *source)
{
	struct entrance *entrance = context;
	struct arrival arrival = {
		.peer = peer,
		.layer = layer,
		.departure = { left, entrance, source },
	};

	look_at(fd, layer, &arrival.credentials);
	if (session_start(entrance->loop, entrance->service, entrance->limits,
			  fd, &arrival) == 0)
		return;
	sources_leave(&entrance->sources, source);
	refuse(peer, "out of memory");
}

void
entrance_accept(void *context, int fd, const char *peer)
{
	struct source_count *source = enter(context, fd, peer);

	if (source != NULL)
		admit(context, fd, NULL, peer, source);
}

void
entrance_accept_tls(void *context, int fd, const char *peer)
{
	struct entrance *entrance = context;
	struct source_count *source = enter(entrance, fd, peer);

	if (source != NULL)
		secure_begin(entrance->secure, fd, peer, source);
}

/* ---- all of it ---- */

int
entrance_init(struct entrance *entrance, struct loop *loop,
	      struct service *service, const struct session_limits *limits,
	      const uint64_t seed[2])
{
	*entrance = (struct entrance){
		.loop = loop,
		.service = service,
		.limits = limits,
	};
	entrance->secure = secure_new(loop, service, admit, left, entrance);
	if (entrance->secure == NULL)
		return -ENOMEM;
	return sources_init(&entrance->sources, seed);
}

void
entrance_fini(struct entrance *entrance)
{
	entrance_close(entrance);
	sources_fini(&entrance->sources);
}

void
entrance_use(struct entrance *entrance, const struct options *options,
	     struct tls_context *tls)
{
	entrance->most_per_address = options->max_connections_per_address;
	if (tls != NULL)
		secure_use(entrance->secure, options, tls);
}

void
entrance_close(struct entrance *entrance)
{
	entrance->secure = secure_free(entrance->secure);
}
