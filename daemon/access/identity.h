/* SPDX-License-Identifier: MIT */
/*
 * identity.h - what is known of a connection, and who that makes it.
 */
#ifndef ACCESS_IDENTITY_H
#define ACCESS_IDENTITY_H

#include "access/access.h"
#include "access/token.h"
#include "base/certificate.h"

#include <sys/types.h>

/* What a connection has shown. Zeroed: nothing at all. */
struct credentials {
	bool is_unix; /* then the kernel says whose process it is: */
	uid_t uid;
	gid_t gid;
	bool is_loopback;		       /* TCP from this host */
	bool has_token;			       /* one that is known */
	uint8_t token[TOKEN_HASH];	       /* its hash */
	const struct certificate *certificate; /* its owner's, or NULL */
};

enum { IDENTITY_RECENT = 2, IDENTITY_NAME = 30 };

/*
 * Who a connection is, from its credentials and the rules in force. Zeroed:
 * one that may do everything.
 */
struct identity {
	struct credentials credentials;
	bool is_restricted; /* must be asked for each thing */
	bool is_nobody;	    /* may do nothing; a token may change that */
	bool may_manage;    /* the daemon as a whole */
	bool may_watch;	    /* some channel */
	int principal;	    /* its number in the rules, or -1 */
	/* What it may do with the channels that it used last. */
	struct {
		uint8_t size; /* 0: none */
		uint8_t rights;
		char name[IDENTITY_NAME];
	} recent[IDENTITY_RECENT];
};

/*
 * Find out who it is from `identity->credentials`, afresh: at first, when
 * these have changed, and when the rules have. NULL: there are no rules, and
 * all may do everything.
 */
void identity_find(struct identity *identity, const struct access *access);

/* What it may do with that channel: RIGHT_... of it. */
unsigned identity_rights(struct identity *identity, const struct access *access,
			 const char *channel, size_t size);

/* Its principal's name, or "anyone". */
const char *identity_name(const struct identity *identity,
			  const struct access *access);

#endif
