/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

union address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
	struct sockaddr_storage room;
};

static bool
is_loopback(const union address *address)
{
	const struct in6_addr *ipv6 = &address->ipv6.sin6_addr;

	if (address->any.sa_family == AF_INET)
		return ntohl(address->ipv4.sin_addr.s_addr) >> 24 == 127;
	if (address->any.sa_family != AF_INET6)
		return false;
	return IN6_IS_ADDR_LOOPBACK(ipv6) ||
	       (IN6_IS_ADDR_V4MAPPED(ipv6) && ipv6->s6_addr[12] == 127);
}

void
credentials_of(int fd, struct credentials *credentials)
{
	union address address = { .any.sa_family = AF_UNSPEC };
	socklen_t size = sizeof address, who_size;
	struct ucred who;

	*credentials = (struct credentials){ .is_unix = false };
	if (getpeername(fd, &address.any, &size) < 0)
		return; /* it has gone: nobody */
	credentials->is_loopback = is_loopback(&address);
	who_size = sizeof who;
	if (address.any.sa_family != AF_UNIX ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) < 0)
		return;
	credentials->is_unix = true;
	credentials->uid = who.uid;
	credentials->gid = who.gid;
}
