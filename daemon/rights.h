/* SPDX-License-Identifier: MIT */
/*
 * rights.h - what the options say of principals and rights -> the rules.
 */
#ifndef DAEMON_RIGHTS_H
#define DAEMON_RIGHTS_H

#include "access/access.h"
#include "options/options.h"

/*
 * The rules, and the files of tokens that they name, which are read here.
 * NULL with a reason, of OPTIONS_REASON bytes, that says where it is written.
 */
struct access *rights_read(const struct options *options, char *reason);

/*
 * Whoever comes in from elsewhere must have been thought of: without rules,
 * and if not all shall be allowed everything, nothing but this host may reach
 * the daemon, at any of these urls. Looks up names. 0, or -EACCES with a
 * reason.
 */
MUST_CHECK int rights_check_reach(const struct options *options,
				  const struct access *access,
				  const struct url *urls, size_t count,
				  char *reason);

#endif
