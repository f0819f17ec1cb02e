/* SPDX-License-Identifier: MIT */
#include "doorway.h"

static void
come_with(enum tls_clients clients, const char *certificate, const char *key)
{
	scene.settings.clients = clients;
	scene.settings.authorities = files.authority;
	scene.client = tls_client(certificate, key);
	offer(10);
	come_alone();
}

START_TEST(who_shows_one_is_known_by_its_names)
{
	static const char *names[] = { "dns:worker.example", "ip:10.0.0.1",
				       "email:a@b.example",
				       "uri:spiffe://example/w", "ip:::1" };

	come_with(TLS_CLIENTS_REQUIRED, files.client, files.client_key);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(scene.is_known);
	/* The one with a blank in it could be taken for two. */
	ck_assert_uint_eq(scene.identity.certificate.name_count, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(scene.names[i], names[i]);
}
END_TEST

START_TEST(the_fingerprint_is_the_certificates_own)
{
	const X509 *own;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size;

	come_with(TLS_CLIENTS_OPTIONAL, files.client, files.client_key);
	own = SSL_CTX_get0_certificate(scene.client);
	X509_digest(own, EVP_sha256(), digest, &size);
	ck_assert_uint_eq(size, CERTIFICATE_PRINT);
	ck_assert_mem_eq(scene.identity.certificate.fingerprint, digest, size);
}
END_TEST

START_TEST(without_other_names_the_common_one_counts)
{
	come_with(TLS_CLIENTS_REQUIRED, files.plain, files.plain_key);
	ck_assert_uint_eq(scene.identity.certificate.name_count, 1);
	ck_assert_str_eq(scene.names[0], "cn:plain");
}
END_TEST

START_TEST(who_must_show_one_and_does_not_is_refused)
{
	come_with(TLS_CLIENTS_REQUIRED, NULL, NULL);
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
}
END_TEST

START_TEST(who_need_not_show_one_is_let_in_unknown)
{
	come_with(TLS_CLIENTS_OPTIONAL, NULL, NULL);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(!scene.is_known);
}
END_TEST

START_TEST(a_bad_one_is_refused_even_where_none_is_needed)
{
	come_with(TLS_CLIENTS_OPTIONAL, files.stranger, files.stranger_key);
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
}
END_TEST

START_TEST(where_none_is_asked_for_nobody_is_known)
{
	come_with(TLS_CLIENTS_NO, files.client, files.client_key);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(!scene.is_known);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net certificates");
	TCase *tcase =
	    suite_case(suite, "clients", doorway_open, doorway_close);

	tcase_add_test(tcase, who_shows_one_is_known_by_its_names);
	tcase_add_test(tcase, the_fingerprint_is_the_certificates_own);
	tcase_add_test(tcase, without_other_names_the_common_one_counts);
	tcase_add_test(tcase, who_must_show_one_and_does_not_is_refused);
	tcase_add_test(tcase, who_need_not_show_one_is_let_in_unknown);
	tcase_add_test(tcase, a_bad_one_is_refused_even_where_none_is_needed);
	tcase_add_test(tcase, where_none_is_asked_for_nobody_is_known);
	return doorway_run(suite);
}
