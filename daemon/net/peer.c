/* SPDX-License-Identifier: MIT */
#include "net/peer.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { PLACE = 4 }; /* in the key, behind the family */

union address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
	struct sockaddr_storage room;
};

static void
look_at_ipv4(const union address *address, struct peer *peer)
{
	const struct in_addr *host = &address->ipv4.sin_addr;

	peer->is_loopback = ntohl(host->s_addr) >> 24 == IN_LOOPBACKNET;
	memcpy(peer->key + PLACE, host, sizeof *host);
}

/* An IPv4 address in this dress counts as one of its own. */
static void
look_at_ipv6(const union address *address, struct peer *peer)
{
	const struct in6_addr *host = &address->ipv6.sin6_addr;
	bool is_mapped = IN6_IS_ADDR_V4MAPPED(host);

	peer->is_loopback = IN6_IS_ADDR_LOOPBACK(host) ||
			    (is_mapped && host->s6_addr[12] == IN_LOOPBACKNET);
	if (is_mapped)
		memcpy(peer->key + PLACE, host->s6_addr + 12, 4);
	else
		memcpy(peer->key + PLACE, host->s6_addr, 8);
}

static void
look_at_unix(int fd, struct peer *peer)
{
	struct ucred who;
	socklen_t size = sizeof who;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) < 0)
		return;
	peer->is_unix = true;
	peer->uid = who.uid;
	peer->gid = who.gid;
	memcpy(peer->key + PLACE, &who.uid, sizeof who.uid);
}

void
peer_look(int fd, struct peer *peer)
{
	union address address = { .any.sa_family = AF_UNSPEC };
	socklen_t size = sizeof address;

	*peer = (struct peer){ .is_unix = false };
	if (getpeername(fd, &address.any, &size) < 0)
		return;
	memcpy(peer->key, &address.any.sa_family, sizeof address.any.sa_family);
	if (address.any.sa_family == AF_INET)
		look_at_ipv4(&address, peer);
	else if (address.any.sa_family == AF_INET6)
		look_at_ipv6(&address, peer);
	else if (address.any.sa_family == AF_UNIX)
		look_at_unix(fd, peer);
}
