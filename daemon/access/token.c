/* SPDX-License-Identifier: MIT */
#include "access/token.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

bool
token_hash(const void *token, size_t size, uint8_t hash[TOKEN_HASH])
{
	return SHA256(token, size, hash) != NULL;
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
token_parse(const char *text, size_t size, uint8_t hash[TOKEN_HASH])
{
	uint8_t parsed[TOKEN_HASH];

	if (size != sizeof parsed * 2)
		return -EINVAL;
	for (size_t i = 0; i < sizeof parsed; i++) {
		int high = digit_of(text[2 * i]);
		int low = digit_of(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		parsed[i] = (uint8_t)(high * 16 + low);
	}
	memcpy(hash, parsed, sizeof parsed);
	return 0;
}

bool
token_equals(const uint8_t a[TOKEN_HASH], const uint8_t b[TOKEN_HASH])
{
	return CRYPTO_memcmp(a, b, TOKEN_HASH) == 0;
}
