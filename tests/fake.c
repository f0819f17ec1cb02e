/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include "client/lib/sys.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fake fake;
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

/* ---- the daemon ---- */

void
fake_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(&fake, 0, sizeof fake);
	fake.now = 1000;
	fake.peer = -1;
	strcpy(fake.folder, "/tmp/chand-fake-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake.folder));
	snprintf(address.sun_path, sizeof address.sun_path, "%s/s",
		 fake.folder);
	snprintf(fake.url, sizeof fake.url, "unix://%s", address.sun_path);
	fake.listener =
	    socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(
	    bind(fake.listener, (struct sockaddr *)&address, sizeof address),
	    0);
	ck_assert_int_eq(listen(fake.listener, 0), 0);
	fake_turn = NULL;
}

void
fake_close(void)
{
	fake_hang_up();
	close(fake.listener);
	unlink(fake.url + strlen("unix://"));
	rmdir(fake.folder);
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
