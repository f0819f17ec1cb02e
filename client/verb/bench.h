/* SPDX-License-Identifier: MIT */
/*
 * bench.h - pairs of clients that hand over values to one another as fast as
 * they can.
 *
 * Each pair has two connections and a channel of its own, on which nobody
 * else is met.
 */
#ifndef CLIENT_VERB_BENCH_H
#define CLIENT_VERB_BENCH_H

#include "client/base/histogram.h"
#include "client/chand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench_plan {
	const char *url; /* NULL: as chand_set_url() */
	int pairs;
	int depth;     /* sends that are on their way at once, of each pair */
	size_t size;   /* of a value, in bytes */
	bool is_acked; /* received with ack, and acknowledged */
	int64_t most;  /* hand-offs, and then end; 0: no such end */
};

struct bench;

/*
 * Make the clients, which are not connected yet. NULL: out of memory.
 *
 *   plan  copied; its url must outlive it
 */
struct bench *bench_new(const struct bench_plan *plan);
void bench_free(struct bench *bench);

/* Connect all, and let them begin. What failed first, or CHAND_OK. */
enum chand_code bench_start(struct bench *bench);

/*
 * Go on until the deadline (clock_now()'s), or all is done, or something has
 * failed, or `wake` can be read.
 */
void bench_run(struct bench *bench, int wake, int64_t deadline);

/* All hand-offs of the plan are done, or one has failed. */
bool bench_is_done(const struct bench *bench);

/* How it failed: CHAND_OK, or the code with its one line in bench_text(). */
enum chand_code bench_code(const struct bench *bench);
const char *bench_text(const struct bench *bench);

/* How long the sends took, in ns; as many as were done. */
const struct histogram *bench_times(const struct bench *bench);

#endif
