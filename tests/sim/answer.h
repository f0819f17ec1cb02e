/* SPDX-License-Identifier: MIT */
/*
 * answer.h - the answer that is being judged; for the ledger's files alone.
 */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "ledger.h"

struct answer {
	unsigned code;
	char text[64]; /* of an error */
	struct reader result;
};

extern struct answer answer;

/* Two encoded values. */
void answer_read(struct span error, struct span result);
const char *answer_code_name(unsigned code);

/* Can this request be answered so at all, and now? */
void answer_check_code(const struct request *r);

/* The answer to ack, nack, fail or extend; to a receive with done. */
void settle_judge(const struct request *r);
void settle_judge_done(const struct request *r);

#endif
