/* SPDX-License-Identifier: MIT */
/*
 * filter.h - the kernel is told which system calls a daemon that has started
 * still makes; any other fails with EPERM, and stands in the audit log.
 *
 * It fails instead of being the end: a C library that makes a call which we do
 * not know yet must not take down what it serves, and who is refused execve()
 * has as little of it as who is killed.
 */
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include "base/attr.h"

/*
 * From here on, and for good. Memory is never made executable any more, no
 * process is begun, and sockets are made only to speak to the journal and the
 * service manager.
 *
 * How many rules there are; or a negative errno value: -ENOSYS without
 * libseccomp, or where the kernel has no filters.
 */
MUST_CHECK int filter_enter(void);

#endif
