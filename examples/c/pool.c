/* SPDX-License-Identifier: MIT */
/*
 * A pool of workers: libchand, and msgpack-c for the numbers.
 *
 * pool work NAME [SECONDS]   work on jobs; each takes so long
 * pool ask COUNT             have COUNT numbers squared; print the replies
 */
#include <chand.h>
#include <err.h>
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct chand *client;

static unsigned long
number(struct chand_value value)
{
	msgpack_unpacked unpacked;
	unsigned long found;
	size_t offset = 0;

	msgpack_unpacked_init(&unpacked);
	if (value.kind != CHAND_ENCODED ||
	    msgpack_unpack_next(&unpacked, value.data, value.size, &offset) < 0)
		errx(1, "a job is a number");
	found = unpacked.data.via.u64;
	msgpack_unpacked_destroy(&unpacked);
	return found;
}

static void
work(const char *name, unsigned seconds)
{
	struct chand_call *taken, *next;
	char reply[128];
	unsigned long job, attempt;

	if (chand_recv(client, "jobs", CHAND_ACK, CHAND_FOREVER, &taken) !=
	    CHAND_OK)
		errx(1, "%s", chand_text(client));
	for (;;) {
		job = number(chand_call_value(taken));
		attempt = chand_call_attempt(taken);
		printf("%s: job %lu, attempt %lu\n", name, job, attempt);
		snprintf(reply, sizeof reply, "%lu, by %s, attempt %lu",
			 job * job, name, attempt);
		sleep(seconds);
		/*
		 * Hands in the job, and waits for the next. Whoever asked is
		 * released by the reply, and not before: should we die
		 * meanwhile, the job goes to another worker.
		 */
		next = chand_start_done_recv(client, chand_call_delivery(taken),
					     chand_string(reply), "jobs",
					     CHAND_ACK, CHAND_FOREVER);
		chand_call_free(taken);
		taken = next;
		if (chand_wait(taken) != CHAND_OK)
			errx(1, "%s", chand_call_text(taken));
	}
}

static void
start_job(unsigned long job)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	struct chand_call *call;

	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	msgpack_pack_unsigned_long(&packer, job);
	call = chand_start_send(client, "jobs",
				chand_encoded(buffer.data, buffer.size),
				CHAND_FOREVER);
	msgpack_sbuffer_destroy(&buffer);
	if (call == NULL)
		errx(1, "out of memory");
	chand_call_set_context(call, (void *)job);
}

static void
ask(unsigned long count)
{
	struct chand_call *call;
	struct chand_value reply;

	/* Concurrent, so that many jobs are out at once on one connection. */
	chand_set_concurrent(client, true);
	for (unsigned long job = 1; job <= count; job++)
		start_job(job);
	while (count > 0) {
		call = chand_next(client);
		if (chand_call_code(call) != CHAND_OK)
			errx(1, "%s", chand_call_text(call));
		reply = chand_call_value(call);
		printf("job %lu: %.*s\n",
		       (unsigned long)chand_call_context(call), (int)reply.size,
		       (const char *)reply.data);
		chand_call_free(call);
		count--;
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: pool work NAME [SECONDS] | pool ask COUNT");
	setlinebuf(stdout);
	client = chand_new();
	if (client == NULL)
		errx(1, "out of memory");
	if (strcmp(argv[1], "work") == 0)
		work(argv[2], argc > 3 ? (unsigned)atoi(argv[3]) : 0);
	else
		ask(strtoul(argv[2], NULL, 10));
	chand_free(client);
	return 0;
}
