/* SPDX-License-Identifier: MIT */
#include "tls_files.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
must(bool claim)
{
	if (!claim)
		abort();
}

struct issuer {
	EVP_PKEY *key;
	X509 *certificate;
};

static void
extend(X509 *certificate, int what, const char *value)
{
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, what, value);

	must(extension != NULL &&
	     X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void
set_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					(const unsigned char *)name, -1, -1,
					0) == 1);
}

/* Signed by `by`, or by itself. */
static struct issuer
issue(const char *name, const char *alternatives, const struct issuer *by)
{
	struct issuer made = { EVP_EC_gen("P-256"), X509_new() };
	X509 *x = made.certificate;
	const struct issuer *signer = by != NULL ? by : &made;
	static long serial = 1;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, made.key);
	set_name(x, name);
	X509_set_issuer_name(x, X509_get_subject_name(signer->certificate));
	if (by == NULL)
		extend(x, NID_basic_constraints, "critical,CA:TRUE");
	if (alternatives != NULL)
		extend(x, NID_subject_alt_name, alternatives);
	must(X509_sign(x, signer->key, EVP_sha256()) > 0);
	return made;
}

static void
discard(struct issuer *made)
{
	EVP_PKEY_free(made->key);
	X509_free(made->certificate);
}

static void
save(const struct issuer *made, const char *path, const char *key_path)
{
	FILE *file = fopen(path, "w");

	must(file != NULL && PEM_write_X509(file, made->certificate) == 1);
	fclose(file);
	if (key_path == NULL)
		return;
	file = fopen(key_path, "w");
	must(file != NULL && PEM_write_PrivateKey(file, made->key, NULL, NULL,
						  0, NULL, NULL) == 1);
	fclose(file);
}

static void
name_files(struct tls_files *files)
{
	char *paths[] = { files->authority,   files->server,
			  files->server_key,  files->client,
			  files->client_key,  files->plain,
			  files->plain_key,   files->stranger,
			  files->stranger_key };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		snprintf(paths[i], TLS_PATH, "%.80s/%zu.pem", files->folder, i);
}

void
tls_files_make(struct tls_files *files)
{
	struct issuer authority = issue("authority", NULL, NULL);
	struct issuer server =
	    issue("server", "DNS:localhost,DNS:name", &authority);
	struct issuer client =
	    issue("client",
		  "DNS:worker.example,IP:10.0.0.1,email:a@b.example,"
		  "URI:spiffe://example/w,DNS:two words,IP:::1",
		  &authority);
	struct issuer plain = issue("plain", NULL, &authority);
	struct issuer stranger = issue("stranger", NULL, NULL);

	strcpy(files->folder, "/tmp/chand-tls-XXXXXX");
	must(mkdtemp(files->folder) != NULL);
	name_files(files);
	save(&authority, files->authority, NULL);
	save(&server, files->server, files->server_key);
	save(&client, files->client, files->client_key);
	save(&plain, files->plain, files->plain_key);
	save(&stranger, files->stranger, files->stranger_key);
	discard(&authority);
	discard(&server);
	discard(&client);
	discard(&plain);
	discard(&stranger);
}

void
tls_files_remove(struct tls_files *files)
{
	const char *paths[] = { files->authority,   files->server,
				files->server_key,  files->client,
				files->client_key,  files->plain,
				files->plain_key,   files->stranger,
				files->stranger_key };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		unlink(paths[i]);
	rmdir(files->folder);
}
