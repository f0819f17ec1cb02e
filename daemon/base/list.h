/* SPDX-License-Identifier: MIT */
/*
 * list.h - a doubly linked ring of members; its head is a member too.
 *
 * A member lies inside the thing it lists. Nothing is allocated, and taking
 * a member out needs no search.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list {
	struct list *next;
	struct list *prev;
};

/* The thing of `type` whose `member` is at `pointer`. */
#define list_entry(pointer, type, member)                                      \
	((type *)((uintptr_t)(pointer)-offsetof(type, member)))

/* Every member in order; the loop may not change the list. */
#define list_each(member, head)                                                \
	for (struct list *member = (head)->next; member != (head);             \
	     member = member->next)

/* An empty list, or a member of none. */
static inline void
list_init(struct list *list)
{
	list->next = list->prev = list;
}

static inline bool
list_is_empty(const struct list *head)
{
	return head->next == head;
}

/* Put `member`, which is in no list, right before `place`. */
static inline void
list_insert_before(struct list *place, struct list *member)
{
	member->next = place;
	member->prev = place->prev;
	place->prev->next = member;
	place->prev = member;
}

static inline void
list_append(struct list *head, struct list *member)
{
	list_insert_before(head, member);
}

static inline void
list_prepend(struct list *head, struct list *member)
{
	list_insert_before(head->next, member);
}

/* Take it out of whatever list it is in; harmless when it is in none. */
static inline void
list_remove(struct list *member)
{
	member->prev->next = member->next;
	member->next->prev = member->prev;
	list_init(member);
}

#endif
