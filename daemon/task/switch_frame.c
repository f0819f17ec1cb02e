/* SPDX-License-Identifier: MIT */
/*
 * The first frame of a context, as the assembly beside this expects to find
 * it: the registers that it will load, one of them the entry, and where to go.
 */
#include "task/switch.h"

#include <stdint.h>
#include <string.h>

void context_begin(void);

#ifdef __x86_64__
/* r12; the address jumped to; and the stack stays aligned to 16 behind it */
enum { WORDS = 9, ENTRY = 3, RESUME = 6 };
#else
enum { WORDS = 20, ENTRY = 0, RESUME = 11 }; /* x19; x30 */
#endif

void
context_make(struct context *context, void *low, size_t size,
	     void (*entry)(void))
{
	uintptr_t *frame = (uintptr_t *)(void *)((char *)low + size) - WORDS;

	memset(frame, 0, WORDS * sizeof *frame);
	frame[ENTRY] = (uintptr_t)entry;
	frame[RESUME] = (uintptr_t)context_begin;
	*context = (struct context){ frame, low, size, NULL };
}
