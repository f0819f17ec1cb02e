/* SPDX-License-Identifier: MIT */
/*
 * target.h - what a target of the fuzzer is: a file with this one function.
 *
 * It is built for libFuzzer (--enable-fuzzer), or with replay.c, which shows
 * it the files of its corpus.
 */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Judge these bytes; abort() is a finding. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assert that tells libFuzzer and no NDEBUG switches off. */
static inline void
must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "finding: %s\n", what);
	abort();
}

#endif
