/* SPDX-License-Identifier: MIT */
/*
 * file.h - chand.conf and conf.d over struct options; for the files of this
 * room.
 */
#ifndef OPTIONS_FILE_H
#define OPTIONS_FILE_H

#include "options/options.h"

/*
 * Read the file at `path`, and then all of the folder conf.d beside it whose
 * names end in .conf, by name; hidden ones are left out. 0; -EINVAL, or what
 * opening or reading says, with a reason.
 */
MUST_CHECK int file_read_all(struct options *options, const char *path,
			     char *reason);

#endif
