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
	uint8_t *token;			       /* a known one's hash, or NULL */
	const struct certificate *certificate; /* its owner's, or NULL */
};

enum { IDENTITY_RECENT = 2, IDENTITY_NAME = 30 };

/* A channel that was used lately, and what may be done with it. */
struct recent_channel {
	uint8_t size; /* 0: none */
	uint8_t rights;
	char name[IDENTITY_NAME];
};

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
	/* IDENTITY_RECENT of them where it is restricted, and there was room.
	 */
	struct recent_channel *recent;
};

/*
 * Find out who it is from `identity->credentials`, afresh: at first, when
 * these have changed, and when the rules have. NULL: there are no rules, and
 * all may do everything.
 */
void identity_find(struct identity *identity, const struct access *access);

/*
 * It has shown a token of that hash, which is copied and counts from the next
 * identity_find(). 0 or -ENOMEM.
 */
MUST_CHECK int identity_take_token(struct identity *identity,
				   const uint8_t hash[TOKEN_HASH]);

/* Of one that was found, or zeroed. */
void identity_fini(struct identity *identity);

/* What it may do with that channel: RIGHT_... of it. */
unsigned identity_rights(struct identity *identity, const struct access *access,
			 const char *channel, size_t size);

/* Its principal's name, or "anyone". */
const char *identity_name(const struct identity *identity,
			  const struct access *access);

#endif
