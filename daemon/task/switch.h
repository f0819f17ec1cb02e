/* SPDX-License-Identifier: MIT */
/*
 * switch.h - the one context switch, with the marks that sanitizers need.
 *
 * Three ways to do it, one of them compiled in: x86-64, aarch64, and
 * ucontext for the rest. Registers that a called function must keep are kept;
 * the floating-point control words are not saved, as nobody here changes
 * them.
 */
#ifndef TASK_SWITCH_H
#define TASK_SWITCH_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define SWITCH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SWITCH_ASAN 1
#endif
#endif
#ifdef SWITCH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

/* Where a task stands while it does not run. */
struct context {
	void *pointer; /* its stack pointer, or its ucontext_t */
	const void *low;
	size_t size;	  /* of its stack: low, and upwards */
	void *fake_stack; /* the sanitizer's */
};

/*
 * A context that begins with `entry`, which must never return, on the stack
 * of `size` bytes at `low`. `size` is a multiple of 16, as is `low`.
 */
void context_make(struct context *context, void *low, size_t size,
		  void (*entry)(void));

/* Save where we are in `*from`, go on at `to`. Written in assembly. */
void context_jump(void **from, void *to);

/* Say that we have arrived on `self`'s stack, coming from `from`'s. */
static inline void
context_arrived(struct context *self, struct context *from)
{
#ifdef SWITCH_ASAN
	__sanitizer_finish_switch_fiber(self->fake_stack, &from->low,
					&from->size);
#else
	(void)self;
	(void)from;
#endif
}

/*
 * Leave `from` for `to`; returns when somebody switches back. `for_ever` when
 * nobody will. Call context_arrived() next, on both ways.
 */
static inline void
context_switch(struct context *from, struct context *to, bool for_ever)
{
#ifdef SWITCH_ASAN
	__sanitizer_start_switch_fiber(for_ever ? NULL : &from->fake_stack,
				       to->low, to->size);
#else
	(void)for_ever;
#endif
	context_jump(&from->pointer, to->pointer);
}

#endif
