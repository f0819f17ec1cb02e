/* SPDX-License-Identifier: MIT */
/*
 * access.h - the rules: who is who, and may do what with which channels.
 *
 * A principal is a name, with ways to show that one is it. A rule gives one
 * right on the channels of a glob to some principals; where several match, the
 * last one for that right is the only one that counts.
 *
 * Knows base/. Must never know calls, sockets or files.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum right {
	RIGHT_NONE = 0,
	RIGHT_SEND = 1,
	RIGHT_RECEIVE = 2,
	RIGHT_MANAGE = 4, /* and whoever has it may watch, too */
	RIGHT_WATCH = 8,
	RIGHT_ALL = 15,
};

struct access;

/*
 * No principals and no rules yet. Whoever comes over a Unix socket as `owner`
 * or root may do everything; while there are no rules, so may TCP clients on
 * the loopback, and, if the daemon `is_insecure`, all others.
 *
 * NULL when out of memory.
 */
struct access *access_new(uint32_t owner, bool is_insecure);
/* NULL, always; NULL is welcome. */
struct access *access_free(struct access *access);

/* Is there a principal or a rule? */
bool access_has_rules(const struct access *access);

/*
 * A principal of that name, which there is not yet, and how it shows itself.
 * Its number, from 0, or -ENOMEM.
 */
MUST_CHECK int access_add(struct access *access, const char *name);

/* The number of that name, or -ENOENT. */
int access_number(const struct access *access, const char *name);

/*
 * How principal `number` shows itself: as the user or group of a process; a
 * token's hash (TOKEN_HASH bytes); a certificate's name, or "sha256:" and its
 * fingerprint. 0; -EEXIST: another one shows itself so; -EINVAL: that is no
 * name of a certificate; -ENOMEM.
 */
MUST_CHECK int access_add_user(struct access *access, int number, uint32_t uid);
MUST_CHECK int access_add_group(struct access *access, int number,
				uint32_t gid);
MUST_CHECK int access_add_token(struct access *access, int number,
				const uint8_t *hash);
MUST_CHECK int access_add_certificate(struct access *access, int number,
				      const char *text);

/*
 * A rule: the right on the channels that `glob` matches; without one (NULL)
 * RIGHT_MANAGE on the daemon as a whole. It is nobody's until it is given to
 * principals or to anyone (-1). 0 or -ENOMEM.
 */
MUST_CHECK int access_add_rule(struct access *access, const char *glob,
			       enum right right);
/* To the rule that was added last. 0 or -ENOMEM. */
MUST_CHECK int access_grant(struct access *access, int number);

/* Is a token of that hash known? */
bool access_knows(const struct access *access, const uint8_t *hash);

#endif
