/* SPDX-License-Identifier: MIT */
#include "model/program.h"

const struct verb_row verb_rows[VERB_COUNT] = {
#define VERB(name, text, arguments, weight) { text, arguments, weight },
	VERBS(VERB)
#undef VERB
};

/* ---- for people ---- */

static void
print_timeout(int timeout, FILE *file)
{
	if (timeout == LONG_AGO)
		fprintf(file, " deadline=past");
	else if (timeout != FOR_EVER)
		fprintf(file, " timeout=%d", timeout);
}

static void
print_items(const struct operation *op, FILE *file)
{
	for (int i = 0; i < op->count; i++)
		fprintf(file, "%s%s c%d %d", i > 0 ? "; " : " { ",
			verb_rows[op->items[i].verb].text, op->items[i].chan,
			op->items[i].value);
	fprintf(file, " }");
}

static void
print_argument(const struct operation *op, char argument, FILE *file)
{
	if (argument == 'c')
		fprintf(file, " c%d", op->chan);
	else if (argument == 't')
		fprintf(file, " t%d", op->task);
	else if (argument == 'v')
		fprintf(file, " %d", op->value);
	else if (argument == 'd')
		print_timeout(op->timeout, file);
	else if (argument == 'n')
		fprintf(file, " delivery=%d", op->number);
	else if (argument == 'l')
		fprintf(file, " lease=%d", op->lease);
	else if (argument == 'k')
		fprintf(file, " %d", op->amount);
	else
		print_items(op, file);
}

void
operation_print(const struct operation *op, FILE *file)
{
	const struct verb_row *row = &verb_rows[op->verb];

	fprintf(file, "%s", row->text);
	for (const char *c = row->arguments; *c != '\0'; c++)
		print_argument(op, *c, file);
}

static void
print_script(int task, const struct script *script, FILE *file)
{
	if (script->is_lazy && script->count == 0)
		return; /* one that was left out */
	fprintf(file, "  t%d%s%s\n", task, script->is_lazy ? " lazy" : "",
		script->is_stubborn ? " stubborn" : "");
	for (int i = 0; i < script->count; i++) {
		fprintf(file, "    %d ", i);
		operation_print(&script->operations[i], file);
		fprintf(file, "\n");
	}
}

void
program_print(const struct program *program, FILE *file)
{
	for (int i = 0; i < program->channel_count; i++)
		fprintf(file,
			"  c%d preference=%d schedule_all=%d capacity=%d\n", i,
			program->channels[i].preference,
			program->channels[i].schedule_all,
			program->channels[i].capacity);
	for (int i = 0; i < program->task_count; i++)
		print_script(i, &program->tasks[i], file);
	fprintf(file, "  driver\n");
	for (int i = 0; i < program->event_count; i++) {
		fprintf(file, "    %d ", i);
		operation_print(&program->events[i], file);
		fprintf(file, "\n");
	}
}
