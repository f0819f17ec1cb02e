/* SPDX-License-Identifier: MIT */
/*
 * stage.h - where tasks are tried: a ring of their own, and a trail on which
 * they write what they did, a letter each.
 */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

/* Not a result that any call has: the call has not returned. */
enum { UNDONE = 1000 };

/*
 * Begin: an empty trail, an empty ring. End: nobody may be left, nor may any
 * task have used more than half of its stack.
 */
void stage_open(void);
void stage_close(void);

const char *trail(void);
void trail_clear(void);
void trail_add(char letter);

#endif
