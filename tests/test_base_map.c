/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/list.h"
#include "faults.h"
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 5000 };

struct thing {
	struct map_node node;
	char name[16];
	unsigned seen;
};

static const uint64_t seed[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
static struct map map;
static struct thing things[MOST];

static void
set_up(void)
{
	memset(things, 0, sizeof things);
	ck_assert_int_eq(map_init(&map, seed), 0);
	for (unsigned i = 0; i < MOST; i++) {
		snprintf(things[i].name, sizeof things[i].name, "name-%u", i);
		things[i].node.key = things[i].name;
		things[i].node.key_size = strlen(things[i].name);
	}
}

static void
tear_down(void)
{
	map_fini(&map);
}

static void
insert(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		map_insert(&map, &things[i].node);
}

static struct map_node *
find(const char *name)
{
	return map_find(&map, name, strlen(name));
}

/* Exactly the things from `from` up to `to` are in the map. */
static void
holds(unsigned from, unsigned to)
{
	struct map_node *expected;

	ck_assert_uint_eq(map.count, to - from);
	for (unsigned i = 0; i < MOST; i++) {
		expected = i >= from && i < to ? &things[i].node : NULL;
		ck_assert_ptr_eq(find(things[i].name), expected);
	}
}

static void
count_seen(void)
{
	for (unsigned i = 0; i < MOST; i++)
		things[i].seen = 0;
	for (struct map_node *node = map_next(&map, NULL); node != NULL;
	     node = map_next(&map, node))
		list_entry(node, struct thing, node)->seen++;
}

START_TEST(an_empty_map_finds_nothing)
{
	holds(0, 0);
	ck_assert_ptr_null(map_next(&map, NULL));
}
END_TEST

START_TEST(what_was_put_in_is_found)
{
	insert(0, 3);
	holds(0, 3);
}
END_TEST

START_TEST(a_key_is_its_bytes_and_not_a_string)
{
	struct map_node nul = { .key = "a\0b", .key_size = 3 };
	struct map_node other = { .key = "a\0c", .key_size = 3 };
	struct map_node shorter = { .key = "a", .key_size = 1 };
	struct map_node empty = { .key = "", .key_size = 0 };

	map_insert(&map, &nul);
	map_insert(&map, &other);
	map_insert(&map, &shorter);
	map_insert(&map, &empty);
	ck_assert_ptr_eq(map_find(&map, "a\0b", 3), &nul);
	ck_assert_ptr_eq(map_find(&map, "a\0c", 3), &other);
	ck_assert_ptr_eq(map_find(&map, "a\0c", 1), &shorter);
	ck_assert_ptr_null(map_find(&map, "a\0c", 2));
	ck_assert_ptr_eq(map_find(&map, "", 0), &empty);
}
END_TEST

START_TEST(keys_of_every_length_are_told_apart)
{
	static const char key[40] = { 0 };
	struct map_node nodes[40];

	for (size_t i = 0; i < 40; i++) {
		nodes[i] = (struct map_node){ .key = key, .key_size = i };
		map_insert(&map, &nodes[i]);
	}
	for (size_t i = 0; i < 40; i++)
		ck_assert_ptr_eq(map_find(&map, key, i), &nodes[i]);
}
END_TEST

START_TEST(names_in_one_bucket_are_told_apart)
{
	/* Right before it grows there are as many names as buckets. */
	insert(0, 64);
	ck_assert_uint_eq(map.mask, 63);
	holds(0, 64);
}
END_TEST

START_TEST(it_grows_and_loses_nobody)
{
	insert(0, MOST);
	ck_assert_uint_ge(map.mask + 1, MOST);
	holds(0, MOST);
}
END_TEST

START_TEST(what_was_removed_is_not_found)
{
	insert(0, MOST);
	for (unsigned i = 0; i < MOST / 2; i++)
		map_remove(&map, &things[i].node);
	holds(MOST / 2, MOST);
}
END_TEST

START_TEST(what_was_removed_can_come_back)
{
	insert(0, 100);
	map_remove(&map, &things[50].node);
	insert(50, 51);
	holds(0, 100);
}
END_TEST

START_TEST(the_seed_decides_who_shares_a_bucket)
{
	static const uint64_t other[2] = { 1, 2 };
	struct map_node node = { .key = "name-0", .key_size = 6 };
	struct map second;

	ck_assert_int_eq(map_init(&second, other), 0);
	map_insert(&second, &node);
	insert(0, 1);
	ck_assert_uint_ne(node.hash, things[0].node.hash);
	map_fini(&second);
}
END_TEST

START_TEST(a_walk_sees_each_once)
{
	insert(0, 777);
	count_seen();
	for (unsigned i = 0; i < MOST; i++)
		ck_assert_uint_eq(things[i].seen, i < 777);
}
END_TEST

START_TEST(without_memory_there_is_no_map)
{
	struct map second;
	int r;

	faults_arm(1, false);
	r = map_init(&second, seed);
	ck_assert(faults_disarm());
	ck_assert_int_eq(r, -ENOMEM);
}
END_TEST

START_TEST(without_memory_to_grow_it_is_only_slower)
{
	faults_arm(1, true);
	insert(0, 1000);
	ck_assert(faults_disarm());
	ck_assert_uint_eq(map.mask, 63);
	holds(0, 1000);
	count_seen();
	for (unsigned i = 0; i < 1000; i++)
		ck_assert_uint_eq(things[i].seen, 1);
	insert(1000, MOST); /* there is memory again */
	holds(0, MOST);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("map");
	TCase *tcase = suite_case(suite, "find", set_up, tear_down);

	tcase_add_test(tcase, an_empty_map_finds_nothing);
	tcase_add_test(tcase, what_was_put_in_is_found);
	tcase_add_test(tcase, a_key_is_its_bytes_and_not_a_string);
	tcase_add_test(tcase, keys_of_every_length_are_told_apart);
	tcase_add_test(tcase, names_in_one_bucket_are_told_apart);
	tcase_add_test(tcase, it_grows_and_loses_nobody);
	tcase_add_test(tcase, the_seed_decides_who_shares_a_bucket);

	tcase = suite_case(suite, "removal and walk", set_up, tear_down);
	tcase_add_test(tcase, what_was_removed_is_not_found);
	tcase_add_test(tcase, what_was_removed_can_come_back);
	tcase_add_test(tcase, a_walk_sees_each_once);

	tcase = suite_case(suite, "out of memory", set_up, tear_down);
	tcase_add_test(tcase, without_memory_there_is_no_map);
	tcase_add_test(tcase, without_memory_to_grow_it_is_only_slower);
	return suite_run(suite);
}
