/* SPDX-License-Identifier: MIT */
/*
 * libchand within TLS: what is told of a call is what the daemon saw of it,
 * wherever the bytes below are cut, and who is not believed is told why.
 */
#include "fake.h"
#include "faults.h"
#include "suite.h"
#include "tls_daemon.h"
#include "tls_files.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

enum { LARGE = 8 << 20 };

static struct tls_files files;
static struct chand *client;
static struct chand_call *call;
static char large[LARGE];

static struct chand *
new_client(void)
{
	struct chand *made = chand_new();

	if (made == NULL)
		return NULL;
	chand_set_url(made, "tls://name:7");
	chand_set_tls(made, files.authority, NULL, NULL);
	return made;
}

static void
open_all(void)
{
	fake_open();
	secure_open(files.server, files.server_key);
	client = new_client();
}

static void
close_all(void)
{
	chand_free(client);
	secure_close();
	fake_close();
}

static void
open_friend(void)
{
	open_all();
	chand_start_connect(client);
	secure_greet(client);
}

static void
start(void)
{
	call = chand_start_send(client, "c", chand_string("v"), CHAND_FOREVER);
}

static void
expect(enum chand_code code, const char *text)
{
	ck_assert_int_eq(chand_call_code(call), code);
	ck_assert_msg(strstr(chand_call_text(call), text) != NULL,
		      "\"%s\" is not in \"%s\"", text, chand_call_text(call));
}

/* ---- lost ---- */

START_TEST(an_end_without_goodbye_leaves_a_call_unknown)
{
	start();
	secure_go(client);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNKNOWN, "UNKNOWN: lost the connection to tls://name:7 "
			      "(it was cut off)");
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

START_TEST(so_does_a_goodbye)
{
	start();
	secure_go(client);
	secure_end();
	chand_process(client);
	expect(CHAND_UNKNOWN, "(it hung up)");
}
END_TEST

START_TEST(half_an_answer_is_none)
{
	start();
	secure_go(client);
	SECURE_SAY("\x94\1\1\xc0");
	chand_process(client);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNKNOWN, "it was cut off");
}
END_TEST

START_TEST(an_answer_before_the_end_is_heard)
{
	start();
	secure_go(client);
	SECURE_SAY("\x94\1\1\xc0\xc0");
	fake_hang_up();
	chand_process(client);
	expect(CHAND_OK, "");
}
END_TEST

START_TEST(bytes_of_somebody_else_are_no_answer)
{
	start();
	secure_go(client);
	FAKE_SAY("\x17\x03\x03\x00\x20"
		 "01234567890123456789012345678901");
	chand_process(client);
	expect(CHAND_UNKNOWN, "bad record mac");
}
END_TEST

START_TEST(what_is_lost_half_sent_is_definite)
{
	call = chand_start_send(client, "c", chand_binary(large, LARGE),
				CHAND_FOREVER);
	chand_process(client);
	ck_assert_int_eq(chand_events(client), POLLIN | POLLOUT);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNREACHABLE, "lost the connection");
}
END_TEST

/* ---- short writes ---- */

static void
fill_large(void)
{
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (char)(i * 7 + i / 1000);
}

/* From a head of ten bytes or so on; others are called meanwhile. */
static void
send_large(size_t chunk)
{
	struct chand_call *next;

	fill_large();
	secure.chunk = chunk;
	call = chand_start_send(client, "c", chand_binary(large, LARGE),
				CHAND_FOREVER);
	chand_process(client);
	next = chand_start(client, "ping", chand_nil());
	for (int i = 0; i < LARGE && secure.size < LARGE; i++) {
		chand_process(client);
		secure_turn();
	}
	secure_go(client);
	ck_assert_ptr_nonnull(memmem(secure.got, 64, large, 16));
	ck_assert_mem_eq((char *)memmem(secure.got, 64, large, 16), large,
			 LARGE);
	SECURE_SAY("\x94\1\1\xc0\xc0\x94\1\2\xc0\xc0");
	chand_process(client);
	expect(CHAND_OK, "");
	ck_assert_int_eq(chand_call_code(next), CHAND_OK);
}

START_TEST(a_large_request_waits_for_room_and_arrives_whole)
{
	send_large(SIZE_MAX);
}
END_TEST

START_TEST(wherever_it_is_cut)
{
	static const size_t chunks[] = { 4099, 16384, 16406, 50001 };

	send_large(chunks[_i]);
}
END_TEST

/* ---- withdrawn ---- */

/* As a daemon sees it that does not read, since somebody is waited for. */
static bool
is_cut_off(void)
{
	struct pollfd look = { .fd = fake.peer, .events = POLLRDHUP };

	return poll(&look, 1, 0) == 1 && (look.revents & POLLRDHUP) != 0;
}

START_TEST(withdrawing_says_goodbye_and_still_hears_what_came_of_it)
{
	struct chand_call *waiting;

	start();
	secure_go(client);
	waiting = chand_start_send(client, "d", chand_nil(), CHAND_FOREVER);
	chand_withdraw(client);
	ck_assert_int_eq(chand_call_code(waiting), CHAND_KILLED);
	ck_assert(is_cut_off());
	secure_go(client);
	ck_assert(secure.has_ended);
	SECURE_SAY("\x94\1\1\xc0\xc0");
	chand_process(client);
	expect(CHAND_OK, "");
}
END_TEST

START_TEST(withdrawn_half_sent_it_was_never_asked)
{
	call = chand_start_send(client, "c", chand_binary(large, LARGE),
				CHAND_FOREVER);
	chand_process(client);
	chand_withdraw(client);
	expect(CHAND_KILLED, "withdrawn before it was sent");
	ck_assert(is_cut_off());
	secure_go(client);
	ck_assert_uint_lt(secure.size, LARGE);
	secure_end();
	chand_process(client);
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

/* ---- again ---- */

START_TEST(it_does_not_connect_again_unasked)
{
	start();
	secure_go(client);
	fake_hang_up();
	chand_process(client);
	fake.now += 1000000;
	secure_go(client);
	ck_assert_uint_eq(fake.accepted, 1);
}
END_TEST

START_TEST(where_it_is_asked_to_nothing_is_repeated)
{
	struct chand_call *flying;

	chand_set_reconnect(client, 10, 100);
	start();
	flying = call;
	secure_go(client);
	fake_hang_up();
	chand_process(client);
	ck_assert_int_eq(chand_call_code(flying), CHAND_UNKNOWN);
	start();
	fake.now += 10;
	secure_greet(client);
	secure_go(client);
	ck_assert_uint_eq(fake.accepted, 2);
	ck_assert_uint_eq(secure.size, 13);
	ck_assert_int_eq(secure.got[2], 2); /* its msgid: the second call's */
	SECURE_SAY("\x94\1\2\xc0\xc0");
	chand_process(client);
	expect(CHAND_OK, "");
}
END_TEST

/* ---- who is not believed ---- */

static void
distrust(const char *text)
{
	start();
	secure_go(client);
	expect(CHAND_UNREACHABLE, text);
	ck_assert_uint_eq(secure.size, 0);
	ck_assert_int_eq(chand_fd(client), -1);
}

START_TEST(whom_nobody_vouches_for_is_told_nothing)
{
	secure_close();
	secure_open(files.stranger, files.stranger_key);
	distrust("its certificate is not valid: self-signed certificate (whom "
		 "to believe is said by --tls-ca, or by tls_ca in "
		 "chanctl.conf)");
}
END_TEST

START_TEST(nor_who_has_another_name)
{
	secure_close();
	secure_open(files.client, files.client_key);
	distrust("its certificate is not valid: hostname mismatch (call it by "
		 "a name that its certificate has)");
}
END_TEST

START_TEST(nor_who_hangs_up_in_the_middle)
{
	start();
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	ck_assert_uint_gt(fake_read(), 0);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNREACHABLE, "it hung up before TLS had begun");
}
END_TEST

/* ---- without memory ---- */

/* The C library's own takes what is not counted. */
char *__wrap_strdup(const char *text);

char *
__wrap_strdup(const char *text)
{
	char *copy = malloc(strlen(text) + 1);

	return copy != NULL ? strcpy(copy, text) : NULL;
}

static unsigned served;

/* Small requests; what is not hello is answered with nil. */
static void
serve(void)
{
	secure_turn();
	for (size_t i = 0; i + 3 < secure.size; i++) {
		uint8_t nil[] = { 0x94, 1, secure.got[i + 2], 0xc0, 0xc0 };

		if (secure.got[i] != 0x94 || secure.got[i + 1] != 0 ||
		    secure.got[i + 3] >> 5 != 5)
			continue;
		if (secure.got[i + 2] == 0)
			SECURE_SAY("\x94\1\0\xc0\x81\xa6limits\x81\xa7message"
				   "\xce\1\0\0\0");
		else
			secure_say(nil, sizeof nil);
		served += secure.got[i + 2] != 0;
	}
	secure.size = 0;
}

/* What was told must be what happened. */
static int
judge(enum chand_code code)
{
	if (code == CHAND_OK)
		return served == 1 ? 0 : -EBADE;
	if (code == CHAND_UNKNOWN)
		return served == 1 ? -ENOMEM : -EBADE;
	return served == 0 ? -ENOMEM : -EBADE;
}

static bool is_served; /* the daemon's own allocations do not fail */

static void
serve_apart(void)
{
	is_served = true;
	serve();
	is_served = false;
}

static int
call_once(void)
{
	enum chand_code code = CHAND_NOMEMORY;
	struct chand *made = new_client();

	served = 0;
	fake_turn = serve_apart;
	if (made != NULL)
		code = chand_send(made, "c", chand_nil(), 1000);
	chand_free(made);
	fake_turn = NULL;
	while (fake_accept())
		continue;
	fake_hang_up();
	return judge(code);
}

START_TEST(the_librarys_allocations_may_fail)
{
	ck_assert_int_eq(call_once(), 0);
	ck_assert_uint_gt(faults_try_all(call_once), 5);
}
END_TEST

/*
 * OpenSSL's: it is a library of its own, which the linker does not wrap, and
 * keeps for the next one what a count of blocks would miss.
 */
void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);

static unsigned countdown; /* 0: nothing fails */

static bool
must_fail(void)
{
	return countdown > 0 && !is_served && --countdown == 0;
}

static void *
take_memory(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return size == 0 || must_fail() ? NULL : __real_malloc(size);
}

static void *
take_again(void *old, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return must_fail() ? NULL : __real_realloc(old, size);
}

static void
give_back(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	__real_free(memory);
}

START_TEST(so_may_those_of_openssl)
{
	unsigned nth = 0;
	int r;

	ck_assert_int_eq(call_once(), 0);
	do {
		countdown = ++nth;
		r = call_once();
		ck_assert_msg(r == 0 || r == -ENOMEM, "fault %u: %d", nth, r);
	} while (countdown == 0);
	countdown = 0;
	ck_assert_uint_gt(nth, 200);
	ck_assert_int_eq(call_once(), 0);
}
END_TEST

static void
add_lost(Suite *suite)
{
	TCase *tcase = suite_case(suite, "lost", open_friend, close_all);

	tcase_add_test(tcase, an_end_without_goodbye_leaves_a_call_unknown);
	tcase_add_test(tcase, so_does_a_goodbye);
	tcase_add_test(tcase, half_an_answer_is_none);
	tcase_add_test(tcase, an_answer_before_the_end_is_heard);
	tcase_add_test(tcase, bytes_of_somebody_else_are_no_answer);
	tcase_add_test(tcase, what_is_lost_half_sent_is_definite);
	tcase_add_test(tcase, it_does_not_connect_again_unasked);
	tcase_add_test(tcase, where_it_is_asked_to_nothing_is_repeated);
}

int
main(void)
{
	Suite *suite = suite_create("chand TLS");
	TCase *tcase;
	int r;

	/* Before OpenSSL has taken any. */
	if (CRYPTO_set_mem_functions(take_memory, take_again, give_back) != 1)
		return EXIT_FAILURE;
	add_lost(suite);
	tcase = suite_case(suite, "short writes", open_friend, close_all);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, a_large_request_waits_for_room_and_arrives_whole);
	tcase_add_loop_test(tcase, wherever_it_is_cut, 0, 4);

	tcase = suite_case(suite, "withdrawn", open_friend, close_all);
	tcase_add_test(
	    tcase, withdrawing_says_goodbye_and_still_hears_what_came_of_it);
	tcase_add_test(tcase, withdrawn_half_sent_it_was_never_asked);

	tcase = suite_case(suite, "belief", open_all, close_all);
	tcase_add_test(tcase, whom_nobody_vouches_for_is_told_nothing);
	tcase_add_test(tcase, nor_who_has_another_name);
	tcase_add_test(tcase, nor_who_hangs_up_in_the_middle);

	tcase = suite_case(suite, "memory", open_all, close_all);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, the_librarys_allocations_may_fail);
	tcase_add_test(tcase, so_may_those_of_openssl);

	tls_files_make(&files);
	r = fake_run(suite);
	tls_files_remove(&files);
	return r;
}
