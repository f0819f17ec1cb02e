/* SPDX-License-Identifier: MIT */
/*
 * What stands in a line, and what the journal is told: the linker has
 * sd_journal_sendv() replaced by ours (--wrap).
 */
#include "host/journal.h"
#include "host/logfmt.h"

#include "config.h"
#include "suite.h"

#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST = 64 << 10 };

static int pipe_fds[2];
static int stderr_before;

/* ---- the journal ---- */

static char entry[MOST]; /* "NAME=value\n", one behind the other */
static int journal_result;

int __wrap_sd_journal_sendv(const struct iovec *fields, int count);

int
__wrap_sd_journal_sendv(const struct iovec *fields, int count)
{
	size_t used = 0;

	for (int i = 0; i < count; i++) {
		memcpy(entry + used, fields[i].iov_base, fields[i].iov_len);
		used += fields[i].iov_len;
		entry[used++] = '\n';
	}
	entry[used] = '\0';
	return journal_result;
}

/* ---- stderr ---- */

static void
set_up(void)
{
	ck_assert_int_eq(pipe2(pipe_fds, O_NONBLOCK), 0);
	stderr_before = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
	entry[0] = '\0';
	journal_result = 0;
	log_set_sink(logfmt_write);
	log_set_level(LOG_DEBUG);
}

static void
tear_down(void)
{
	log_set_sink(NULL);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static const char *
logged(void)
{
	static char text[MOST];
	ssize_t n = read(pipe_fds[0], text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* One line, in which nothing but its end is a control character. */
static const char *
one_clean_line(void)
{
	const char *text = logged();
	size_t size = strlen(text);

	ck_assert_uint_gt(size, 0);
	ck_assert_int_eq(text[size - 1], '\n');
	for (size_t i = 0; i + 1 < size; i++)
		ck_assert_msg((unsigned char)text[i] >= 0x20 && text[i] != 0x7f,
			      "a control character in %s", text);
	return text;
}

static void
matches(const char *text, const char *pattern)
{
	regex_t regex;

	ck_assert_int_eq(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ck_assert_msg(regexec(&regex, text, 0, NULL, 0) == 0, "%s in %s",
		      pattern, text);
	regfree(&regex);
}

START_TEST(a_line_has_time_level_message_and_fields)
{
	log_event(EVENT_listening, LOG_TEXT("url", "tcp://h:1"),
		  LOG_NUMBER("fd", 3));
	matches(one_clean_line(),
		"^time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z "
		"level=info msg=listening url=\"tcp://h:1\" fd=3\n$");
}
END_TEST

START_TEST(a_message_with_blanks_stands_in_quotes)
{
	log_event(EVENT_cannot_listen);
	matches(one_clean_line(), " level=error msg=\"cannot listen\"\n$");
}
END_TEST

START_TEST(what_peers_send_is_escaped)
{
	static const char hostile[] = "a\x1b[31m\r\n\0%n%s\"\\\x7f\xc2\x9b\xff"
				      "\xc3\xbc level=error";

	log_event(EVENT_refused,
		  LOG_BYTES("peer", hostile, sizeof hostile - 1));
	ck_assert_ptr_nonnull(
	    strstr(one_clean_line(),
		   " peer=\"a\\x1b[31m\\x0d\\x0a\\x00%n%s\\x22\\x5c\\x7f\\xc2"
		   "\\x9b\\xff\xc3\xbc level=error\"\n"));
}
END_TEST

START_TEST(a_text_of_64_kib_is_cut)
{
	static char huge[MOST];
	const char *line;

	memset(huge, '\n', sizeof huge);
	log_event(EVENT_refused, LOG_BYTES("peer", huge, sizeof huge),
		  LOG_TEXT("reason", "why"));
	line = one_clean_line();
	ck_assert_uint_lt(strlen(line), LOGFMT_TEXT + 200);
	ck_assert_ptr_nonnull(strstr(line, "...\" reason=\"why\"\n"));
}
END_TEST

START_TEST(a_line_is_never_too_long)
{
	static char huge[MOST];
	const char *line;

	memset(huge, 'x', sizeof huge);
	log_event(EVENT_refused, LOG_BYTES("a", huge, MOST),
		  LOG_BYTES("b", huge, MOST), LOG_BYTES("c", huge, MOST),
		  LOG_BYTES("d", huge, MOST), LOG_BYTES("e", huge, MOST),
		  LOG_BYTES("f", huge, MOST), LOG_BYTES("g", huge, MOST));
	line = one_clean_line();
	ck_assert_uint_le(strlen(line), LOGFMT_LINE);
	matches(line, "x\\.\\.\\.\"\n$");
}
END_TEST

/* ---- the journal ---- */

#ifdef HAVE_SYSTEMD
static void
has(const char *line)
{
	char whole[256];

	snprintf(whole, sizeof whole, "\n%s\n", line);
	ck_assert_msg(strstr(entry, whole) != NULL, "%s in %s", line, entry);
}

START_TEST(an_entry_has_the_fields_of_its_event)
{
	char id[64];

	log_set_sink(journal_write);
	log_event(EVENT_called, LOG_NUMBER("conn", 7),
		  LOG_TEXT("peer", "unix:uid=0,pid=1"),
		  LOG_TEXT("channel", "jobs"));
	ck_assert_int_eq(
	    strncmp(entry,
		    "MESSAGE=called conn=7 peer=\"unix:uid=0,pid=1\" "
		    "channel=\"jobs\"\n",
		    60),
	    0);
	snprintf(id, sizeof id, "MESSAGE_ID=%s", log_rows[EVENT_called].id);
	has(id);
	has("PRIORITY=7");
	has("SYSLOG_IDENTIFIER=chand");
	has("CHAND_CONN=7");
	has("CHAND_PEER=unix:uid=0,pid=1");
	has("CHAND_CHANNEL=jobs");
	ck_assert_str_eq(logged(), "");
}
END_TEST

START_TEST(the_priority_is_that_of_the_level)
{
	log_set_sink(journal_write);
	log_event(EVENT_cannot_listen);
	has("PRIORITY=3");
	log_event(EVENT_refused);
	has("PRIORITY=4");
	log_event(EVENT_stopped);
	has("PRIORITY=6");
}
END_TEST

/* A field that a peer could smuggle in would be as good as our own. */
START_TEST(an_entry_holds_no_control_character_of_a_peer)
{
	log_set_sink(journal_write);
	log_event(EVENT_called,
		  LOG_BYTES("channel", "c\nPRIORITY=0\nX=\0\x1b[m", 19));
	has("CHAND_CHANNEL=c\\x0aPRIORITY=0\\x0aX=\\x00\\x1b[m");
	ck_assert_ptr_null(strstr(entry, "\nPRIORITY=0\n"));
}
END_TEST

START_TEST(all_the_fields_that_an_event_can_have_fit)
{
	log_set_sink(journal_write);
	log_event(EVENT_stopped, LOG_NUMBER("a", 1), LOG_NUMBER("b", 2),
		  LOG_NUMBER("c", 3), LOG_NUMBER("d", 4), LOG_NUMBER("e", 5),
		  LOG_NUMBER("f", 6), LOG_NUMBER("g", 7));
	has("CHAND_A=1");
	has("CHAND_G=7");
}
END_TEST

START_TEST(what_the_journal_does_not_take_goes_to_stderr)
{
	log_set_sink(journal_write);
	journal_result = -1;
	log_event(EVENT_stopped);
	matches(one_clean_line(), " level=info msg=stopped\n$");
}
END_TEST

START_TEST(the_journal_reads_stderr_only_if_it_is_that_stream)
{
	char stream[64];
	struct stat found;

	unsetenv("JOURNAL_STREAM");
	ck_assert(!journal_reads_stderr());
	setenv("JOURNAL_STREAM", "8:1", 1);
	ck_assert(!journal_reads_stderr());
	ck_assert_int_eq(fstat(STDERR_FILENO, &found), 0);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)found.st_dev,
		 (uintmax_t)found.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	ck_assert(journal_reads_stderr());
}
END_TEST

static void
add_journal(Suite *suite)
{
	TCase *tcase = suite_case(suite, "journal", set_up, tear_down);

	tcase_add_test(tcase, an_entry_has_the_fields_of_its_event);
	tcase_add_test(tcase, the_priority_is_that_of_the_level);
	tcase_add_test(tcase, an_entry_holds_no_control_character_of_a_peer);
	tcase_add_test(tcase, all_the_fields_that_an_event_can_have_fit);
	tcase_add_test(tcase, what_the_journal_does_not_take_goes_to_stderr);
	tcase_add_test(tcase,
		       the_journal_reads_stderr_only_if_it_is_that_stream);
}
#else
static void
add_journal(Suite *suite)
{
	(void)suite;
}
#endif

int
main(void)
{
	Suite *suite = suite_create("host log");
	TCase *tcase = suite_case(suite, "line", set_up, tear_down);

	tcase_add_test(tcase, a_line_has_time_level_message_and_fields);
	tcase_add_test(tcase, a_message_with_blanks_stands_in_quotes);
	tcase_add_test(tcase, what_peers_send_is_escaped);
	tcase_add_test(tcase, a_text_of_64_kib_is_cut);
	tcase_add_test(tcase, a_line_is_never_too_long);
	add_journal(suite);
	return suite_run(suite);
}
