/* SPDX-License-Identifier: MIT */
#include "report.h"

#include "host/manager.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How old a status may be, where no watchdog wants to be fed more often. */
static const int64_t status_period = 10000000000;

static void
describe(const struct service *service, char *status)
{
	const struct chan_totals *totals = chan_totals();

	snprintf(status, REPORT_STATUS,
		 "%s: connections %zu, channels %zu, waiting %zu, held %zu",
		 service->is_stopping ? "Stopping" : "Serving",
		 service->client_count, hub_count(service->hub),
		 totals->senders + totals->receivers, totals->held);
}

static void
tell_status(struct report *report)
{
	char status[REPORT_STATUS];

	describe(report->service, status);
	if (strcmp(status, report->status) == 0)
		return;
	strcpy(report->status, status);
	manager_tell("STATUS=%s", status);
}

static void
look(struct timer *timer)
{
	struct report *report = list_entry(timer, struct report, timer);

	if (report->feeds)
		manager_tell("WATCHDOG=1");
	tell_status(report);
	timer_set(timer, sched_time() + report->period);
}

/* Fed twice in the time that it gives us, as sd_watchdog_enabled(3) says. */
static void
choose_period(struct report *report)
{
	int64_t patience = manager_watchdog();

	report->feeds = patience > 0;
	report->period = status_period;
	if (report->feeds && patience / 2 < status_period)
		report->period = patience / 2;
}

int
report_init(struct report *report, const struct service *service)
{
	*report = (struct report){ .service = service };
	if (!manager_listens())
		return 0;
	if (timer_init(&report->timer, look) < 0)
		return -ENOMEM;
	choose_period(report);
	return 0;
}

void
report_fini(struct report *report)
{
	if (report->period > 0)
		timer_fini(&report->timer);
}

void
report_ready(struct report *report)
{
	if (report->period == 0)
		return;
	describe(report->service, report->status);
	manager_tell("READY=1\nSTATUS=%s", report->status);
	timer_set(&report->timer, sched_time() + report->period);
}

void
report_reloading(const struct report *report)
{
	if (report->period > 0)
		manager_tell("RELOADING=1\nMONOTONIC_USEC=%" PRId64,
			     report->service->clock() / 1000);
}

void
report_stopping(struct report *report, int64_t patience)
{
	if (report->period == 0)
		return;
	describe(report->service, report->status);
	manager_tell("STOPPING=1\nEXTEND_TIMEOUT_USEC=%" PRId64 "\nSTATUS=%s",
		     patience / 1000 + 10000000, report->status);
}
