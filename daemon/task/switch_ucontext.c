/* SPDX-License-Identifier: MIT */
/*
 * The fallback: swapcontext(3), some hundred times slower, as it asks the
 * kernel for the signal mask. Each context lies at the top of its stack; the
 * one that main() runs on has none there, so it is given a static one.
 */
#include "task/switch.h"

#include <assert.h>
#include <ucontext.h>

static ucontext_t main_context;

void
context_make(struct context *context, void *low, size_t size,
	     void (*entry)(void))
{
	const size_t reserved = (sizeof(ucontext_t) + 63) / 64 * 64;
	ucontext_t *there = (void *)((char *)low + size - reserved);

	getcontext(there);
	there->uc_link = NULL;
	there->uc_stack.ss_sp = low;
	there->uc_stack.ss_size = size - reserved;
	makecontext(there, entry, 0);
	*context = (struct context){ there, low, size, NULL };
}

void
context_jump(void **from, void *to)
{
	if (*from == NULL)
		*from = &main_context;
	assert(*from != to);
	swapcontext(*from, to);
}
