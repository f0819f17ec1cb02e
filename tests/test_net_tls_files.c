/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include "suite.h"
#include "tls_peer.h"

#include <string.h>

static struct tls_files files;
static struct tls_settings settings;

static void
set_up(void)
{
	settings = (struct tls_settings){
		.certificate = files.server,
		.key = files.server_key,
	};
}

static void
unusable(const char *file, const char *because)
{
	char reason[TLS_REASON] = "";

	ck_assert_ptr_null(tls_context_new(&settings, reason));
	ck_assert_msg(strstr(reason, file) != NULL, "%s", reason);
	ck_assert_msg(strstr(reason, because) != NULL, "%s", reason);
}

START_TEST(a_file_that_is_not_there_is_named)
{
	settings.certificate = "/nowhere/cert.pem";
	unusable("/nowhere/cert.pem", "No such file");
	settings.certificate = files.server;
	settings.key = "/nowhere/key.pem";
	unusable("/nowhere/key.pem", "No such file");
	settings.key = files.server_key;
	settings.clients = TLS_CLIENTS_REQUIRED;
	settings.authorities = "/nowhere/ca.pem";
	unusable("/nowhere/ca.pem", "No such file");
}
END_TEST

START_TEST(a_file_that_is_something_else_is_named)
{
	settings.certificate = files.server_key;
	unusable(files.server_key, "no certificate");
	settings.certificate = files.server;
	settings.key = files.server;
	unusable(files.server, "no private key");
	settings.key = files.server_key;
	settings.clients = TLS_CLIENTS_REQUIRED;
	settings.authorities = files.server_key;
	unusable(files.server_key, "no certificates");
}
END_TEST

START_TEST(a_key_must_belong_to_its_certificate)
{
	settings.key = files.client_key;
	unusable(files.client_key, "does not belong");
}
END_TEST

START_TEST(clients_certificates_need_authorities)
{
	settings.clients = TLS_CLIENTS_OPTIONAL;
	unusable("tls_authorities", "who vouches");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net tls files");
	TCase *tcase = suite_case(suite, "what cannot be used", set_up, NULL);
	int r;

	tcase_add_test(tcase, a_file_that_is_not_there_is_named);
	tcase_add_test(tcase, a_file_that_is_something_else_is_named);
	tcase_add_test(tcase, a_key_must_belong_to_its_certificate);
	tcase_add_test(tcase, clients_certificates_need_authorities);

	tls_files_make(&files);
	r = suite_run(suite);
	tls_files_remove(&files);
	return r;
}
