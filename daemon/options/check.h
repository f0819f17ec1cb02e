/* SPDX-License-Identifier: MIT */
/*
 * check.h - what each may be, but not together; for the files of this room.
 */
#ifndef OPTIONS_CHECK_H
#define OPTIONS_CHECK_H

#include "options/options.h"

/* 0, or -EINVAL with a reason that says where it is written. */
MUST_CHECK int check_together(const struct options *options, char *reason);

#endif
