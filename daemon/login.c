/* SPDX-License-Identifier: MIT */
#include "login.h"

#include "task/sched.h"
#include "task/timer.h"

#include <errno.h>
#include <stdlib.h>

struct login {
	struct timer deadline;
	const struct client *client;
	struct service *service;
};

static void
login_expires(struct timer *timer)
{
	const struct login *login = list_entry(timer, struct login, deadline);

	if (login_judge(login) < 0)
		task_cancel(login->client->worker.task);
}

int
login_begin(struct service *service, struct client *client, int64_t timeout,
	    struct login **login)
{
	struct login *made;

	*login = NULL;
	if (!client->identity.is_nobody)
		return 0;
	made = malloc(sizeof *made);
	if (made == NULL || timer_init(&made->deadline, login_expires) < 0) {
		free(made);
		return -ENOMEM;
	}
	made->client = client;
	made->service = service;
	timer_set(&made->deadline, sched_time() + timeout);
	*login = made;
	return 0;
}

int
login_judge(const struct login *login)
{
	if (!login->client->identity.is_nobody)
		return 0;
	login->service->strangers++;
	return -EACCES;
}

struct login *
login_free(struct login *login)
{
	if (login != NULL)
		timer_fini(&login->deadline);
	free(login);
	return NULL;
}
