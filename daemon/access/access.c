/* SPDX-License-Identifier: MIT */
#include "access/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct access *
access_new(uint32_t owner, bool is_insecure)
{
	struct access *access = calloc(1, sizeof *access);

	if (access == NULL)
		return NULL;
	access->owner = owner;
	access->is_insecure = is_insecure;
	return access;
}

struct access *
access_free(struct access *access)
{
	if (access == NULL)
		return NULL;
	for (size_t i = 0; i < access->name_count; i++)
		free(access->names[i]);
	for (size_t i = 0; i < access->proof_count; i++)
		free(access->proofs[i].name);
	for (size_t i = 0; i < access->rule_count; i++) {
		free(access->rules[i].glob);
		free(access->rules[i].members);
	}
	free(access->names);
	free(access->proofs);
	free(access->rules);
	free(access);
	return NULL;
}

bool
access_has_rules(const struct access *access)
{
	return access->name_count > 0 || access->rule_count > 0;
}

/* A place behind the last one of an array, or NULL. */
static void *
grow(void *array, size_t count, size_t size)
{
	return reallocarray(array, count + 1, size);
}

/* ---- principals ---- */

int
access_add(struct access *access, const char *name)
{
	char **names = grow(access->names, access->name_count, sizeof *names);
	char *copy;

	if (names == NULL)
		return -ENOMEM;
	access->names = names;
	copy = strdup(name);
	if (copy == NULL)
		return -ENOMEM;
	names[access->name_count] = copy;
	return (int)access->name_count++;
}

int
access_number(const struct access *access, const char *name)
{
	for (size_t i = 0; i < access->name_count; i++)
		if (strcmp(access->names[i], name) == 0)
			return (int)i;
	return -ENOENT;
}

/* ---- how they show themselves ---- */

static bool
proves_the_same(const struct proof *a, const struct proof *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == PROOF_NAME)
		return strcmp(a->name, b->name) == 0;
	return a->id == b->id && token_equals(a->hash, b->hash);
}

/* Takes its name in any case. */
static int
add_proof(struct access *access, struct proof proof)
{
	struct proof *proofs = access->proofs;
	int r = 0;

	for (size_t i = 0; i < access->proof_count; i++)
		if (proves_the_same(&proofs[i], &proof))
			r = -EEXIST;
	if (r == 0) {
		proofs = grow(proofs, access->proof_count, sizeof *proofs);
		r = proofs != NULL ? 0 : -ENOMEM;
	}
	if (r < 0) {
		free(proof.name);
		return r;
	}
	access->proofs = proofs;
	proofs[access->proof_count++] = proof;
	return 0;
}

int
access_add_user(struct access *access, int number, uint32_t uid)
{
	return add_proof(access, (struct proof){ .kind = PROOF_USER,
						 .principal = number,
						 .id = uid });
}

int
access_add_group(struct access *access, int number, uint32_t gid)
{
	return add_proof(access, (struct proof){ .kind = PROOF_GROUP,
						 .principal = number,
						 .id = gid });
}

int
access_add_token(struct access *access, int number, const uint8_t *hash)
{
	struct proof proof = { .kind = PROOF_TOKEN, .principal = number };

	memcpy(proof.hash, hash, sizeof proof.hash);
	return add_proof(access, proof);
}

static bool
is_name(const char *text)
{
	static const char *const kinds[] = { "dns:", "uri:", "email:", "ip:" };
	size_t size;

	for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size = strlen(kinds[i]);
		if (strncmp(text, kinds[i], size) == 0 && text[size] != '\0')
			return true;
	}
	return false;
}

int
access_add_certificate(struct access *access, int number, const char *text)
{
	static const char print[] = "sha256:";
	struct proof proof = { .kind = PROOF_PRINT, .principal = number };
	const char *digits = text + sizeof print - 1;

	if (strncmp(text, print, sizeof print - 1) == 0) {
		if (token_parse(digits, strlen(digits), proof.hash) < 0)
			return -EINVAL;
		return add_proof(access, proof);
	}
	if (!is_name(text))
		return -EINVAL;
	proof.kind = PROOF_NAME;
	proof.name = strdup(text);
	return proof.name != NULL ? add_proof(access, proof) : -ENOMEM;
}

/* All are looked at: how long that takes says nothing of which it is. */
bool
access_knows(const struct access *access, const uint8_t *hash)
{
	bool is_known = false;

	for (size_t i = 0; i < access->proof_count; i++)
		if (access->proofs[i].kind == PROOF_TOKEN)
			is_known |= token_equals(access->proofs[i].hash, hash);
	return is_known;
}

/* ---- rules ---- */

int
access_add_rule(struct access *access, const char *glob, enum right right)
{
	struct rule *rules =
	    grow(access->rules, access->rule_count, sizeof *rules);
	char *copy = glob != NULL ? strdup(glob) : NULL;

	if (rules != NULL)
		access->rules = rules;
	if (rules == NULL || (glob != NULL && copy == NULL)) {
		free(copy);
		return -ENOMEM;
	}
	rules[access->rule_count++] =
	    (struct rule){ .glob = copy, .right = right };
	return 0;
}

int
access_grant(struct access *access, int number)
{
	struct rule *rule = &access->rules[access->rule_count - 1];
	int *members = grow(rule->members, rule->count, sizeof *members);

	if (members == NULL)
		return -ENOMEM;
	rule->members = members;
	members[rule->count++] = number;
	return 0;
}
