/* SPDX-License-Identifier: MIT */
/*
 * rules.h - what struct access is; for the files of this room.
 */
#ifndef ACCESS_RULES_H
#define ACCESS_RULES_H

#include "access/access.h"
#include "access/token.h"

enum { ANYONE = -1 };

/* One way to show oneself. */
enum proof_kind {
	PROOF_USER,
	PROOF_GROUP,
	PROOF_TOKEN,
	PROOF_NAME,
	PROOF_PRINT
};

struct proof {
	enum proof_kind kind;
	int principal;
	uint32_t id;		  /* of a user or group */
	uint8_t hash[TOKEN_HASH]; /* of a token or certificate */
	char *name;		  /* of a certificate */
};

struct rule {
	char *glob; /* NULL: the daemon as a whole */
	enum right right;
	int *members; /* principals, or ANYONE */
	size_t count;
};

struct access {
	uint32_t owner;
	bool is_insecure;
	char **names; /* of the principals */
	size_t name_count;
	struct proof *proofs;
	size_t proof_count;
	struct rule *rules;
	size_t rule_count;
};

#endif
