/* SPDX-License-Identifier: MIT */
/*
 * sandbox.h - what this process gives up when it has started: files other
 * than those it will read again, and system calls that it never makes.
 */
#ifndef DAEMON_SANDBOX_H
#define DAEMON_SANDBOX_H

#include "base/attr.h"
#include "host/landlock.h"
#include "options/options.h"

/* As the option `sandbox` has them. */
enum sandbox_wish {
	SANDBOX_NO,
	SANDBOX_YES, /* as far as the kernel has it */
	SANDBOX_REQUIRE,
};

/* The folders that are needed later on. */
struct sandbox;

/*
 * One with all that a reload reads: the files that the options came from, the
 * one that they come from by default, and what they name. NULL when out of
 * memory.
 */
struct sandbox *sandbox_new(const struct options *options,
			    const char *default_file);
/* NULL, always; NULL is welcome. */
struct sandbox *sandbox_free(struct sandbox *sandbox);

/*
 * That file will be needed; or, as it may be replaced by another one, its
 * folder. `path` is copied. 0 or -ENOMEM.
 */
MUST_CHECK int sandbox_add(struct sandbox *sandbox, const char *path,
			   enum landlock_right right);

/*
 * Enter, for good, as wished; logged. 0, or a negative errno value: it is
 * required, and something is missing.
 */
MUST_CHECK int sandbox_enter(const struct sandbox *sandbox,
			     enum sandbox_wish wish);

#endif
