/* SPDX-License-Identifier: MIT */
/*
 * peer.h - what the kernel says of whoever is at the other end.
 */
#ifndef NET_PEER_H
#define NET_PEER_H

#include <stdbool.h>
#include <sys/types.h>

enum { PEER_KEY = 12 };

struct peer {
	bool is_loopback; /* TCP from this host */
	bool is_unix;	  /* and then whose process it is: */
	uid_t uid;
	gid_t gid;
	/*
	 * Its place, to be compared: an IPv4 address, the first 64 bits of an
	 * IPv6 address (one host may have all of those), or a user.
	 */
	char key[PEER_KEY];
};

/* Of a connected socket. One that has gone already is at no place at all. */
void peer_look(int fd, struct peer *peer);

#endif
