/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a daemon whose instructions are counted: its random numbers
 * are always the same, and so are the lengths of its chains and deliveries.
 */
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One byte without waiting is how the daemon probes memory: that stays. */
ssize_t
getrandom(void *data, size_t size, unsigned flags)
{
	if (flags != 0)
		return syscall(SYS_getrandom, data, size, flags);
	memset(data, 0x5a, size);
	return (ssize_t)size;
}
