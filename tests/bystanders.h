/* SPDX-License-Identifier: MIT */
/*
 * bystanders.h - tasks that use what Stackless does not have, on channels of
 * their own: nothing of that may be noticed by anybody else.
 *
 * Parked are a select, a receive with a deadline, a sender whose value is
 * held, and its receiver; and a value waits in a channel without its sender.
 */
#ifndef TESTS_BYSTANDERS_H
#define TESTS_BYSTANDERS_H

/* Park them; the ring is empty before and afterwards. */
void bystanders_begin(void);

/* Send them home, and see that they have been where they were. */
void bystanders_end(void);

#endif
