/* SPDX-License-Identifier: MIT */
/*
 * certificate.h - what a client's certificate says, once it was verified.
 */
#ifndef BASE_CERTIFICATE_H
#define BASE_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

enum { CERTIFICATE_PRINT = 32 }; /* bytes of SHA-256 */

struct certificate {
	/* Its alternative names: "dns:worker.example", "uri:...", "email:...",
	 * "ip:192.0.2.1"; with none of these its common name, "cn:...". */
	const char *const *names;
	size_t name_count;
	uint8_t fingerprint[CERTIFICATE_PRINT]; /* of all of it (DER) */
};

#endif
