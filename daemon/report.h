/* SPDX-License-Identifier: MIT */
/*
 * report.h - what the service manager is told of us.
 *
 * As long as nobody listens, nothing is done. The watchdog is fed by a timer
 * of the loop's: once nobody comes by there any more, be it for a task that
 * does not give way or for ever, it is not fed.
 */
#ifndef DAEMON_REPORT_H
#define DAEMON_REPORT_H

#include "rpc/service.h"
#include "task/timer.h"

enum { REPORT_STATUS = 200 };

struct report {
	struct timer timer;
	int64_t period; /* ns; 0: nobody listens */
	const struct service *service;
	bool feeds; /* a watchdog */
	char status[REPORT_STATUS];
};

/* Prepare. 0 or -ENOMEM. */
MUST_CHECK int report_init(struct report *report,
			   const struct service *service);
/* Also one that is zeroed. */
void report_fini(struct report *report);

/* We serve; from here on the timer runs. */
void report_ready(struct report *report);

/* A reload has begun: report_ready() says when it is over. */
void report_reloading(const struct report *report);

/* We are stopping, which takes us at most `patience` ns. */
void report_stopping(struct report *report, int64_t patience);

#endif
