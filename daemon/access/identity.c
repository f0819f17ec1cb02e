/* SPDX-License-Identifier: MIT */
#include "access/identity.h"

#include "access/rules.h"
#include "base/glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- who ---- */

static bool
has_name(const struct certificate *certificate, const char *name)
{
	for (size_t i = 0; i < certificate->name_count; i++)
		if (strcmp(certificate->names[i], name) == 0)
			return true;
	return false;
}

static bool
shows(const struct credentials *c, const struct proof *proof)
{
	switch (proof->kind) {
	case PROOF_TOKEN:
		return c->token != NULL && token_equals(proof->hash, c->token);
	case PROOF_NAME:
		return c->certificate != NULL &&
		       has_name(c->certificate, proof->name);
	case PROOF_PRINT:
		return c->certificate != NULL &&
		       token_equals(proof->hash, c->certificate->fingerprint);
	case PROOF_USER:
		return c->is_unix && c->uid == proof->id;
	case PROOF_GROUP:
		return c->is_unix && c->gid == proof->id;
	}
	return false;
}

/* What counts for more: a token, a fingerprint, a name, a user, a group. */
static int
weight(enum proof_kind kind)
{
	static const int weights[] = { [PROOF_TOKEN] = 5,
				       [PROOF_PRINT] = 4,
				       [PROOF_NAME] = 3,
				       [PROOF_USER] = 2,
				       [PROOF_GROUP] = 1 };

	return weights[kind];
}

/* All proofs are looked at, whichever it is: see access_knows(). */
static int
find_principal(const struct credentials *credentials,
	       const struct access *access)
{
	const struct proof *proof = access->proofs;
	int principal = ANYONE, best = 0;

	for (size_t i = 0; i < access->proof_count; i++, proof++) {
		if (shows(credentials, proof) && weight(proof->kind) > best) {
			best = weight(proof->kind);
			principal = proof->principal;
		}
	}
	return principal;
}

/* A token or a certificate is shown to be taken for just that. */
static bool
is_owner(const struct credentials *c, const struct access *access)
{
	return c->is_unix && c->token == NULL &&
	       (c->uid == 0 || c->uid == access->owner);
}

static bool
may_all(const struct credentials *c, const struct access *access)
{
	if (is_owner(c, access))
		return true;
	return !access_has_rules(access) &&
	       (access->is_insecure || c->is_loopback);
}

/* ---- what ---- */

static bool
is_member(const struct rule *rule, int principal)
{
	for (size_t i = 0; i < rule->count; i++)
		if (rule->members[i] == ANYONE || rule->members[i] == principal)
			return true;
	return false;
}

static void
find_general_rights(struct identity *identity, const struct access *access)
{
	const struct rule *rule = access->rules;

	identity->may_manage = identity->may_watch = false;
	identity->is_nobody = identity->principal == ANYONE;
	for (size_t i = 0; i < access->rule_count; i++, rule++) {
		if (!is_member(rule, identity->principal))
			continue;
		identity->is_nobody = false;
		if (rule->glob == NULL)
			identity->may_manage = true;
		else if (rule->right == RIGHT_WATCH ||
			 rule->right == RIGHT_MANAGE)
			identity->may_watch = true;
	}
}

int
identity_take_token(struct identity *identity, const uint8_t hash[TOKEN_HASH])
{
	uint8_t *token = malloc(TOKEN_HASH);

	if (token == NULL)
		return -ENOMEM;
	memcpy(token, hash, TOKEN_HASH);
	free(identity->credentials.token);
	identity->credentials.token = token;
	return 0;
}

void
identity_fini(struct identity *identity)
{
	free(identity->recent);
	free(identity->credentials.token);
	identity->recent = NULL;
	identity->credentials.token = NULL;
}

void
identity_find(struct identity *identity, const struct access *access)
{
	struct credentials credentials = identity->credentials;

	free(identity->recent);
	*identity = (struct identity){ .credentials = credentials,
				       .principal = ANYONE };
	if (access == NULL || may_all(&credentials, access))
		return;
	identity->is_restricted = true;
	identity->recent = calloc(IDENTITY_RECENT, sizeof *identity->recent);
	identity->principal = find_principal(&credentials, access);
	find_general_rights(identity, access);
}

/* For each right the last rule of it that matches counts. */
static unsigned
find_rights(const struct identity *identity, const struct access *access,
	    const char *channel, size_t size)
{
	const struct rule *rule = access->rules;
	unsigned rights = 0;

	for (size_t i = 0; i < access->rule_count; i++, rule++) {
		if (rule->glob == NULL ||
		    !glob_matches(rule->glob, strlen(rule->glob), channel,
				  size))
			continue;
		rights &= ~(unsigned)rule->right;
		if (is_member(rule, identity->principal))
			rights |= rule->right;
	}
	return rights | ((rights & RIGHT_MANAGE) != 0 ? RIGHT_WATCH : 0);
}

unsigned
identity_rights(struct identity *identity, const struct access *access,
		const char *channel, size_t size)
{
	unsigned place = (unsigned char)channel[size - 1] % IDENTITY_RECENT;
	struct recent_channel *recent;
	unsigned rights;

	if (!identity->is_restricted)
		return RIGHT_ALL;
	if (identity->recent == NULL) /* there was no memory for it */
		return find_rights(identity, access, channel, size);
	recent = &identity->recent[place];
	if (recent->size == size && memcmp(recent->name, channel, size) == 0)
		return recent->rights;
	rights = find_rights(identity, access, channel, size);
	if (size <= IDENTITY_NAME) {
		recent->size = (uint8_t)size;
		recent->rights = (uint8_t)rights;
		memcpy(recent->name, channel, size);
	}
	return rights;
}

const char *
identity_name(const struct identity *identity, const struct access *access)
{
	return access != NULL && identity->principal >= 0
		   ? access->names[identity->principal]
		   : "anyone";
}
