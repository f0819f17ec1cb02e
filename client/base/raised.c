/* SPDX-License-Identifier: MIT */
#include "client/base/raised.h"

#include <stdlib.h>
#include <string.h>

/* "RAISED: TYPE: message": a type may hold a colon, but no colon and blank. */
void
raised_read(const struct chand_call *call, struct raised *raised)
{
	const char *text = chand_call_text(call);
	char *colon;

	*raised = (struct raised){ "error", text, NULL };
	if (strncmp(text, "RAISED: ", 8) == 0)
		text += 8;
	raised->memory = strdup(text);
	if (raised->memory == NULL)
		return;
	raised->message = raised->memory;
	colon = strstr(raised->memory, ": ");
	if (colon == NULL || colon == raised->memory)
		return;
	*colon = '\0';
	raised->type = raised->memory;
	raised->message = colon + 2;
}

void
raised_fini(struct raised *raised)
{
	free(raised->memory);
	raised->memory = NULL;
}
