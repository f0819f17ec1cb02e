/* SPDX-License-Identifier: MIT */
/*
 * chand - the daemon that keeps named rendezvous channels.
 */
#include "base/log.h"
#include "config.h"
#include "net/sys.h"
#include "options.h"
#include "server.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_USAGE = 2, MAPPED_FROM = 4 << 20 };

static int
serve(const struct options *options)
{
	struct server *server = server_new(options, &sys_real);

	if (server == NULL)
		return EXIT_FAILURE;
	if (server_run(server) < 0)
		return EXIT_FAILURE; /* with its tasks where they stood */
	server_free(server);
	return EXIT_SUCCESS;
}

/* A user has a folder for sockets; root's is made by whoever needs it. */
static void
make_default_folder(void)
{
	if (geteuid() == 0 && mkdir(OPTIONS_ROOT_FOLDER, 0755) < 0 &&
	    errno != EEXIST)
		log_line(LOG_WARNING,
			 "cannot make a folder path=\"%s\" "
			 "error=\"%s\"",
			 OPTIONS_ROOT_FOLDER, strerror(errno));
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

int
main(int argc, char **argv)
{
	char reason[OPTIONS_REASON];
	struct options options;
	int wish;

	/* First of all: a peer that hangs up must not end everybody's day. */
	signal(SIGPIPE, SIG_IGN);
	keep_memory();
	wish = options_read(&options, argc, argv, reason);
	switch (wish) {
	case OPTIONS_HELP:
		options_print_help(stdout);
		return EXIT_SUCCESS;
	case OPTIONS_VERSION:
		printf("%s %s\n", PACKAGE_NAME, PACKAGE_VERSION);
		return EXIT_SUCCESS;
	case OPTIONS_RUN:
		break;
	default:
		fprintf(stderr, "chand: %s\nTry 'chand --help'.\n", reason);
		return EXIT_USAGE;
	}
	log_set_level(options.log_level);
	if (options.listen_count == 0) {
		options_default_listen(&options);
		make_default_folder();
	}
	return serve(&options);
}
