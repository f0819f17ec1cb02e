/* SPDX-License-Identifier: MIT */
#include "base/outbox.h"

#include "faults.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

enum { ROOM = 32 << 10, VECTORS = 64 };

static struct outbox outbox;

static void
set_up(void)
{
	outbox_init(&outbox);
}

static void
tear_down(void)
{
	outbox_fini(&outbox);
}

/* ---- blobs ---- */

START_TEST(a_new_blob_is_empty_and_has_room)
{
	struct blob *blob = blob_new(100);

	ck_assert_uint_eq(blob_size(blob), 0);
	ck_assert_uint_eq(blob_room(blob), 100);
	blob_unref(blob);
}
END_TEST

START_TEST(a_copy_holds_the_same_bytes)
{
	struct blob *blob = blob_copy("value", 5);

	ck_assert_uint_eq(blob_size(blob), 5);
	ck_assert_mem_eq(blob_data(blob), "value", 5);
	ck_assert_uint_eq(blob_room(blob), 0);
	ck_assert_ptr_null(blob_unref(blob));
	ck_assert_ptr_null(blob_unref(NULL));
}
END_TEST

START_TEST(a_head_fits_in_front_of_a_full_blob)
{
	struct blob *blob = blob_copy("value", 5);

	blob_prepend(blob, "0123456789abcde:", BLOB_HEADROOM);
	ck_assert_uint_eq(blob_size(blob), BLOB_HEADROOM + 5);
	ck_assert_mem_eq(blob_data(blob), "0123456789abcde:value", 21);
	blob_unref(blob);
}
END_TEST

START_TEST(a_blob_grows_and_keeps_its_bytes)
{
	struct blob *blob = blob_grow(blob_copy("value", 5), 10);

	ck_assert_uint_ge(blob_room(blob), 5);
	blob_append(blob, "-more", 5);
	ck_assert_mem_eq(blob_data(blob), "value-more", 10);
	blob_unref(blob);
}
END_TEST

START_TEST(room_counts_from_the_first_byte_filled)
{
	struct blob *blob = blob_copy("eaten,value", 11);

	blob->begin += 6; /* as a reader does */
	blob = blob_grow(blob, 10);
	blob_append(blob, "-more", 5);
	ck_assert_mem_eq(blob_data(blob), "value-more", 10);
	blob_unref(blob);
}
END_TEST

START_TEST(a_blob_with_room_does_not_move)
{
	struct blob *blob = blob_new(10);

	ck_assert_ptr_eq(blob_grow(blob, 10), blob);
	ck_assert_ptr_eq(blob_grow(blob, 0), blob);
	blob_unref(blob);
}
END_TEST

START_TEST(what_is_lent_can_be_lent_again)
{
	struct blob *blob = blob_copy("[value]", 7);
	struct blob *part = blob_lend(blob);
	struct blob *again;

	part->begin++;
	part->end--;
	again = blob_lend(part);
	blob_unref(part);
	blob_unref(blob);
	ck_assert_uint_eq(blob_size(again), 5);
	ck_assert_mem_eq(blob_data(again), "value", 5);
	ck_assert_uint_eq(blob_room(again), 0);
	blob_unref(again);
}
END_TEST

START_TEST(without_memory_a_blob_stays_as_it_was)
{
	struct blob *blob = blob_copy("value", 5);
	struct blob *larger, *other;

	faults_arm(1, true);
	larger = blob_grow(blob, 100);
	other = blob_copy("x", 1);
	ck_assert(faults_disarm());
	ck_assert_ptr_null(larger);
	ck_assert_ptr_null(other);
	ck_assert_mem_eq(blob_data(blob), "value", 5);
	blob_unref(blob);
}
END_TEST

/* ---- outboxes ---- */

static unsigned char pattern[ROOM];

/* All that is in the outbox; vectors are gathered `count` at a time. */
static size_t
contents(unsigned char *out)
{
	struct iovec vectors[VECTORS];
	int count = outbox_vectors(&outbox, vectors, VECTORS);
	size_t size = 0;

	for (int i = 0; i < count; i++) {
		memcpy(out + size, vectors[i].iov_base, vectors[i].iov_len);
		size += vectors[i].iov_len;
	}
	return size;
}

static int
vector_count(void)
{
	struct iovec vectors[VECTORS];

	return outbox_vectors(&outbox, vectors, VECTORS);
}

static void
write_text(const char *text)
{
	ck_assert_int_eq(outbox_write(&outbox, text, strlen(text)), 0);
}

START_TEST(small_writes_are_joined)
{
	unsigned char out[ROOM];

	for (int i = 0; i < 100; i++)
		write_text("answer");
	ck_assert_uint_eq(outbox.bytes, 600);
	ck_assert_int_eq(vector_count(), 1);
	ck_assert_uint_eq(contents(out), 600);
	ck_assert_mem_eq(out + 594, "answer", 6);
}
END_TEST

START_TEST(nothing_written_is_nothing)
{
	ck_assert_int_eq(outbox_write(&outbox, "", 0), 0);
	outbox_give(&outbox, blob_new(8));
	ck_assert_uint_eq(outbox.bytes, 0);
	ck_assert_int_eq(vector_count(), 0);
	outbox_drop(&outbox, 0);
}
END_TEST

START_TEST(a_large_blob_is_not_copied)
{
	struct blob *blob = blob_copy(pattern, 5000);
	const void *bytes = blob_data(blob);
	struct iovec vectors[3];

	write_text("head");
	outbox_give(&outbox, blob);
	write_text("tail");
	ck_assert_int_eq(outbox_vectors(&outbox, vectors, 3), 3);
	ck_assert_ptr_eq(vectors[1].iov_base, bytes);
	ck_assert_uint_eq(vectors[1].iov_len, 5000);
}
END_TEST

START_TEST(a_small_blob_joins_what_is_there)
{
	unsigned char out[ROOM];

	write_text("one,");
	outbox_give(&outbox, blob_copy("two", 3));
	ck_assert_int_eq(vector_count(), 1);
	ck_assert_uint_eq(contents(out), 7);
	ck_assert_mem_eq(out, "one,two", 7);
}
END_TEST

START_TEST(only_so_many_vectors_are_filled_in)
{
	struct iovec vectors[3];

	for (int i = 0; i < 5; i++)
		outbox_give(&outbox, blob_copy(pattern, 1000));
	ck_assert_int_eq(outbox_vectors(&outbox, vectors, 3), 3);
	ck_assert_int_eq(vector_count(), 5);
}
END_TEST

START_TEST(giving_needs_no_memory)
{
	struct blob *blobs[4];
	unsigned char out[ROOM];

	for (int i = 0; i < 4; i++)
		blobs[i] = blob_copy("value", 5);
	faults_arm(1, true);
	for (int i = 0; i < 4; i++)
		outbox_give(&outbox, blobs[i]);
	faults_disarm();
	ck_assert_uint_eq(contents(out), 20);
	ck_assert_mem_eq(out, "valuevaluevaluevalue", 20);
}
END_TEST

START_TEST(a_write_without_memory_appends_nothing)
{
	unsigned char out[ROOM];
	int r;

	outbox_give(&outbox, blob_copy("value", 5));
	faults_arm(1, true);
	r = outbox_write(&outbox, "more", 4);
	faults_disarm();
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(outbox.bytes, 5);
	ck_assert_uint_eq(contents(out), 5);
	write_text("more");
	ck_assert_uint_eq(contents(out), 9);
}
END_TEST

static int
gather_and_drop(void)
{
	struct blob *blob = blob_copy(pattern, 700);
	struct outbox box;
	int r = blob != NULL ? 0 : -ENOMEM;

	outbox_init(&box);
	for (int i = 0; i < 3 && r == 0; i++)
		r = outbox_write(&box, pattern, 600);
	if (blob != NULL)
		outbox_give(&box, blob);
	outbox_drop(&box, box.bytes / 2);
	outbox_fini(&box);
	return r;
}

START_TEST(whatever_fails_nothing_is_lost)
{
	ck_assert_uint_eq(faults_try_all(gather_and_drop), 4);
}
END_TEST

START_TEST(emptying_it_gives_the_memory_back)
{
	long live;

	faults_watch();
	outbox_give(&outbox, blob_copy(pattern, 5000));
	outbox_give(&outbox, blob_copy(pattern, 100));
	outbox_drop(&outbox, 5100);
	live = faults_live();
	ck_assert_int_eq(live, 0);
	ck_assert_ptr_null(outbox.last);
	write_text("again");
	ck_assert_uint_eq(outbox.bytes, 5);
}
END_TEST

/* Every way of appending; returns how many bytes that are. */
static size_t
fill(void)
{
	static const size_t sizes[] = { 5, 600, 300, 10, 1500, 900, 200, 1 };
	size_t at = 0;

	for (unsigned i = 0; i < 8; i++) {
		if (i % 2 == 0)
			ck_assert_int_eq(
			    outbox_write(&outbox, pattern + at, sizes[i]), 0);
		else
			outbox_give(&outbox, blob_copy(pattern + at, sizes[i]));
		at += sizes[i];
	}
	return at;
}

START_TEST(a_drop_at_any_byte_leaves_the_rest)
{
	static unsigned char out[ROOM];
	size_t size;

	for (size_t i = 0; i < ROOM; i++)
		pattern[i] = (unsigned char)(i * 31 + i / 256);
	for (size_t drop = 0; drop <= (size = fill()); drop++) {
		outbox_drop(&outbox, drop);
		ck_assert_uint_eq(outbox.bytes, size - drop);
		ck_assert_uint_eq(contents(out), size - drop);
		ck_assert_mem_eq(out, pattern + drop, size - drop);
		outbox_fini(&outbox);
	}
}
END_TEST

START_TEST(many_small_drops_make_up_one)
{
	static unsigned char out[ROOM];
	size_t size = fill();

	for (size_t left = size; left > 0; left--) {
		ck_assert_uint_eq(contents(out), left);
		ck_assert_uint_eq(out[0], pattern[size - left]);
		outbox_drop(&outbox, 1);
	}
	ck_assert_ptr_null(outbox.first);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("outbox");
	TCase *tcase = suite_case(suite, "blob", set_up, tear_down);

	tcase_add_test(tcase, a_new_blob_is_empty_and_has_room);
	tcase_add_test(tcase, a_copy_holds_the_same_bytes);
	tcase_add_test(tcase, a_head_fits_in_front_of_a_full_blob);
	tcase_add_test(tcase, a_blob_grows_and_keeps_its_bytes);
	tcase_add_test(tcase, room_counts_from_the_first_byte_filled);
	tcase_add_test(tcase, a_blob_with_room_does_not_move);
	tcase_add_test(tcase, what_is_lent_can_be_lent_again);
	tcase_add_test(tcase, without_memory_a_blob_stays_as_it_was);

	tcase = suite_case(suite, "gathering", set_up, tear_down);
	tcase_add_test(tcase, small_writes_are_joined);
	tcase_add_test(tcase, nothing_written_is_nothing);
	tcase_add_test(tcase, a_large_blob_is_not_copied);
	tcase_add_test(tcase, a_small_blob_joins_what_is_there);
	tcase_add_test(tcase, only_so_many_vectors_are_filled_in);

	tcase = suite_case(suite, "out of memory", set_up, tear_down);
	tcase_add_test(tcase, giving_needs_no_memory);
	tcase_add_test(tcase, a_write_without_memory_appends_nothing);
	tcase_add_test(tcase, whatever_fails_nothing_is_lost);

	tcase = suite_case(suite, "dropping", set_up, tear_down);
	tcase_add_test(tcase, emptying_it_gives_the_memory_back);
	tcase_add_test(tcase, a_drop_at_any_byte_leaves_the_rest);
	tcase_add_test(tcase, many_small_drops_make_up_one);
	return suite_run(suite);
}
