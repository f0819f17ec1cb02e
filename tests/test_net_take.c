/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "faults.h"
#include "suite.h"
#include "world.h"

#include <string.h>
#include <unistd.h>

enum { LARGE = 100000, ROOM = 128 << 10 };

/*
 * A message of 5 bytes of head and a large value, and 5 bytes behind it. What
 * its reader found is told by the rest.
 */
static struct taker {
	struct conn conn;
	size_t size; /* of the value to take */
	bool without_memory;
	const uint8_t *at;
	struct blob *refused;
	struct blob *blob;
	char behind[16];
	size_t behind_size;
} taker;

static char pattern[ROOM];

static void
set_up(void)
{
	world_open();
	memset(&taker, 0, sizeof taker);
	for (size_t i = 0; i < ROOM; i++)
		pattern[i] = (char)(i * 7 + i / 251);
}

static void
tear_down(void)
{
	blob_unref(taker.blob);
	close(taker.conn.peer);
	world_close();
}

PARKS static void
fill_up_to(struct stream *stream, size_t wanted)
{
	size_t size;

	while (stream_data(stream, &size), size < wanted)
		world_must(stream_fill(stream, wanted) == 1);
}

static void
take(struct stream *stream)
{
	size_t size;

	taker.at = stream_data(stream, &size) + 5;
	stream_consume(stream, 5 + taker.size);
	if (taker.without_memory) {
		faults_arm(1, true);
		taker.refused = stream_take(stream, taker.at, taker.size);
		faults_disarm();
	}
	taker.blob = stream_take(stream, taker.at, taker.size);
}

PARKS static void
take_value(void *argument)
{
	struct taker *t = argument;
	struct stream *stream = t->conn.stream;
	const uint8_t *data;

	fill_up_to(stream, LARGE + 10);
	take(stream);
	world_rounds(2);
	fill_up_to(stream, LARGE + 10 - 5 - t->size + 5);
	data = stream_data(stream, &t->behind_size);
	memcpy(t->behind, data + t->behind_size - 10, 10);
	stream_close(stream, 0);
}

PARKS static void
push(void *argument)
{
	struct taker *t = argument;

	world_push(t->conn.peer, pattern, LARGE + 10);
	world_rounds(2);
	world_push(t->conn.peer, pattern + LARGE + 10, 5);
}

static void
run(size_t size)
{
	taker.size = size;
	conn_start(&taker.conn, take_value);
	ck_assert_ptr_nonnull(task_spawn(push, &taker));
	world_run();
	ck_assert_ptr_nonnull(taker.blob);
	ck_assert_uint_eq(blob_size(taker.blob), size);
	ck_assert_mem_eq(blob_data(taker.blob), pattern + 5, size);
	ck_assert_uint_eq(taker.behind_size, LARGE + 10 - size);
	ck_assert_mem_eq(taker.behind, pattern + LARGE + 5, 10);
}

START_TEST(a_large_value_is_handed_on_uncopied)
{
	run(LARGE);
	ck_assert_ptr_eq(blob_data(taker.blob), taker.at);
}
END_TEST

START_TEST(a_head_fits_in_front_of_what_was_handed_on)
{
	run(LARGE);
	blob_prepend(taker.blob, "0123456789abcde:", BLOB_HEADROOM);
	ck_assert_mem_eq(blob_data(taker.blob) + BLOB_HEADROOM, pattern + 5,
			 LARGE);
}
END_TEST

START_TEST(a_small_value_is_copied)
{
	run(1000);
	ck_assert_ptr_ne(blob_data(taker.blob), taker.at);
	ck_assert_uint_lt(taker.blob->capacity, 2000);
}
END_TEST

/* Handed on, it would keep the whole buffer for as long as it waits. */
START_TEST(a_small_part_of_a_large_buffer_is_copied)
{
	run(20000);
	ck_assert_ptr_ne(blob_data(taker.blob), taker.at);
	ck_assert_uint_lt(taker.blob->capacity, 21000);
}
END_TEST

START_TEST(without_memory_for_what_follows_all_stays_as_it_was)
{
	taker.without_memory = true;
	run(LARGE);
	ck_assert_ptr_null(taker.refused);
}
END_TEST

START_TEST(without_memory_for_a_copy_all_stays_as_it_was)
{
	taker.without_memory = true;
	run(1000);
	ck_assert_ptr_null(taker.refused);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net take");
	TCase *tcase = tcase_create("values");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_large_value_is_handed_on_uncopied);
	tcase_add_test(tcase, a_head_fits_in_front_of_what_was_handed_on);
	tcase_add_test(tcase, a_small_value_is_copied);
	tcase_add_test(tcase, a_small_part_of_a_large_buffer_is_copied);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("out of memory");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase,
		       without_memory_for_what_follows_all_stays_as_it_was);
	tcase_add_test(tcase, without_memory_for_a_copy_all_stays_as_it_was);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
