/* SPDX-License-Identifier: MIT */
/*
 * attr.h - what a prototype cannot say in C.
 */
#ifndef BASE_ATTR_H
#define BASE_ATTR_H

/* printf-like: which parameter is the format; its arguments follow at once. */
#define FORMAT(position)                                                       \
	__attribute__((format(printf, position, (position) + 1)))

#define MUST_CHECK __attribute__((warn_unused_result))

/*
 * Becomes a part of its callers. Between a call and where its task parks, each
 * function less is one return less that the processor guesses wrong: it
 * remembers the returns of the task that ran before.
 */
#define WOVEN inline __attribute__((always_inline))

/* The same the other way round: all that it calls becomes a part of it. */
#define WHOLE __attribute__((flatten))

/*
 * Marks what may let other tasks run before it returns. Under clang it is a
 * capability: -Wthread-safety rejects an unmarked caller, such as a callback
 * of the loop or a destructor. It does not see through function pointers.
 */
#ifdef __clang__
struct __attribute__((capability("task context"))) task_context {
	int unused;
};
extern struct task_context in_task;
#define PARKS __attribute__((requires_capability(in_task)))
#else
#define PARKS
#endif

#endif
