/* SPDX-License-Identifier: MIT */
/*
 * conf_folder.h - a folder with a chand.conf and its parts, and what the
 * daemon's options are when it has been read.
 */
#ifndef TESTS_CONF_FOLDER_H
#define TESTS_CONF_FOLDER_H

#include "options/options.h"

enum { PATH = 200 };

extern struct options options; /* as they were read last */
extern char reason[OPTIONS_REASON];

/* A fixture: an empty folder; it goes, and so do the options. */
void conf_open(void);
void conf_close(void);

/* Of a file there: "chand.conf", "conf.d/a.conf". Good for three more calls. */
const char *path_of(const char *name);

void write_bytes(const char *name, const char *text, size_t size);
void write_file(const char *name, const char *text);

/*
 * options_read() of chand.conf there, with that environment, and that word of
 * the command line or NULL; of it alone; and with that written into it.
 */
int read_with(char *const *environment, const char *word);
int read_alone(void);
int read_text(const char *text);

/* "FOLDER/NAME" and the rest is what was wrong. */
void says(const char *name, const char *rest);

#endif
