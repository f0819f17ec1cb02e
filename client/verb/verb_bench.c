/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_admin.h"

#include "client/base/clock.h"
#include "client/base/output.h"
#include "client/tool/query.h"
#include "client/tool/report.h"
#include "client/verb/bench.h"

#include <inttypes.h>
#include <unistd.h>

/* Without -t and -c; and how often the progress is told. */
enum { SECONDS = 5 };
#define PROGRESS (200 * CLOCK_MS)

static struct bench_plan
plan_of(const struct options *options)
{
	uint64_t given = options->given;
	bool has_pairs = (given & FLAG_BIT(pairs)) != 0;
	bool has_depth = (given & FLAG_BIT(depth)) != 0;
	bool has_size = (given & FLAG_BIT(size)) != 0;

	return (struct bench_plan){
		.url = options->server,
		.pairs = has_pairs ? (int)options->pairs : 1,
		.depth = has_depth ? (int)options->depth : 1,
		.size = has_size ? (size_t)options->size : 64,
		.is_acked = options->ack,
		.most = (given & FLAG_BIT(count)) != 0 ? options->count : 0,
	};
}

static double
seconds(int64_t span)
{
	return (double)span / (double)CLOCK_SECOND;
}

static double
at_ms(const struct bench *bench, double part)
{
	return (double)histogram_at(bench_times(bench), part) / 1e6;
}

static double
rate(const struct bench *bench, int64_t span)
{
	return span > 0 ? (double)bench_times(bench)->count / seconds(span) : 0;
}

/* One line that stays one; a span of 0 wipes it off. */
static void
tell_progress(const struct tool *tool, const struct bench *bench, int64_t span)
{
	if (tool->command->options.quiet || isatty(STDERR_FILENO) != 1)
		return;
	fprintf(stderr, "\r\033[K");
	if (span > 0)
		fprintf(stderr,
			"%.1f s  %" PRIu64 " hand-offs  %.0f/s  p50 %.3f  "
			"p99 %.3f ms",
			seconds(span), bench_times(bench)->count,
			rate(bench, span), at_ms(bench, .5), at_ms(bench, .99));
}

struct result {
	const struct bench *bench;
	const struct bench_plan *plan;
	int64_t span;
};

static const struct line {
	const char *key;
	double part; /* of the times; above 1: no time */
} lines[] = {
	{ "p50_ms", .5 },
	{ "p99_ms", .99 },
	{ "p99.9_ms", .999 },
	{ "max_ms", 1 },
};

/* As lines of "key: value", or as one of JSON. */
static void
put_result(FILE *to, const struct result *result, bool is_json)
{
	const char *quote = is_json ? "\"" : "";
	const char *end = is_json ? "," : "\n";
	const char *colon = is_json ? "\":" : ": ";
	const struct bench_plan *plan = result->plan;

	fprintf(to, "%s%spairs%s%d%s", is_json ? "{" : "", quote, colon,
		plan->pairs, end);
	fprintf(to, "%sdepth%s%d%s", quote, colon, plan->depth, end);
	fprintf(to, "%ssize%s%zu%s", quote, colon, plan->size, end);
	fprintf(to, "%sacknowledged%s%s%s", quote, colon,
		plan->is_acked ? "true" : "false", end);
	fprintf(to, "%shandoffs%s%" PRIu64 "%s", quote, colon,
		bench_times(result->bench)->count, end);
	fprintf(to, "%sseconds%s%.3f%s", quote, colon, seconds(result->span),
		end);
	fprintf(to, "%sper_second%s%.0f", quote, colon,
		rate(result->bench, result->span));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		fprintf(to, "%s%s%s%s%.3f", end, quote, lines[i].key, colon,
			at_ms(result->bench, lines[i].part));
	fprintf(to, "%s\n", is_json ? "}" : "");
}

static int
write_result(struct tool *tool, const struct result *result)
{
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int r;

	if (to == NULL)
		return report_memory(tool->command);
	put_result(to, result, tool->command->options.objects);
	r = output_close(&output, to);
	return r == 0 ? 0 : query_report(tool, r);
}

/* The time of the measuring alone: connecting is none of it. */
static int64_t
measure(struct tool *tool, struct bench *bench)
{
	const struct options *options = &tool->command->options;
	bool is_counted = (options->given & FLAG_BIT(count)) != 0;
	int64_t began = clock_now();
	int64_t end = INT64_MAX;

	if (tool->timeout != CHAND_FOREVER)
		end = clock_after(tool->timeout * CLOCK_MS);
	else if (!is_counted)
		end = clock_after(SECONDS * CLOCK_SECOND);
	while (!bench_is_done(bench) && clock_now() < end &&
	       tool_signal(tool) == 0) {
		int64_t next = clock_now() + PROGRESS;

		bench_run(bench, tool->signals.fd, next < end ? next : end);
		signals_read(&tool->signals);
		tell_progress(tool, bench, clock_now() - began);
	}
	tell_progress(tool, bench, 0);
	return clock_now() - began;
}

/* What a bench failed with is what a call of the tool's would have. */
static int
judge(struct tool *tool, const struct bench *bench)
{
	if (tool_signal(tool) != 0)
		return tool_withdrawn(tool);
	report(tool->command, "%s", bench_text(bench));
	return tool_code_status(bench_code(bench));
}

int
verb_bench(struct tool *tool)
{
	struct bench_plan plan = plan_of(&tool->command->options);
	struct bench *bench = bench_new(&plan);
	struct result result = { .bench = bench, .plan = &plan };
	int status = 0;

	if (bench == NULL)
		return report_memory(tool->command);
	if (bench_start(bench) == CHAND_OK)
		result.span = measure(tool, bench);
	if (bench_code(bench) != CHAND_OK || tool_signal(tool) != 0)
		status = judge(tool, bench);
	else
		status = write_result(tool, &result);
	bench_free(bench);
	return status;
}
