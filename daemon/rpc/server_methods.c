/* SPDX-License-Identifier: MIT */
/*
 * server_methods.c - hello, ping, server.*
 */
#include "base/budget.h"
#include "config.h"
#include "rpc/call.h"
#include "rpc/result.h"
#include "task/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
put_limits(struct result *result, const struct service *service)
{
	const struct count limits[] = {
		{ "message", service->max_message },
		{ "depth", LIMIT_DEPTH },
		{ "channel_name", LIMIT_CHANNEL },
		{ "connections", service->max_connections },
		{ "channels", service->max_channels },
		{ "capacity", service->max_capacity },
		{ "held", service->max_held },
		{ "tasks", service->max_tasks },
		{ "watchers", service->max_watchers },
	};
	uint32_t count = sizeof limits / sizeof limits[0];

	result_key(result, "limits");
	result_map(result, count);
	result_counts(result, limits, count);
}

static void
put_boot(struct result *result, const struct service *service)
{
	result_key(result, "boot");
	result_text(result, service->boot);
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

static int
set_errors(struct call *call)
{
	struct span shape = call->options[OPTION_errors].span;
	bool is_array = span_is(shape, "array");

	if (!is_array && !span_is(shape, "string"))
		return call_fail(call, -EINVAL, "hello: errors must be %s",
				 option_row(OPTION_errors)->text);
	call->client->errors_are_arrays = is_array;
	return 0;
}

static int
set_name(struct client *client, struct span given)
{
	char *name = malloc(given.size + 1);

	if (name == NULL)
		return -ENOMEM;
	memcpy(name, given.data, given.size);
	name[given.size] = '\0';
	free(client->name);
	client->name = name;
	return 0;
}

/* Whoever shows a token is from now on just who that makes him. */
static int
set_token(struct call *call)
{
	struct span token = call->options[OPTION_token].span;
	const struct access *access = call->service->access;
	struct identity *identity = &call->client->identity;
	uint8_t hash[TOKEN_HASH];

	if (access == NULL || !access_has_rules(access))
		return 0;
	if (!token_hash(token.data, token.size, hash))
		return -ENOMEM;
	if (!access_knows(access, hash))
		return call_fail(call, -EACCES, "hello: unknown token");
	if (identity_take_token(identity, hash) < 0)
		return -ENOMEM;
	identity_find(identity, access);
	return 0;
}

/* The token comes first: without it nothing else is changed. */
static int
apply(struct call *call)
{
	int r = call_has(call, OPTION_token) ? set_token(call) : 0;

	if (r == 0 && call->client->identity.is_nobody)
		r = call_fail(call, -EACCES, "hello: a token is needed here");
	if (r == 0 && call_has(call, OPTION_errors))
		r = set_errors(call);
	if (r == 0 && call_has(call, OPTION_name))
		r = set_name(call->client, call->options[OPTION_name].span);
	if (r < 0)
		return r;
	if (call_has(call, OPTION_concurrent))
		call->client->is_concurrent =
		    call->options[OPTION_concurrent].flag;
	return 0;
}

int
do_hello(struct call *call)
{
	struct result result;
	int r = apply(call);

	if (r < 0)
		return r;
	result_init(&result, call->service->max_message);
	result_map(&result, 5);
	put_server(&result, call->service);
	result_key(&result, "task");
	result_unsigned(&result, call->worker->id);
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

int
do_server_stats(struct call *call)
{
	const struct service *service = call->service;
	const struct chan_totals *totals = chan_totals();
	const struct count stats[] = {
		{ "accepted", service->accepted },
		{ "requests", service->requests },
		{ "failures", service->failures },
		{ "denied", service->denied },
		{ "strangers", service->strangers },
#define X(name) { "refused_" #name, service->refused[REFUSED_##name] },
		REFUSALS(X)
#undef X
		    { "refused_memory", budget.refused },
		{ "stalled", service->stalled },
		{ "malformed", service->malformed },
		{ "tls_handshakes", service->tls_handshakes },
		{ "tls_failures", service->tls_failures },
		{ "tls_broken", service->tls_broken },
		{ "handoffs", totals->handoffs },
		{ "deliveries", totals->deliveries },
		{ "redeliveries", totals->redeliveries },
		{ "switches", sched_switches() },
		{ "connections", service->client_count },
		{ "tasks", service->client_count + service->job_count },
		{ "runnable", task_runcount() },
		{ "channels", hub_count(service->hub) },
		{ "senders", totals->senders },
		{ "receivers", totals->receivers },
		{ "values", totals->values },
		{ "held", totals->held },
		{ "watchers", service->watcher_count },
		{ "memory", budget.used },
	};
	uint32_t count = sizeof stats / sizeof stats[0];
	struct result result;

	result_init(&result, service->max_message);
	result_map(&result, count);
	result_counts(&result, stats, count);
	return result_reply(&result, call);
}
