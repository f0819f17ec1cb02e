/* SPDX-License-Identifier: MIT */
/*
 * A pool of workers: msgpack-c and a socket.
 *
 * pool work NAME [SECONDS]   work on jobs; each takes so long
 * pool ask COUNT             have COUNT numbers squared; print the replies
 */
#include <err.h>
#include <msgpack.h>
#include <msgpack/fbuffer.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int daemon_fd;
static FILE *daemon_out; /* collects a request, which fflush() sends */
static msgpack_packer out;
static msgpack_unpacker in;
static msgpack_unpacked message; /* the answer that was read last */

static int
connected(int family, const struct sockaddr *address, socklen_t size)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, address, size) < 0)
		err(1, "the daemon cannot be reached");
	return fd;
}

static int
dial(const char *url)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *tcp;
	char host[256], port[6];

	if (sscanf(url, "unix://%107s", local.sun_path) == 1)
		return connected(AF_UNIX, (void *)&local, sizeof local);
	if (sscanf(url, "tcp://%255[^:]:%5s", host, port) != 2 ||
	    getaddrinfo(host, port, &hints, &tcp) != 0)
		errx(1, "no such place: %s", url);
	return connected(tcp->ai_family, tcp->ai_addr, tcp->ai_addrlen);
}

static void
string(const char *text)
{
	msgpack_pack_str_with_body(&out, text, strlen(text));
}

/* The head of a request: so many parameters have to follow. */
static void
request(uint32_t msgid, const char *method, size_t parameters)
{
	msgpack_pack_array(&out, 4);
	msgpack_pack_int(&out, 0);
	msgpack_pack_uint32(&out, msgid);
	string(method);
	msgpack_pack_array(&out, parameters);
}

/* The next answer, [1, msgid, error, result], until the one after it. */
static msgpack_object *
answer(void)
{
	msgpack_object *part;
	ssize_t got;

	fflush(daemon_out);
	while (msgpack_unpacker_next(&in, &message) != MSGPACK_UNPACK_SUCCESS) {
		msgpack_unpacker_reserve_buffer(&in, 65536);
		got = read(daemon_fd, msgpack_unpacker_buffer(&in), 65536);
		if (got <= 0)
			errx(1, "lost the daemon: what became of the call is "
				"unknown");
		msgpack_unpacker_buffer_consumed(&in, (size_t)got);
	}
	part = message.data.via.array.ptr;
	if (part[2].type != MSGPACK_OBJECT_NIL)
		errx(1, "%.*s", (int)part[2].via.str.size, part[2].via.str.ptr);
	return part;
}

static void
work(const char *name, unsigned seconds)
{
	msgpack_object *taken = NULL; /* [job, delivery, attempt] */
	char reply[128];
	unsigned long job, attempt;

	for (;; sleep(seconds)) {
		/*
		 * Hands in the job before, if there was one, and waits for the
		 * next. Whoever asked is released by the reply, and not before:
		 * should we die meanwhile, the job goes to another worker.
		 */
		request(1, "recv", 2);
		string("jobs");
		msgpack_pack_map(&out, taken ? 3 : 1);
		string("ack");
		msgpack_pack_true(&out);
		if (taken) {
			string("done");
			msgpack_pack_object(&out, taken[1]);
			string("reply");
			string(reply);
		}
		taken = answer()[3].via.array.ptr;
		job = taken[0].via.u64;
		attempt = taken[2].via.u64;
		printf("%s: job %lu, attempt %lu\n", name, job, attempt);
		snprintf(reply, sizeof reply, "%lu, by %s, attempt %lu",
			 job * job, name, attempt);
	}
}

static void
ask(uint32_t count)
{
	msgpack_object *part;

	/* Concurrent, so that many jobs are out at once on one connection. */
	request(0, "hello", 1);
	msgpack_pack_map(&out, 1);
	string("concurrent");
	msgpack_pack_true(&out);
	answer();
	for (uint32_t job = 1; job <= count; job++) {
		request(job, "send", 2);
		string("jobs");
		msgpack_pack_uint32(&out, job);
	}
	for (uint32_t n = 0; n < count; n++) {
		part = answer();
		printf("job %lu: %.*s\n", (unsigned long)part[1].via.u64,
		       (int)part[3].via.str.size, part[3].via.str.ptr);
	}
}

int
main(int argc, char **argv)
{
	const char *url = getenv("CHAND_URL");

	if (argc < 3)
		errx(2, "usage: pool work NAME [SECONDS] | pool ask COUNT");
	setlinebuf(stdout);
	daemon_fd = dial(url ? url : "tcp://127.0.0.1:7411");
	daemon_out = fdopen(daemon_fd, "w");
	msgpack_packer_init(&out, daemon_out, msgpack_fbuffer_write);
	msgpack_unpacker_init(&in, MSGPACK_UNPACKER_INIT_BUFFER_SIZE);
	if (strcmp(argv[1], "work") == 0)
		work(argv[2], argc > 3 ? (unsigned)atoi(argv[3]) : 0);
	else
		ask((uint32_t)atoi(argv[2]));
	return 0;
}
