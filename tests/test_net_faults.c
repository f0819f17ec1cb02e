/* SPDX-License-Identifier: MIT */
#include "net/listener.h"
#include "net/stream.h"

#include "base/log.h"
#include "faults.h"
#include "suite.h"
#include "task/sched.h"
#include "world.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LARGE = 66000, SENT = 70000 };

static char pattern[SENT];

/* One that echoes a large value, and one that leaves early. */
static struct party {
	struct conn conn;
	int r;
} echo, hasty;

PARKS static int
fill_up_to(struct stream *stream, size_t wanted)
{
	size_t size;
	int r = 1;

	while (stream_data(stream, &size), size < wanted && r > 0)
		r = stream_fill(stream, wanted);
	return r > 0 ? 0 : r;
}

PARKS static int
echo_value(struct stream *stream)
{
	int r = fill_up_to(stream, SENT);
	struct blob *value;
	const uint8_t *data;
	size_t size;

	if (r < 0)
		return r;
	data = stream_data(stream, &size);
	stream_consume(stream, LARGE);
	value = stream_take(stream, data, LARGE);
	if (value == NULL)
		return -ENOMEM;
	outbox_give(stream_outbox(stream), value);
	stream_send(stream);
	return stream_drain(stream, 100, 1);
}

PARKS static void
run_echo(void *argument)
{
	struct party *p = argument;

	p->r = echo_value(p->conn.stream);
	stream_close(p->conn.stream, 1000 * MS);
}

PARKS static void
run_hasty(void *argument)
{
	struct party *p = argument;
	struct stream *stream = p->conn.stream;

	p->r = fill_up_to(stream, 1000);
	if (p->r == 0)
		p->r = outbox_write(stream_outbox(stream), pattern, 100);
	stream_close(stream, 1000 * MS);
}

/* As a session is begun: what fails on the way is undone. */
static int
start(struct loop *loop, struct party *p, task_fn *run)
{
	int fds[2];

	p->r = -ENOMEM;
	world_pair(fds);
	p->conn.peer = fds[1];
	world_put(fds[1], pattern, SENT);
	shutdown(fds[1], SHUT_WR);
	p->conn.stream = stream_new(loop, fds[0], NULL);
	if (p->conn.stream == NULL) {
		close(fds[0]);
		return -ENOMEM;
	}
	p->conn.owner = task_spawn(run, p);
	if (p->conn.owner == NULL) {
		stream_close(p->conn.stream, 0);
		return -ENOMEM;
	}
	stream_set_owner(p->conn.stream, p->conn.owner);
	return 0;
}

static int
run_both(struct loop *loop)
{
	int r = start(loop, &echo, run_echo);
	int second = start(loop, &hasty, run_hasty);

	loop_finish(loop);
	if (loop_run(loop) < 0 || sched_tasks() > 0)
		return -EPROTO;
	close(echo.conn.peer);
	close(hasty.conn.peer);
	if (r < 0 || second < 0)
		return -ENOMEM;
	/* A stream that cannot be watched any more cancels its owner. */
	return echo.r < 0 || hasty.r < 0 ? -ENOMEM : 0;
}

static int
two_streams(void)
{
	struct loop *loop;
	int r = -ENOMEM;

	sched_init(&(struct sched_config){ 0 });
	loop = loop_new(&sys_real);
	if (loop != NULL)
		r = run_both(loop);
	loop_free(loop);
	sched_fini();
	return r;
}

START_TEST(streams_fail_cleanly_whatever_fails)
{
	ck_assert_uint_gt(faults_try_all(two_streams), 10);
}
END_TEST

/* ---- the alarm ---- */

static int woken;

PARKS static void
sleep_a_little(void *argument)
{
	(void)argument;
	woken = task_park(NULL, sched_time() + 2 * MS);
}

static int
one_sleeper(void)
{
	struct loop *loop;
	int r = -ENOMEM;

	sched_init(&(struct sched_config){ 0 });
	woken = 0;
	loop = loop_new(&sys_real);
	if (loop != NULL && task_spawn(sleep_a_little, NULL) != NULL) {
		loop_finish(loop);
		r = loop_run(loop);
		if (woken != -ETIMEDOUT)
			r = -EPROTO;
	}
	loop_free(loop);
	sched_fini();
	return r;
}

START_TEST(a_deadline_comes_though_no_alarm_could_be_set)
{
	ck_assert_uint_gt(faults_try_all(one_sleeper), 3);
}
END_TEST

/* Every allocation of the loop's own beginning has been made by then. */
static int
run_without_memory(void)
{
	struct loop *loop;
	int r;

	sched_init(&(struct sched_config){ 0 });
	loop = loop_new(&sys_real);
	world_must(loop != NULL && task_spawn(sleep_a_little, NULL) != NULL);
	loop_finish(loop);
	faults_arm(1, true);
	r = loop_run(loop);
	faults_disarm();
	loop_free(loop);
	sched_fini();
	return r;
}

START_TEST(the_loop_goes_on_without_any_memory)
{
	ck_assert_int_eq(run_without_memory(), 0);
	ck_assert_int_eq(woken, -ETIMEDOUT);
}
END_TEST

/* ---- listeners ---- */

static unsigned guests;
static struct loop *listening;

static void
accepted(void *context, int fd, const char *peer)
{
	(void)context;
	(void)peer;
	close(fd);
	guests++;
	if (listening != world.loop)
		loop_stop(listening);
}

static int listening_fd, client_fd;

/* Somebody has come to a socket that listens. */
static void
come(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof address;

	listening_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	client_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	world_must(bind(listening_fd, (const void *)&address,
			sizeof address.sun_family) == 0 &&
		   listen(listening_fd, 1) == 0 &&
		   getsockname(listening_fd, (void *)&address, &size) == 0 &&
		   connect(client_fd, (const void *)&address, size) == 0);
}

static int
one_listener(void)
{
	struct listener *listener = NULL;
	int r = -ENOMEM;

	come();
	sched_init(&(struct sched_config){ 0 });
	listening = loop_new(&sys_real);
	if (listening != NULL)
		listener =
		    listener_new(listening, listening_fd, accepted, NULL);
	if (listener != NULL)
		r = loop_run(listening);
	else
		close(listening_fd);
	listener_free(listener);
	loop_free(listening);
	sched_fini();
	close(client_fd);
	return r;
}

START_TEST(a_listener_fails_cleanly_whatever_fails)
{
	ck_assert_uint_gt(faults_try_all(one_listener), 3);
	ck_assert_uint_gt(guests, 0);
}
END_TEST

static unsigned guests_before;

PARKS static void
wait_without_memory(void *argument)
{
	(void)argument;
	faults_arm(1, true);
	world_rounds(10);
	guests_before = guests;
	faults_disarm();
}

/* No descriptor three times, and no memory to wait for better times. */
START_TEST(a_listener_is_not_lost_without_memory)
{
	struct listener *listener;

	come();
	world_open();
	log_set_level(0);
	listening = world.loop;
	world.accept_error = -EMFILE;
	world.accept_errors = 3;
	world.tick = 50 * MS;
	guests = 0;
	listener = listener_new(world.loop, listening_fd, accepted, NULL);
	ck_assert_ptr_nonnull(listener);
	ck_assert_ptr_nonnull(task_spawn(wait_without_memory, NULL));
	world_run();
	ck_assert_uint_eq(guests_before, 1);
	ck_assert_uint_eq(listener_failures(listener), 3);
	listener_free(listener);
	sched_run();
	world_close();
	close(client_fd);
}
END_TEST

static void
say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

int
main(void)
{
	Suite *suite = suite_create("net faults");
	TCase *tcase = tcase_create("out of memory");

	/* What libevent takes can fail, too. */
	event_set_mem_functions(malloc, realloc, free);
	event_set_log_callback(say_nothing);
	signal(SIGPIPE, SIG_IGN);
	tcase_add_test(tcase, streams_fail_cleanly_whatever_fails);
	tcase_add_test(tcase, a_deadline_comes_though_no_alarm_could_be_set);
	tcase_add_test(tcase, the_loop_goes_on_without_any_memory);
	tcase_add_test(tcase, a_listener_fails_cleanly_whatever_fails);
	tcase_add_test(tcase, a_listener_is_not_lost_without_memory);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
