/* SPDX-License-Identifier: MIT */
/*
 * journal.h - the log as entries of systemd's journal.
 *
 * Each has MESSAGE (the sentence and its fields), PRIORITY, MESSAGE_ID,
 * SYSLOG_IDENTIFIER, and each field by itself: "peer" is CHAND_PEER.
 */
#ifndef HOST_JOURNAL_H
#define HOST_JOURNAL_H

#include "base/log.h"

/* Is what we write on stderr read by the journal, and can we speak to it? */
bool journal_reads_stderr(void);

/* A sink; what it cannot say to the journal, it says as logfmt_write(). */
void journal_write(const struct log_row *row, const struct log_field *fields,
		   size_t count);

#endif
