/* SPDX-License-Identifier: MIT */
/*
 * server_methods.c - hello, ping, server.*
 */
#include "config.h"
#include "rpc/call.h"
#include "rpc/result.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
put_limits(struct result *result, const struct service *service)
{
	result_key(result, "limits");
	result_map(result, 5);
	result_key(result, "message");
	result_unsigned(result, service->max_message);
	result_key(result, "depth");
	result_unsigned(result, LIMIT_DEPTH);
	result_key(result, "channel_name");
	result_unsigned(result, LIMIT_CHANNEL);
	result_key(result, "connections");
	result_unsigned(result, service->max_connections);
	result_key(result, "channels");
	result_unsigned(result, service->max_channels);
}

static void
put_boot(struct result *result, const struct service *service)
{
	char text[20];

	snprintf(text, sizeof text, "%016" PRIx64, service->boot);
	result_key(result, "boot");
	result_text(result, text);
}

static void
put_server(struct result *result, const struct service *service)
{
	result_key(result, "server");
	result_text(result, PACKAGE_NAME);
	result_key(result, "version");
	result_text(result, PACKAGE_VERSION);
	put_boot(result, service);
}

int
do_hello(struct call *call)
{
	const struct call_options *options = &call->options;
	struct result result;

	if ((options->given & 1u << OPTION_name) != 0) {
		memcpy(call->client->name, options->name.data,
		       options->name.size);
		call->client->name[options->name.size] = '\0';
	}
	result_init(&result, call->service->max_message);
	result_map(&result, 5);
	put_server(&result, call->service);
	result_key(&result, "task");
	result_unsigned(&result, task_id(task_self()));
	put_limits(&result, call->service);
	return result_reply(&result, call);
}

int
do_ping(struct call *call)
{
	struct blob *value;

	if (call->given == 0)
		return call_reply_nil(call);
	value = call_take(call, 0);
	return value != NULL ? call_reply(call, value) : -ENOMEM;
}

int
do_server_info(struct call *call)
{
	const struct service *service = call->service;
	struct result result;

	result_init(&result, service->max_message);
	result_map(&result, 9);
	put_server(&result, service);
	result_key(&result, "pid");
	result_integer(&result, getpid());
	result_key(&result, "started");
	result_integer(&result, service->epoch_s);
	result_key(&result, "uptime");
	result_seconds(&result, sched_time() - service->started);
	result_key(&result, "connections");
	result_unsigned(&result, service->client_count);
	result_key(&result, "channels");
	result_unsigned(&result, hub_count(service->hub));
	put_limits(&result, service);
	return result_reply(&result, call);
}
