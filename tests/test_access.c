/* SPDX-License-Identifier: MIT */
#include "access/identity.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { OWNER = 1000 };

static struct access *access;
static struct identity identity;

static void
set_up(void)
{
	access = access_new(OWNER, false);
	identity = (struct identity){ .is_restricted = false };
	ck_assert_ptr_nonnull(access);
}

static void
tear_down(void)
{
	identity_fini(&identity);
	access_free(access);
}

static void
find(struct credentials credentials)
{
	credentials.token = identity.credentials.token;
	identity.credentials = credentials;
	identity_find(&identity, access);
}

static unsigned
rights(const char *channel)
{
	return identity_rights(&identity, access, channel, strlen(channel));
}

static void
rule(const char *glob, enum right right, int number)
{
	ck_assert_int_eq(access_add_rule(access, glob, right), 0);
	ck_assert_int_eq(access_grant(access, number), 0);
}

static void
is_called(const char *name)
{
	ck_assert_str_eq(identity_name(&identity, access), name);
}

/* ---- tokens ---- */

/* OpenSSL's comparison, which takes as long wherever two differ. */
static struct {
	unsigned times;
	size_t bytes;
} compared;

int __real_CRYPTO_memcmp(const void *a, const void *b, size_t size);
int __wrap_CRYPTO_memcmp(const void *a, const void *b, size_t size);

int
__wrap_CRYPTO_memcmp(const void *a, const void *b, size_t size)
{
	compared.times++;
	compared.bytes += size;
	return __real_CRYPTO_memcmp(a, b, size);
}

START_TEST(a_token_is_compared_whole_wherever_it_is_wrong)
{
	uint8_t hash[TOKEN_HASH], wrong[TOKEN_HASH];

	ck_assert(token_hash("abc", 3, hash));
	for (size_t i = 0; i < TOKEN_HASH; i++) {
		memcpy(wrong, hash, sizeof wrong);
		wrong[i] ^= 1;
		compared.times = 0;
		compared.bytes = 0;
		ck_assert(!token_equals(hash, wrong));
		ck_assert_uint_eq(compared.times, 1);
		ck_assert_uint_eq(compared.bytes, TOKEN_HASH);
	}
}
END_TEST

START_TEST(a_hash_is_sha_256)
{
	uint8_t hash[TOKEN_HASH], same[TOKEN_HASH];
	const char *text = "ba7816bf8f01cfea414140de5dae2223"
			   "b00361a396177a9cb410ff61f20015AD";

	ck_assert(token_hash("abc", 3, hash));
	ck_assert_int_eq(token_parse(text, 64, same), 0);
	ck_assert(token_equals(hash, same));
	for (unsigned i = 0; i < TOKEN_HASH; i++) {
		same[i] ^= 1;
		ck_assert(!token_equals(hash, same));
		same[i] ^= 1;
	}
}
END_TEST

START_TEST(what_is_no_hash_is_refused)
{
	uint8_t hash[TOKEN_HASH];
	char text[] = "ba7816bf8f01cfea414140de5dae2223"
		      "b00361a396177a9cb410ff61f20015ad";

	ck_assert_int_eq(token_parse(text, 63, hash), -EINVAL);
	ck_assert_int_eq(token_parse(text, 0, hash), -EINVAL);
	ck_assert_int_eq(token_parse(text, 65, hash), -EINVAL);
	for (const char *wrong = "gG/:@` \n"; *wrong != '\0'; wrong++) {
		text[17] = *wrong;
		ck_assert_int_eq(token_parse(text, 64, hash), -EINVAL);
	}
}
END_TEST

/* ---- without rules ---- */

START_TEST(without_rules_owner_root_and_loopback_may_all)
{
	find((struct credentials){ .is_unix = true, .uid = OWNER });
	ck_assert(!identity.is_restricted);
	find((struct credentials){ .is_unix = true, .uid = 0 });
	ck_assert(!identity.is_restricted);
	find((struct credentials){ .is_loopback = true });
	ck_assert(!identity.is_restricted);
	ck_assert_uint_eq(rights("c"), RIGHT_ALL);
}
END_TEST

START_TEST(without_rules_nobody_else_may_anything)
{
	find((struct credentials){ .is_unix = true, .uid = OWNER + 1 });
	ck_assert(identity.is_restricted && identity.is_nobody);
	ck_assert_uint_eq(rights("c"), 0);
	find((struct credentials){ .is_unix = false });
	ck_assert(identity.is_restricted && identity.is_nobody);
	ck_assert(!identity.may_manage && !identity.may_watch);
}
END_TEST

START_TEST(an_insecure_daemon_lets_all_in_without_rules_only)
{
	access_free(access);
	access = access_new(OWNER, true);
	find((struct credentials){ .is_unix = false });
	ck_assert(!identity.is_restricted);
	rule("c", RIGHT_SEND, -1);
	find((struct credentials){ .is_unix = false });
	ck_assert(identity.is_restricted);
}
END_TEST

/* ---- with rules ---- */

START_TEST(with_rules_the_loopback_is_as_anybody)
{
	rule("open.*", RIGHT_SEND, -1);
	find((struct credentials){ .is_loopback = true });
	ck_assert(identity.is_restricted && !identity.is_nobody);
	is_called("anyone");
	ck_assert_uint_eq(rights("open.x"), RIGHT_SEND);
	ck_assert_uint_eq(rights("x"), 0);
	find((struct credentials){ .is_unix = true, .uid = OWNER });
	ck_assert(!identity.is_restricted);
}
END_TEST

START_TEST(the_last_rule_for_a_right_counts_alone)
{
	int a = access_add(access, "a"), b = access_add(access, "b");

	ck_assert_int_eq(access_add_user(access, a, 1), 0);
	ck_assert_int_eq(access_add_user(access, b, 2), 0);
	rule("*", RIGHT_SEND, -1);
	rule("*", RIGHT_RECEIVE, -1);
	rule("secret.*", RIGHT_SEND, a);
	ck_assert_int_eq(access_add_rule(access, "secret.shut", RIGHT_SEND), 0);
	find((struct credentials){ .is_unix = true, .uid = 1 });
	is_called("a");
	ck_assert_uint_eq(rights("c"), RIGHT_SEND | RIGHT_RECEIVE);
	ck_assert_uint_eq(rights("secret.1"), RIGHT_SEND | RIGHT_RECEIVE);
	ck_assert_uint_eq(rights("secret.shut"), RIGHT_RECEIVE);
	find((struct credentials){ .is_unix = true, .uid = 2 });
	is_called("b");
	ck_assert_uint_eq(rights("secret.1"), RIGHT_RECEIVE);
	ck_assert_uint_eq(rights("c"), RIGHT_SEND | RIGHT_RECEIVE);
}
END_TEST

START_TEST(who_may_manage_may_watch)
{
	rule("c", RIGHT_MANAGE, -1);
	find((struct credentials){ .is_unix = false });
	ck_assert_uint_eq(rights("c"), RIGHT_MANAGE | RIGHT_WATCH);
	ck_assert(identity.may_watch);
	ck_assert(!identity.may_manage);
	rule(NULL, RIGHT_MANAGE, -1);
	find((struct credentials){ .is_unix = false });
	ck_assert(identity.may_manage);
}
END_TEST

/* What was found out is kept by name: no name may be taken for another. */
START_TEST(many_channels_are_told_apart)
{
	char even[40], odd[40];

	rule("*0", RIGHT_SEND, -1);
	find((struct credentials){ .is_unix = false });
	for (int i = 0; i < 1000; i++) {
		if (i == 500)
			identity_fini(&identity); /* as where memory lacks */
		snprintf(even, sizeof even, "%0*d0", 1 + i % 36, i);
		snprintf(odd, sizeof odd, "%0*d1", 1 + i % 36, i);
		for (int j = 0; j < 3; j++) {
			ck_assert_uint_eq(rights(even), RIGHT_SEND);
			ck_assert_uint_eq(rights(odd), 0);
		}
	}
}
END_TEST

/* ---- who ---- */

START_TEST(a_token_wins_over_a_certificate_and_that_over_ids)
{
	static const char *const names[] = { "dns:w.example", "uri:x" };
	struct certificate certificate = { .names = names, .name_count = 2 };
	struct credentials c = { .is_unix = true, .uid = 7, .gid = 8 };
	uint8_t hash[TOKEN_HASH];
	int group = access_add(access, "group"), user, cert, token, print;

	user = access_add(access, "user");
	cert = access_add(access, "certificate");
	print = access_add(access, "fingerprint");
	token = access_add(access, "token");
	memset(certificate.fingerprint, 0xab, TOKEN_HASH);
	ck_assert(token_hash("abc", 3, hash));
	ck_assert_int_eq(access_add_token(access, token, hash), 0);
	ck_assert_int_eq(access_add_group(access, group, 8), 0);
	find(c);
	is_called("group");
	ck_assert_int_eq(access_add_user(access, user, 7), 0);
	find(c);
	is_called("user");
	ck_assert_int_eq(access_add_certificate(access, cert, "uri:x"), 0);
	c.certificate = &certificate;
	find(c);
	is_called("certificate");
	ck_assert_int_eq(
	    access_add_certificate(access, print,
				   "sha256:abababababababababababababababab"
				   "ABABABABABABABABABABABABABABABAB"),
	    0);
	find(c);
	is_called("fingerprint");
	ck_assert_int_eq(identity_take_token(&identity, hash), 0);
	find(c);
	is_called("token");
	ck_assert(access_knows(access, hash));
	hash[31] ^= 1;
	ck_assert(!access_knows(access, hash));
	ck_assert_int_eq(identity_take_token(&identity, hash), 0);
	find(c);
	is_called("fingerprint");
}
END_TEST

START_TEST(a_certificates_name_must_be_the_very_same)
{
	static const char *const names[] = { "dns:w.example", "dns:*.x" };
	struct certificate certificate = { .names = names, .name_count = 2 };
	int n = access_add(access, "n");

	ck_assert_int_eq(access_add_certificate(access, n, "dns:w.exampl"), 0);
	ck_assert_int_eq(access_add_certificate(access, n, "dns:W.example"), 0);
	ck_assert_int_eq(access_add_certificate(access, n, "dns:a.x"), 0);
	ck_assert_int_eq(access_add_certificate(access, n, "email:w.example"),
			 0);
	find((struct credentials){ .certificate = &certificate });
	is_called("anyone");
	ck_assert_int_eq(access_add_certificate(access, n, "dns:w.example"), 0);
	find((struct credentials){ .certificate = &certificate });
	is_called("n");
}
END_TEST

START_TEST(what_is_no_name_of_a_certificate_is_refused)
{
	static const char *const wrong[] = {
		"", "w.example", "dns:", "DNS:w", "sha256:", "sha256:ab", "cn:w"
	};
	int n = access_add(access, "n");

	for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		ck_assert_int_eq(access_add_certificate(access, n, wrong[i]),
				 -EINVAL);
}
END_TEST

START_TEST(nobody_shows_himself_as_two)
{
	uint8_t hash[TOKEN_HASH] = { 1 };
	int a = access_add(access, "a"), b = access_add(access, "b");

	ck_assert_int_eq(access_add_user(access, a, 5), 0);
	ck_assert_int_eq(access_add_user(access, b, 5), -EEXIST);
	ck_assert_int_eq(access_add_group(access, b, 5), 0);
	ck_assert_int_eq(access_add_token(access, a, hash), 0);
	ck_assert_int_eq(access_add_token(access, b, hash), -EEXIST);
	ck_assert_int_eq(access_add_certificate(access, a, "dns:x"), 0);
	ck_assert_int_eq(access_add_certificate(access, b, "dns:x"), -EEXIST);
	ck_assert_int_eq(access_number(access, "b"), b);
	ck_assert_int_eq(access_number(access, "c"), -ENOENT);
}
END_TEST

START_TEST(an_owner_with_a_token_is_who_that_says)
{
	struct credentials c = { .is_unix = true, .uid = OWNER };
	uint8_t hash[TOKEN_HASH];
	int n = access_add(access, "n");

	ck_assert(token_hash("abc", 3, hash));
	ck_assert_int_eq(access_add_token(access, n, hash), 0);
	ck_assert_int_eq(identity_take_token(&identity, hash), 0);
	find(c);
	ck_assert(identity.is_restricted);
	is_called("n");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("access");
	TCase *tcase = tcase_create("access");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_token_is_compared_whole_wherever_it_is_wrong);
	tcase_add_test(tcase, a_hash_is_sha_256);
	tcase_add_test(tcase, what_is_no_hash_is_refused);
	tcase_add_test(tcase, without_rules_owner_root_and_loopback_may_all);
	tcase_add_test(tcase, without_rules_nobody_else_may_anything);
	tcase_add_test(tcase,
		       an_insecure_daemon_lets_all_in_without_rules_only);
	tcase_add_test(tcase, with_rules_the_loopback_is_as_anybody);
	tcase_add_test(tcase, the_last_rule_for_a_right_counts_alone);
	tcase_add_test(tcase, who_may_manage_may_watch);
	tcase_add_test(tcase, many_channels_are_told_apart);
	tcase_add_test(tcase,
		       a_token_wins_over_a_certificate_and_that_over_ids);
	tcase_add_test(tcase, a_certificates_name_must_be_the_very_same);
	tcase_add_test(tcase, what_is_no_name_of_a_certificate_is_refused);
	tcase_add_test(tcase, nobody_shows_himself_as_two);
	tcase_add_test(tcase, an_owner_with_a_token_is_who_that_says);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
