/* SPDX-License-Identifier: MIT */
#include "client/show/tally.h"

#include "client/base/clock.h"
#include "client/base/params.h"
#include "client/value/field.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Of events in a round; and how long who does not answer is waited for, ms. */
enum { READ_MOST = 20000, PATIENCE = 5000 };

/* ---- counting ---- */

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct tally_item *)a)->name,
		      ((const struct tally_item *)b)->name);
}

static void
free_item(void *item)
{
	free(((struct tally_item *)item)->name);
	free(item);
}

static struct tally_item *
find(const struct tally *tally, char *name)
{
	struct tally_item wanted = { .name = name };
	void *node = tfind(&wanted, (void *const *)&tally->items, compare);

	return node != NULL ? *(struct tally_item **)node : NULL;
}

/* Takes the name. NULL: out of memory, and nothing is counted. */
static struct tally_item *
find_or_add(struct tally *tally, char *name)
{
	struct tally_item *item = find(tally, name);

	if (item != NULL) {
		free(name);
		return item;
	}
	item = calloc(1, sizeof *item);
	if (item == NULL) {
		free(name);
		return NULL;
	}
	item->name = name;
	if (tsearch(item, &tally->items, compare) != NULL)
		return item;
	free_item(item);
	return NULL;
}

static void
count(struct tally *tally, const msgpack_object *event)
{
	const msgpack_object *name = field_find(event, "channel");
	const msgpack_object *op = field_find(event, "op");
	struct tally_item *item;
	char *copy;

	tally->read++;
	tally->dropped += (uint64_t)field_integer(event, "dropped", 0);
	if (name == NULL || name->type != MSGPACK_OBJECT_STR || op == NULL ||
	    op->type != MSGPACK_OBJECT_STR || op->via.str.size != 4)
		return;
	copy = strndup(name->via.str.ptr, name->via.str.size);
	item = copy != NULL ? find_or_add(tally, copy) : NULL;
	if (item == NULL)
		return;
	if (memcmp(op->via.str.ptr, "send", 4) == 0)
		item->sends++;
	else
		item->receives++;
}

static void
take(struct tally *tally, struct chand_value encoded)
{
	msgpack_unpacked unpacked;
	msgpack_object params;

	if (unpack_value(encoded, &unpacked, &params) == 0 &&
	    params.type == MSGPACK_OBJECT_ARRAY && params.via.array.size == 1)
		count(tally, &params.via.array.ptr[0]);
	msgpack_unpacked_destroy(&unpacked);
}

/* ---- watching ---- */

static void
read_events(struct loop_watch *watch)
{
	struct tally *tally = watch->context;
	struct chand_value encoded;

	chand_process(tally->client);
	if (tally->began == 0 && chand_call_code(tally->watching) == CHAND_OK)
		tally->began = clock_now();
	while ((encoded = chand_event(tally->client)).kind != CHAND_NIL)
		take(tally, encoded);
	if (tally->read < READ_MOST)
		return;
	tally->ended = clock_now();
	chand_disconnect(tally->client);
}

static void
begin(struct tally *tally)
{
	struct params params;

	chand_call_free(tally->watching);
	params_init(&params, 1);
	params_string(&params, tally->glob);
	tally->watching = params_start(&params, tally->client, "channel.watch");
	if (tally->watching != NULL)
		chand_call_set_patience(tally->watching, PATIENCE);
}

int
tally_init(struct tally *tally, struct loop *loop, const char *url,
	   const char *glob)
{
	*tally = (struct tally){ .client = chand_new(), .glob = glob };
	tally->watch.ready = read_events;
	tally->watch.context = tally;
	if (tally->client == NULL ||
	    chand_set_url(tally->client, url) == CHAND_NOMEMORY ||
	    chand_set_name(tally->client, "chanctl top") == CHAND_NOMEMORY)
		return -ENOMEM;
	begin(tally);
	tally_turn(tally);
	tally->loop = loop;
	return loop_add(loop, &tally->watch);
}

void
tally_fini(struct tally *tally)
{
	if (tally->loop != NULL)
		loop_remove(tally->loop, &tally->watch);
	chand_call_free(tally->watching);
	chand_free(tally->client);
	tdestroy(tally->items, free_item);
	*tally = (struct tally){ 0 };
}

void
tally_turn(struct tally *tally)
{
	tally->watch.fd = chand_fd(tally->client);
	tally->watch.events = chand_events(tally->client);
}

static double
passed(const struct tally *tally, const char *name)
{
	char *copy = strdup(name);
	struct tally_item *item = copy != NULL ? find(tally, copy) : NULL;

	free(copy);
	if (item == NULL)
		return 0;
	return (double)(item->sends < item->receives ? item->sends
						     : item->receives);
}

double
tally_rate(const struct tally *tally, const char *name, int64_t now)
{
	int64_t end = tally->ended != 0 ? tally->ended : now;
	double scale = 1;
	uint64_t lost;

	if (tally->began == 0 || end <= tally->began)
		return -1;
	lost = tally->dropped + chand_lost_events(tally->client) - tally->lost;
	if (tally->read > 0)
		scale += (double)lost / (double)tally->read;
	return passed(tally, name) * scale * (double)CLOCK_SECOND /
	       (double)(end - tally->began);
}

struct walk {
	void (*each)(const struct tally_item *item, void *context);
	void *context;
};

static void
visit(const void *node, VISIT when, void *context)
{
	const struct walk *walk = context;

	if (when == postorder || when == leaf)
		walk->each(*(struct tally_item *const *)node, walk->context);
}

void
tally_walk(const struct tally *tally,
	   void (*each)(const struct tally_item *item, void *context),
	   void *context)
{
	struct walk walk = { each, context };

	twalk_r(tally->items, visit, &walk);
}

void
tally_clear(struct tally *tally)
{
	enum chand_code code = chand_call_code(tally->watching);
	bool is_watching =
	    code == CHAND_OK && chand_is_connected(tally->client);

	tdestroy(tally->items, free_item);
	tally->items = NULL;
	tally->read = tally->dropped = 0;
	tally->lost = chand_lost_events(tally->client);
	tally->began = is_watching ? clock_now() : 0;
	tally->ended = 0;
	if (code != CHAND_PENDING && !is_watching)
		begin(tally);
}
