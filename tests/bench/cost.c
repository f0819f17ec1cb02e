/* SPDX-License-Identifier: MIT */
#include "cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { DELAYS_MOST = 1 << 22 };

static uint32_t delays[DELAYS_MOST];
static unsigned count;

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		return 0;
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static long
resident_bytes(int pid)
{
	char path[40];
	long pages = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d %ld", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

struct cost
cost_now(int pid)
{
	struct cost cost = {
		.clock = read_clock(CLOCK_MONOTONIC),
		.own = read_clock(CLOCK_PROCESS_CPUTIME_ID),
	};
	clockid_t theirs;

	if (pid != 0 && clock_getcpuclockid(pid, &theirs) == 0)
		cost.server = read_clock(theirs);
	if (pid != 0)
		cost.resident = resident_bytes(pid);
	return cost;
}

void
delay_add(int64_t ns)
{
	if (count < DELAYS_MOST)
		delays[count++] = (uint32_t)(ns < UINT32_MAX ? ns : UINT32_MAX);
}

static int
compare(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

double
delay_at(double part)
{
	if (count == 0)
		return 0;
	qsort(delays, count, sizeof *delays, compare);
	return delays[(unsigned)((count - 1) * part)] / 1e3;
}
