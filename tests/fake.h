/* SPDX-License-Identifier: MIT */
/*
 * fake.h - a daemon that does what a test says, and the library's clock,
 * chance, waiting and names with it, all in one thread.
 *
 * Whenever the library waits, fake_turn is called; if there still is nothing
 * to wait for, the time goes by at once. Else it stands still. The one name
 * there is, tcp://name:7, has `fake.addresses`.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include "client/chand.h"

#include <check.h>

extern struct fake {
	const char *folder;
	char url[128];
	int listener;
	int peer; /* the connection that was accepted last, or -1 */
	uint8_t got[1 << 16];
	size_t size;
	int64_t now; /* ms */
	uint64_t random;
	unsigned accepted;
	const char *addresses[4]; /* sockets in `folder`, up to a NULL */
	unsigned looked_up;
} fake;

/* What it does when it is waited for; NULL: to wait for ever is a failure. */
extern void (*fake_turn)(void);

/* What main() returns: as suite_run(), in a folder that it removes. */
int fake_run(Suite *suite);

void fake_open(void);
void fake_close(void);

/* A socket of that name in `folder`, in whose queue there is room for one. */
int fake_listen(const char *file);

/* Whether somebody has come. */
bool fake_accept(void);

/* Read what is there into `fake.got`, behind what is in it; its size. */
size_t fake_read(void);
void fake_forget(void);

void fake_say(const void *bytes, size_t size);
#define FAKE_SAY(literal) fake_say(literal, sizeof(literal) - 1)
void fake_hang_up(void);

/* Accept, and answer hello as a daemon does; nothing else was sent. */
void fake_greet(struct chand *client);

/* A client of this daemon's that is not connected yet. */
struct chand *fake_client(void);
/* One that is. */
struct chand *fake_friend(void);

#endif
