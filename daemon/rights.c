/* SPDX-License-Identifier: MIT */
#include "rights.h"

#include "access/token.h"
#include "net/bind.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char everybody[] = "anyone";

/* What is wrong, behind the place where it is written. */
static int FORMAT(3)
    fail(char *reason, const struct origin *origin, const char *format, ...)
{
	char place[ORIGIN_TEXT];
	va_list arguments;
	int used = snprintf(reason, OPTIONS_REASON,
			    "%s: ", origin_print(origin, place));

	va_start(arguments, format);
	vsnprintf(reason + used, OPTIONS_REASON - (size_t)used, format,
		  arguments);
	va_end(arguments);
	return -EINVAL;
}

/* Most of what can go wrong with a proof. */
static int
fail_proof(char *reason, const struct origin *origin, const char *what, int r)
{
	if (r == -EEXIST)
		return fail(reason, origin,
			    "another principal has this %s already", what);
	if (r == -ENOMEM)
		return fail(reason, origin, "out of memory");
	return r;
}

/* ---- tokens ---- */

static int
add_token(struct access *access, int number, const struct origin *origin,
	  const char *text, size_t size, char *reason)
{
	uint8_t hash[TOKEN_HASH];

	if (token_parse(text, size, hash) < 0)
		return fail(reason, origin,
			    "a token is written as its SHA-256, 64 hexadecimal "
			    "digits");
	return fail_proof(reason, origin, "token",
			  access_add_token(access, number, hash));
}

/* A hash begins each line, as sha256sum writes them; or it is empty. */
static int
add_lines(struct access *access, int number, const struct origin *origin,
	  const char *name, FILE *file, char *reason)
{
	char *line = NULL;
	size_t room = 0, size;
	int r = 0;

	while (r == 0 && getline(&line, &room, file) >= 0) {
		size = strcspn(line, " \t\r\n");
		if (size > 0 && line[0] != '#')
			r = add_token(access, number, origin, line, size,
				      reason);
	}
	if (r == 0 && !feof(file))
		r = fail(reason, origin, "token_file %s: %s", name,
			 strerror(errno));
	free(line);
	return r;
}

/* A name alone is that of a credential that systemd has left for us. */
static int
find_file(const char *name, char path[512])
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	int size;

	if (strchr(name, '/') != NULL)
		size = snprintf(path, 512, "%s", name);
	else if (folder != NULL)
		size = snprintf(path, 512, "%s/%s", folder, name);
	else
		return -ENOENT;
	return size < 512 ? 0 : -ENAMETOOLONG;
}

static int
open_file(const char *name, FILE **file)
{
	char path[512];
	int r = find_file(name, path);

	if (r < 0)
		return r;
	*file = fopen(path, "re");
	return *file != NULL ? 0 : -errno;
}

static int
add_token_file(struct access *access, int number, const struct origin *origin,
	       const char *name, char *reason)
{
	FILE *file;
	int r = open_file(name, &file);

	if (r < 0)
		return fail(reason, origin, "token_file %s: %s", name,
			    strerror(-r));
	r = add_lines(access, number, origin, name, file, reason);
	fclose(file);
	return r;
}

/* ---- principals ---- */

static const struct origin *
where(const struct principal_options *p, enum option_row_number row)
{
	return &p->origins[row];
}

static int
add_ids(struct access *access, int number, const struct principal_options *p,
	char *reason)
{
	const struct origin *uid = where(p, ROW_principal_uid);
	const struct origin *gid = where(p, ROW_principal_gid);
	int r = 0;

	if (uid->place != NULL)
		r = fail_proof(
		    reason, uid, "uid",
		    access_add_user(access, number, (uint32_t)p->uid));
	if (r == 0 && gid->place != NULL)
		r = fail_proof(
		    reason, gid, "gid",
		    access_add_group(access, number, (uint32_t)p->gid));
	return r;
}

static int
add_tokens(struct access *access, int number, const struct principal_options *p,
	   char *reason)
{
	const struct word_list *tokens = &p->token;
	int r = 0;

	for (size_t i = 0; i < tokens->count && r == 0; i++)
		r = add_token(access, number, where(p, ROW_principal_token),
			      tokens->items[i], strlen(tokens->items[i]),
			      reason);
	if (r == 0 && p->token_file != NULL)
		r = add_token_file(access, number,
				   where(p, ROW_principal_token_file),
				   p->token_file, reason);
	return r;
}

static int
add_certificates(struct access *access, int number,
		 const struct principal_options *p, char *reason)
{
	const struct origin *origin = where(p, ROW_principal_certificate);
	int r = 0;

	for (size_t i = 0; i < p->certificate.count && r == 0; i++) {
		r = access_add_certificate(access, number,
					   p->certificate.items[i]);
		if (r == -EINVAL)
			return fail(reason, origin,
				    "a certificate is dns:NAME, uri:URI, "
				    "email:ADDRESS, ip:ADDRESS, or sha256: and "
				    "64 hexadecimal digits, not \"%s\"",
				    p->certificate.items[i]);
		r = fail_proof(reason, origin, "certificate", r);
	}
	return r;
}

static int
add_principal(struct access *access, const struct principal_options *p,
	      char *reason)
{
	int number, r;

	if (strcmp(p->label, everybody) == 0 ||
	    strpbrk(p->label, " \t") != NULL)
		return fail(reason, &p->origin,
			    "a principal's name is a word, and not \"%s\"",
			    everybody);
	number = access_add(access, p->label);
	if (number < 0)
		return fail(reason, &p->origin, "out of memory");
	r = add_ids(access, number, p, reason);
	if (r == 0)
		r = add_tokens(access, number, p, reason);
	return r == 0 ? add_certificates(access, number, p, reason) : r;
}

/* ---- rules ---- */

static int
grant(struct access *access, const char *name, const struct origin *origin,
      char *reason)
{
	int number =
	    strcmp(name, everybody) == 0 ? -1 : access_number(access, name);

	if (number == -ENOENT)
		return fail(reason, origin, "there is no [principal %s]", name);
	return access_grant(access, number) == 0
		   ? 0
		   : fail(reason, origin, "out of memory");
}

/* One key of a section: who has that right there. */
static int
add_rule(struct access *access, const char *glob, enum right right,
	 const struct origin *origin, const struct word_list *names,
	 char *reason)
{
	int r = 0;

	if (origin->place == NULL)
		return 0;
	if (access_add_rule(access, glob, right) < 0)
		return fail(reason, origin, "out of memory");
	for (size_t i = 0; i < names->count && r == 0; i++)
		r = grant(access, names->items[i], origin, reason);
	return r;
}

static int
add_channel(struct access *access, const struct channel_options *c,
	    char *reason)
{
	const struct {
		enum right right;
		enum option_row_number row;
		const struct word_list *names;
	} keys[] = {
		{ RIGHT_SEND, ROW_channel_send, &c->send },
		{ RIGHT_RECEIVE, ROW_channel_receive, &c->receive },
		{ RIGHT_MANAGE, ROW_channel_manage, &c->manage },
		{ RIGHT_WATCH, ROW_channel_watch, &c->watch },
	};
	int r = 0;

	for (unsigned i = 0; i < sizeof keys / sizeof keys[0] && r == 0; i++)
		r = add_rule(access, c->label, keys[i].right,
			     &c->origins[keys[i].row], keys[i].names, reason);
	return r;
}

static int
add_all(struct access *access, const struct options *options, char *reason)
{
	int r = 0;

	for (size_t i = 0; i < options->principal_count && r == 0; i++)
		r = add_principal(access, &options->principals[i], reason);
	for (size_t i = 0; i < options->channel_count && r == 0; i++)
		r = add_channel(access, &options->channels[i], reason);
	if (r == 0)
		r = add_rule(access, NULL, RIGHT_MANAGE,
			     &options->origins[ROW_server_manage],
			     &options->manage, reason);
	return r;
}

/* It would open nothing: what the rules do not allow is not allowed. */
static int
check_insecure(const struct access *access, const struct options *options,
	       char *reason)
{
	const struct origin *origin = &options->origins[ROW_listen_insecure];

	if (!options->insecure || !access_has_rules(access))
		return 0;
	return fail(reason, origin,
		    "insecure = yes is for a daemon without principals and "
		    "rights: remove it, or these");
}

struct access *
rights_read(const struct options *options, char *reason)
{
	struct access *access = access_new(geteuid(), options->insecure);

	strcpy(reason, "out of memory");
	if (access == NULL || add_all(access, options, reason) < 0 ||
	    check_insecure(access, options, reason) < 0)
		return access_free(access);
	return access;
}

int
rights_check_reach(const struct options *options, const struct access *access,
		   const struct url *urls, size_t count, char *reason)
{
	char text[URL_TEXT_MAX], why[BIND_REASON];

	if (options->insecure || access_has_rules(access))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (bind_is_local(&urls[i], why) != false)
			continue; /* where there is no such host, bind says it
				   */
		url_print(&urls[i], text);
		fail(reason, &options->origins[ROW_listen_listen],
		     "others than this host could come in at %s, and nothing "
		     "says what they may do: set rights for channels, or "
		     "insecure = yes",
		     text);
		return -EACCES;
	}
	return 0;
}
