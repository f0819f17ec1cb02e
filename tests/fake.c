/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include "suite.h"

#include "client/lib/sys.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake fake;
static char folder[] = "/tmp/chand-fake-XXXXXX";
void (*fake_turn)(void);

/* Asserts take memory, which a test may just have taken away. */
static void
give_up(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/* ---- instead of client/lib/sys.c ---- */

int64_t
sys_now(void)
{
	return fake.now;
}

uint64_t
sys_random(void)
{
	return fake.random;
}

void
sys_poll(struct pollfd *wait, int64_t milliseconds)
{
	if (poll(wait, 1, 0) > 0)
		return;
	if (fake_turn != NULL)
		fake_turn();
	if (poll(wait, 1, 0) > 0)
		return;
	if (fake_turn == NULL && milliseconds == NEVER)
		give_up("it waits for ever");
	fake.now += milliseconds != NEVER ? milliseconds : 0;
}

/* An address of a name: a socket in our folder. */
struct fake_address {
	struct addrinfo info;
	struct sockaddr_un path;
};

static struct addrinfo *
find_address(const char *file)
{
	struct fake_address *address = calloc(1, sizeof *address);

	if (address == NULL)
		return NULL;
	address->path.sun_family = AF_UNIX;
	snprintf(address->path.sun_path, sizeof address->path.sun_path, "%s/%s",
		 folder, file);
	address->info =
	    (struct addrinfo){ .ai_family = AF_UNIX,
			       .ai_addr = (struct sockaddr *)&address->path,
			       .ai_addrlen = sizeof address->path };
	return &address->info;
}

int
sys_look_up(const char *host, const char *port, const struct addrinfo *hints,
	    struct addrinfo **found)
{
	struct addrinfo **end = found;

	fake.looked_up++;
	*found = NULL;
	if (strcmp(host, "name") != 0 || strcmp(port, "7") != 0 ||
	    hints->ai_socktype != SOCK_STREAM || fake.addresses[0] == NULL)
		return EAI_NONAME;
	for (int i = 0; fake.addresses[i] != NULL; i++) {
		*end = find_address(fake.addresses[i]);
		if (*end == NULL) {
			sys_forget(*found);
			return EAI_MEMORY;
		}
		end = &(*end)->ai_next;
	}
	return 0;
}

void
sys_forget(struct addrinfo *found)
{
	struct addrinfo *next;

	for (; found != NULL; found = next) {
		next = found->ai_next;
		free(found); /* the first member of a fake_address */
	}
}

/* ---- the daemon ---- */

int
fake_listen(const char *file)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder,
		 file);
	unlink(address.sun_path); /* that of a test which has failed */
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address),
			 0);
	ck_assert_int_eq(listen(fd, 0), 0);
	return fd;
}

void
fake_open(void)
{
	memset(&fake, 0, sizeof fake);
	fake.now = 1000;
	fake.peer = -1;
	fake.folder = folder;
	snprintf(fake.url, sizeof fake.url, "unix://%s/s", folder);
	fake.listener = fake_listen("s");
	fake_turn = NULL;
}

void
fake_close(void)
{
	fake_hang_up();
	close(fake.listener);
}

static int
remove_one(const char *path, const struct stat *status, int kind,
	   struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

int
fake_run(Suite *suite)
{
	int status;

	if (mkdtemp(folder) == NULL)
		give_up("no folder can be made in /tmp");
	status = suite_run(suite);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return status;
}

bool
fake_accept(void)
{
	int fd =
	    accept4(fake.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return false;
	fake_hang_up();
	fake.peer = fd;
	fake.accepted++;
	fake_forget();
	return true;
}

size_t
fake_read(void)
{
	ssize_t n =
	    read(fake.peer, fake.got + fake.size, sizeof fake.got - fake.size);

	fake.size += n > 0 ? (size_t)n : 0;
	return fake.size;
}

void
fake_forget(void)
{
	fake.size = 0;
}

void
fake_say(const void *bytes, size_t size)
{
	if (send(fake.peer, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		give_up("nobody is there to be told");
}

void
fake_hang_up(void)
{
	if (fake.peer >= 0)
		close(fake.peer);
	fake.peer = -1;
}

/* A thousand bytes a message: what is larger can be tried. */
void
fake_greet(struct chand *client)
{
	static const char hello[] = "\x94\0\0\xa5hello\x91";

	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	ck_assert_uint_gt(fake_read(), sizeof hello - 1);
	ck_assert_mem_eq(fake.got, hello, sizeof hello - 1);
	fake_forget();
	FAKE_SAY("\x94\1\0\xc0\x82\xa4task\1\xa6limits\x81\xa7message\xce\1\0"
		 "\0\0");
	chand_process(client);
	ck_assert(chand_is_connected(client));
}

struct chand *
fake_client(void)
{
	struct chand *client = chand_new();

	ck_assert_ptr_nonnull(client);
	ck_assert_int_eq(chand_set_url(client, fake.url), CHAND_OK);
	return client;
}

struct chand *
fake_friend(void)
{
	struct chand *client = fake_client();

	ck_assert_int_eq(chand_start_connect(client), CHAND_OK);
	fake_greet(client);
	return client;
}
