/* SPDX-License-Identifier: MIT */
#include "model/record.h"

#include <stddef.h>
#include <string.h>

struct record *
trace_add(struct trace *trace, enum record_kind kind, int task, int operation)
{
	struct record *record = &trace->records[trace->count];

	if (trace->count < MOST_RECORDS - 1)
		trace->count++;
	memset(record, 0, sizeof *record);
	record->kind = kind;
	record->task = task;
	record->operation = operation;
	return record;
}

static bool
is_same(const struct record *a, const struct record *b)
{
	return memcmp(a, b,
		      a->has_state ? sizeof *a
				   : offsetof(struct record, state)) == 0;
}

int
trace_difference(const struct trace *a, const struct trace *b)
{
	int least = a->count < b->count ? a->count : b->count;

	for (int i = 0; i < least; i++)
		if (!is_same(&a->records[i], &b->records[i]))
			return i;
	return a->count == b->count ? -1 : least;
}

/* ---- for people ---- */

static void
print_channel(int i, const struct chan_state *c, FILE *file)
{
	fprintf(file,
		"      c%d balance %d, %s%sstored %d, held %d, handoffs %d, "
		"oldest %d, capacity %d, preference %d, schedule_all %d, "
		"queue",
		i, c->balance, c->is_closing ? "closing, " : "",
		c->is_closed ? "closed, " : "", c->stored, c->held, c->handoffs,
		c->oldest, c->capacity, c->preference, c->schedule_all);
	for (int k = 0; k < MOST_QUEUE && c->queue[k] != NOBODY; k++)
		fprintf(file, " t%d", c->queue[k]);
	fprintf(file, "\n");
}

static void
print_task(int i, unsigned state, unsigned deliveries, FILE *file)
{
	fprintf(file, " t%d:%s%s%s%s%s%s%s", i, state == 0 ? "gone" : "",
		state & IS_RUNNABLE ? "runnable" : "",
		state & IS_BLOCKED ? "blocked" : "",
		state & IS_PAUSED ? "paused" : "",
		state & IS_HELD ? "+held" : "",
		state & IS_CANCELLED ? "+cancelled" : "",
		state == 0 || state & HAS_BEGUN ? "" : "+fresh");
	if (deliveries > 0)
		fprintf(file, "(holds %u)", deliveries);
}

static void
print_state(const struct program *program, const struct state *state,
	    FILE *file)
{
	for (int i = 0; i < program->channel_count; i++)
		print_channel(i, &state->channels[i], file);
	fprintf(file, "     ");
	for (int i = 0; i < program->task_count; i++)
		print_task(i, state->tasks[i], state->deliveries[i], file);
	fprintf(file, " runcount %d, next deadline %d\n", state->runcount,
		state->next_deadline);
}

static const struct operation *
operation_of(const struct program *program, const struct record *record)
{
	if (record->kind == DRIVER)
		return record->operation < program->event_count
			   ? &program->events[record->operation]
			   : NULL;
	return record->operation < program->tasks[record->task].count
		   ? &program->tasks[record->task].operations[record->operation]
		   : NULL;
}

static void
print_operation(const struct program *program, const struct record *record,
		FILE *file)
{
	const struct operation *op = operation_of(program, record);

	fprintf(file, " %d ", record->operation);
	if (op != NULL)
		operation_print(op, file);
}

static void
print_callback(const struct record *record, FILE *file)
{
	fprintf(file, " c%d %s %s", record->value,
		record->extra & 1 ? "send" : "receive",
		record->extra & 2 ? "blocks" : "goes on");
}

static const char *
result_text(int result)
{
	if (result == SKIPPED)
		return "skipped";
	return result < 0 ? strerror(-result) : "ok";
}

static void
print_record(const struct program *program, const struct record *record,
	     FILE *file)
{
	static const char *const kinds[] = { "begins",	"ends",	    "dies",
					     "dies of", "callback", "" };
	enum record_kind kind = record->kind;

	if (record->task == NOBODY)
		fprintf(file, "driver");
	else
		fprintf(file, "t%d %s", record->task, kinds[kind]);
	if (kind == BEGINS || kind == ENDS || kind == DRIVER)
		print_operation(program, record, file);
	if (kind == CALLBACK)
		print_callback(record, file);
	if (kind == ENDS || kind == DRIVER)
		fprintf(file, ": %d (%s) value %d, extra %d", record->result,
			result_text(record->result), record->value,
			record->extra);
	if (kind == UNCAUGHT)
		fprintf(file, " %d", record->value);
	fprintf(file, "\n");
}

static void
print_side(const char *name, const struct program *program,
	   const struct trace *trace, int place, FILE *file)
{
	fprintf(file, "  %s: ", name);
	if (place >= trace->count) {
		fprintf(file, "nothing more\n");
		return;
	}
	print_record(program, &trace->records[place], file);
	if (trace->records[place].has_state)
		print_state(program, &trace->records[place].state, file);
}

void
trace_print_difference(const struct program *program, const struct trace *model,
		       const struct trace *real, int place, FILE *file)
{
	fprintf(file, "  so far\n");
	for (int i = 0; i < place; i++) {
		fprintf(file, "    ");
		print_record(program, &model->records[i], file);
	}
	print_side("model", program, model, place, file);
	print_side("real ", program, real, place, file);
}
