/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include "base/list.h"
#include "faults.h"
#include "suite.h"

#include <errno.h>
#include <string.h>

enum { MOST = 200, OPERATIONS = 10000 };

struct item {
	struct heap_node node;
	int64_t key;
};

static struct heap heap;
static struct item items[MOST];

static void
set_up(void)
{
	heap_init(&heap);
	memset(items, 0, sizeof items);
	ck_assert_int_eq(heap_reserve(&heap, MOST), 0);
}

static void
tear_down(void)
{
	heap_fini(&heap);
}

static void
insert(unsigned i, int64_t key)
{
	items[i].key = key;
	heap_insert(&heap, &items[i].node, key);
}

/* The index of the first item, taken out; -1 when empty. */
static int
take_first(void)
{
	int64_t key = 0;
	struct heap_node *node = heap_first(&heap, &key);
	struct item *item;

	if (node == NULL)
		return -1;
	item = list_entry(node, struct item, node);
	ck_assert_int_eq(key, item->key);
	heap_remove(&heap, node);
	return (int)(item - items);
}

START_TEST(an_empty_heap_has_no_first)
{
	int64_t key = 17;

	ck_assert_ptr_null(heap_first(&heap, &key));
	ck_assert_int_eq(key, 17);
}
END_TEST

START_TEST(the_least_key_comes_first)
{
	static const int64_t keys[] = { 5, INT64_MAX, -3, 0, INT64_MIN, 4 };
	static const int order[] = { 4, 2, 3, 5, 0, 1, -1 };

	for (unsigned i = 0; i < 6; i++)
		insert(i, keys[i]);
	for (unsigned i = 0; i < 7; i++)
		ck_assert_int_eq(take_first(), order[i]);
}
END_TEST

START_TEST(equal_keys_come_in_the_order_of_arrival)
{
	for (unsigned i = 0; i < MOST; i++)
		insert(i, i % 2);
	for (int i = 0; i < MOST; i += 2)
		ck_assert_int_eq(take_first(), i);
	for (int i = 1; i < MOST; i += 2)
		ck_assert_int_eq(take_first(), i);
}
END_TEST

START_TEST(who_comes_back_arrives_anew)
{
	insert(0, 7);
	insert(1, 7);
	heap_remove(&heap, &items[0].node);
	insert(0, 7);
	ck_assert_int_eq(take_first(), 1);
	ck_assert_int_eq(take_first(), 0);
}
END_TEST

START_TEST(any_node_can_be_removed)
{
	for (unsigned gone = 0; gone < 20; gone++) {
		for (unsigned i = 0; i < 20; i++)
			insert(i, (i * 7) % 20);
		heap_remove(&heap, &items[gone].node);
		ck_assert_uint_eq(items[gone].node.place, 0);
		for (int64_t key = 0; key < 20; key++)
			if (key != items[gone].key)
				ck_assert_int_eq(items[take_first()].key, key);
		ck_assert_int_eq(take_first(), -1);
	}
}
END_TEST

START_TEST(to_remove_what_is_not_in_does_nothing)
{
	insert(0, 1);
	heap_remove(&heap, &items[1].node);
	ck_assert_int_eq(take_first(), 0);
	heap_remove(&heap, &items[0].node);
	ck_assert_int_eq(take_first(), -1);
}
END_TEST

/* ---- against a sorted array ---- */

static struct {
	unsigned order[MOST];
	unsigned count;
} model;

static uint32_t
draw(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void
model_insert(unsigned item)
{
	unsigned i = model.count++;

	while (i > 0 && items[model.order[i - 1]].key > items[item].key) {
		model.order[i] = model.order[i - 1];
		i--;
	}
	model.order[i] = item;
}

static void
model_remove(unsigned item)
{
	unsigned i = 0;

	while (model.order[i] != item)
		i++;
	memmove(&model.order[i], &model.order[i + 1],
		(--model.count - i) * sizeof model.order[0]);
}

static void
toggle(unsigned item, int64_t key)
{
	if (items[item].node.place == 0) {
		insert(item, key);
		model_insert(item);
	} else {
		model_remove(item);
		heap_remove(&heap, &items[item].node);
	}
}

START_TEST(it_agrees_with_a_sorted_array)
{
	uint32_t state = (uint32_t)_i;
	struct heap_node *first;
	unsigned item;
	int64_t key;

	model.count = 0;
	for (int step = 0; step < OPERATIONS; step++) {
		item = draw(&state) % MOST;
		toggle(item, draw(&state) % 50);
		first = heap_first(&heap, &key);
		ck_assert_uint_eq(heap.count, model.count);
		if (model.count > 0)
			ck_assert_ptr_eq(first, &items[model.order[0]].node);
	}
	for (unsigned i = 0; i < model.count; i++)
		ck_assert_int_eq(take_first(), (int)model.order[i]);
}
END_TEST

/* ---- out of memory ---- */

START_TEST(without_memory_nothing_changes)
{
	size_t capacity = heap.capacity;
	int r;

	insert(0, 2);
	insert(1, 1);
	faults_arm(1, false);
	r = heap_reserve(&heap, capacity + 1);
	ck_assert(faults_disarm());
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(heap.capacity, capacity);
	ck_assert_int_eq(take_first(), 1);
	ck_assert_int_eq(take_first(), 0);
}
END_TEST

START_TEST(room_once_reserved_needs_no_memory)
{
	int r;

	faults_arm(1, true);
	r = heap_reserve(&heap, MOST);
	for (unsigned i = 0; i < MOST; i++)
		insert(i, i);
	ck_assert(!faults_disarm());
	ck_assert_int_eq(r, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("heap");
	TCase *tcase = suite_case(suite, "order", set_up, tear_down);

	tcase_add_test(tcase, an_empty_heap_has_no_first);
	tcase_add_test(tcase, the_least_key_comes_first);
	tcase_add_test(tcase, equal_keys_come_in_the_order_of_arrival);
	tcase_add_test(tcase, who_comes_back_arrives_anew);

	tcase = suite_case(suite, "removal", set_up, tear_down);
	tcase_add_test(tcase, any_node_can_be_removed);
	tcase_add_test(tcase, to_remove_what_is_not_in_does_nothing);
	tcase_add_loop_test(tcase, it_agrees_with_a_sorted_array, 1, 4);

	tcase = suite_case(suite, "out of memory", set_up, tear_down);
	tcase_add_test(tcase, without_memory_nothing_changes);
	tcase_add_test(tcase, room_once_reserved_needs_no_memory);
	return suite_run(suite);
}
