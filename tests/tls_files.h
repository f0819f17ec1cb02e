/* SPDX-License-Identifier: MIT */
/*
 * tls_files.h - keys and certificates for tests, in files as programs have
 * them.
 */
#ifndef TESTS_TLS_FILES_H
#define TESTS_TLS_FILES_H

enum { TLS_PATH = 100 };

/*
 * In a folder of their own: an authority; the daemon's certificate, for
 * "localhost" and "name"; one that
 * the authority gave to a client, with alternative names; one with a common
 * name alone; and one that a stranger made.
 */
struct tls_files {
	char folder[TLS_PATH];
	char authority[TLS_PATH];
	char server[TLS_PATH], server_key[TLS_PATH];
	char client[TLS_PATH], client_key[TLS_PATH];
	char plain[TLS_PATH], plain_key[TLS_PATH];
	char stranger[TLS_PATH], stranger_key[TLS_PATH];
};

void tls_files_make(struct tls_files *files);
void tls_files_remove(struct tls_files *files);

#endif
