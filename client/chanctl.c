/* SPDX-License-Identifier: MIT */
/*
 * chanctl.c - the tool: argv in, exit status out.
 */
#include "config.h"

#include "client/base/output.h"
#include "client/command/command.h"
#include "client/command/help.h"
#include "client/methods.h"
#include "client/prompt/complete.h"
#include "client/prompt/prompt.h"
#include "client/tool/report.h"
#include "client/tool/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A connection must not get the number of a standard stream that was closed,
 * or the value would be written back to the daemon. What is opened in its
 * place can only be used the wrong way round, and so still fails.
 */
static void
fill_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			abort();
}

static int
write_text(const struct command *command)
{
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int r;

	if (to == NULL)
		return report_memory(command);
	if (command->task == COMMAND_VERSION)
		fputs("chanctl " PACKAGE_VERSION "\n", to);
	else if (command->task == COMMAND_METHODS)
		methods_help(to);
	else
		help_write(to, command->verb);
	r = output_close(&output, to);
	if (r < 0 && r != -EPIPE)
		report(command, "cannot write: %s", strerror(-r));
	return r == 0 ? 0 : STATUS_OTHER;
}

/* What a command line asks for. */
static int
run(int argc, char **argv)
{
	struct command command;

	if (command_parse(argc, argv, &command) == 0)
		return command.task == COMMAND_CALL ? tool_run(&command)
						    : write_text(&command);
	command.verb = NULL; /* the fault names it, if need be */
	return report_use(&command, "%s", command.fault);
}

static bool
wants_prompt(int argc, char **argv)
{
	struct command command;

	return command_parse(argc, argv, &command) < 0 &&
	       command.task == COMMAND_PROMPT && prompt_is_possible();
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	/* Text is UTF-8 everywhere; nothing else depends on where we are. */
	setlocale(LC_CTYPE, "C.UTF-8");
	fill_standard_streams();
	if (argc == 3 && strcmp(argv[1], "--complete") == 0)
		return complete_main(argv[2]);
	return wants_prompt(argc, argv) ? prompt_run(argc, argv, run)
					: run(argc, argv);
}
