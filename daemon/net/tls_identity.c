/* SPDX-License-Identifier: MIT */
/*
 * tls_identity.c - what a verified certificate says of its owner.
 */
#include "net/tls_parts.h"

#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 256 + 8 }; /* bytes of a name with its kind and NUL */

struct tls_identity *
tls_identity_free(struct tls_identity *identity)
{
	if (identity == NULL)
		return NULL;
	for (size_t i = 0; i < identity->certificate.name_count; i++)
		free(identity->names[i]);
	free(identity);
	return NULL;
}

static bool
is_printable(const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i] <= ' ' || data[i] > '~' || data[i] == '"' ||
		    data[i] == '\\')
			return false;
	return true;
}

/*
 * What could be mistaken for another name is none: whoever compares names
 * must see all of it. False when out of memory.
 */
static bool
add(struct tls_identity *identity, const char *type, const unsigned char *data,
    int size)
{
	size_t count = identity->certificate.name_count;
	char text[NAME];
	char *name;

	if (size <= 0 || strlen(type) + (size_t)size >= sizeof text ||
	    count == TLS_NAMES || !is_printable(data, (size_t)size))
		return true;
	snprintf(text, sizeof text, "%s%.*s", type, size, (const char *)data);
	name = strdup(text);
	if (name == NULL)
		return false;
	identity->names[count] = name;
	identity->certificate.name_count++;
	return true;
}

static bool
add_string(struct tls_identity *identity, const char *type,
	   const ASN1_STRING *string)
{
	return add(identity, type, ASN1_STRING_get0_data(string),
		   ASN1_STRING_length(string));
}

static bool
add_address(struct tls_identity *identity, const ASN1_STRING *address)
{
	int size = ASN1_STRING_length(address);
	char text[INET6_ADDRSTRLEN];

	if (size != 4 && size != 16)
		return true;
	inet_ntop(size == 4 ? AF_INET : AF_INET6,
		  ASN1_STRING_get0_data(address), text, sizeof text);
	return add(identity, "ip:", (unsigned char *)text, (int)strlen(text));
}

static bool
add_general(struct tls_identity *identity, const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS:
		return add_string(identity, "dns:", name->d.dNSName);
	case GEN_EMAIL:
		return add_string(identity, "email:", name->d.rfc822Name);
	case GEN_URI:
		return add_string(identity,
				  "uri:", name->d.uniformResourceIdentifier);
	case GEN_IPADD:
		return add_address(identity, name->d.iPAddress);
	default:
		return true;
	}
}

static bool
add_alternatives(struct tls_identity *identity, const X509 *certificate)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool is_good = true;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && is_good; i++)
		is_good =
		    add_general(identity, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	return is_good;
}

static bool
add_common_name(struct tls_identity *identity, const X509 *certificate)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	if (at < 0)
		return true;
	return add_string(
	    identity,
	    "cn:", X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

static bool
set_fingerprint(struct tls_identity *identity, const X509 *certificate)
{
	return X509_digest(certificate, EVP_sha256(),
			   identity->certificate.fingerprint, NULL) == 1;
}

struct tls_identity *
tls_identity_new(X509 *certificate)
{
	struct tls_identity *identity = calloc(1, sizeof *identity);

	if (identity != NULL)
		identity->certificate.names =
		    (const char *const *)identity->names;
	if (identity == NULL || !set_fingerprint(identity, certificate) ||
	    !add_alternatives(identity, certificate) ||
	    (identity->certificate.name_count == 0 &&
	     !add_common_name(identity, certificate)))
		return tls_identity_free(identity);
	return identity;
}
