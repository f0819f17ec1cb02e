/* SPDX-License-Identifier: MIT */
/*
 * chand - the daemon that keeps named rendezvous channels.
 */
#include "base/log.h"
#include "config.h"
#include "host/journal.h"
#include "host/logfmt.h"
#include "net/sys.h"
#include "rights.h"
#include "server.h"
#include "settings.h"
#include "task/sched.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, MAPPED_FROM = 4 << 20 };

/* A user has a folder for sockets; root's is made by whoever needs it. */
static void
make_default_folder(void)
{
	if (geteuid() == 0 && mkdir(OPTIONS_ROOT_FOLDER, 0755) < 0 &&
	    errno != EEXIST)
		log_event(EVENT_folder_missing,
			  LOG_TEXT("path", OPTIONS_ROOT_FOLDER),
			  LOG_TEXT("error", strerror(errno)));
}

/* By default the journal, if it is what reads our stderr. */
static void
choose_log(const struct options *options)
{
	enum { AUTO, LOGFMT, JOURNAL };
	bool speaks_to_journal =
	    options->log_format == JOURNAL ||
	    (options->log_format == AUTO && journal_reads_stderr());

	log_set_sink(speaks_to_journal ? journal_write : logfmt_write);
	log_set_level(options_log_level(options));
}

/*
 * Values of some size come and go with each message: the C library keeps the
 * memory of a few, rather than to ask the kernel for it again each time.
 */
static void
keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
	mallopt(M_TRIM_THRESHOLD, 2 * MAPPED_FROM);
}

/* Takes the options. */
static int
serve(struct options *options, const struct source *source)
{
	struct server *server;

	choose_log(options);
	if (options->origins[ROW_listen_listen].place == NULL)
		make_default_folder();
	server = server_new(options, source, &sys_real);
	if (server == NULL)
		return EXIT_FAILURE;
	if (server_run(server) < 0)
		return EXIT_FAILURE; /* with its tasks where they stood */
	server_free(server);
	return EXIT_SUCCESS;
}

/* What was read makes sense; but does it here? */
static int
check(const struct options *options)
{
	char reason[OPTIONS_REASON];
	struct access *access = NULL;
	struct room room;

	sched_init(&(struct sched_config){ 0 });
	if (settings_room(options, &room, reason) == 0)
		access = rights_read(options, reason);
	if (access == NULL ||
	    rights_check_reach(options, access, options->listen.items,
			       options->listen.count, reason) < 0) {
		access_free(access);
		fprintf(stderr, "chand: %s\n", reason);
		return EXIT_USAGE;
	}
	access_free(access);
	printf("nothing is wrong with it: %zu files, %zu connections\n",
	       options->file_count, room.connections);
	return EXIT_SUCCESS;
}

/* Takes the options. */
static int
grant(int wish, struct options *options, const struct source *source)
{
	int status = EXIT_SUCCESS;

	if (wish == OPTIONS_RUN)
		return serve(options, source);
	if (wish == OPTIONS_CHECK)
		status = check(options);
	else if (wish == OPTIONS_HELP)
		options_print_help(stdout);
	else
		printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
	options_fini(options);
	free(options);
	return status;
}

int
main(int argc, char **argv)
{
	char reason[OPTIONS_REASON], file[PATH_MAX];
	struct options *options = calloc(1, sizeof *options);
	struct source source = { argc, argv, environ,
				 options_default_file(file, sizeof file) };
	int wish = -ENOMEM;

	/* First of all: a peer that hangs up must not end everybody's day. */
	signal(SIGPIPE, SIG_IGN);
	keep_memory();
	strcpy(reason, "out of memory");
	if (options != NULL)
		wish = source_read(&source, options, reason);
	if (wish >= 0)
		return grant(wish, options, &source);
	fprintf(stderr, "chand: %s\nTry 'chand --help'.\n", reason);
	if (options != NULL)
		options_fini(options);
	free(options);
	return EXIT_USAGE;
}
