/* SPDX-License-Identifier: MIT */
/*
 * landlock.h - the kernel is told which files this process needs from now on,
 * and that it needs no others: Landlock (Linux 5.13).
 */
#ifndef HOST_LANDLOCK_H
#define HOST_LANDLOCK_H

#include "base/attr.h"

#include <stddef.h>

enum landlock_right {
	LANDLOCK_READ,	 /* the files and folders in it */
	LANDLOCK_UNLINK, /* what is in it can be removed */
};

struct landlock_folder {
	const char *path; /* or a file; where there is none, so be it */
	enum landlock_right right;
};

/*
 * From here on, and for good: of the file system only these folders and what
 * is open already; no TCP socket is bound or connected (Linux 6.7), no process
 * outside is signalled (6.12). Privileges cannot be gained any more.
 *
 * The version of the kernel's interface, from 1; or a negative errno value:
 * -ENOSYS or -EOPNOTSUPP where the kernel has none of it.
 */
MUST_CHECK int landlock_enter(const struct landlock_folder *folders,
			      size_t count);

#endif
