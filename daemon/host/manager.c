/* SPDX-License-Identifier: MIT */
#include "host/manager.h"

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>

#ifdef HAVE_SYSTEMD
#include <stdio.h>
#include <systemd/sd-daemon.h>

enum { MESSAGE = 512 };

bool
manager_listens(void)
{
	return getenv("NOTIFY_SOCKET") != NULL;
}

int64_t
manager_watchdog(void)
{
	uint64_t period_us;

	return sd_watchdog_enabled(0, &period_us) > 0 &&
		       period_us < INT64_MAX / 1000
		   ? (int64_t)period_us * 1000
		   : 0;
}

void
manager_tell(const char *format, ...)
{
	char message[MESSAGE];
	va_list arguments;

	if (!manager_listens())
		return;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	sd_notify(0, message);
}

int
manager_sockets(int *first, char ***names)
{
	*first = SD_LISTEN_FDS_START;
	*names = NULL;
	return sd_listen_fds_with_names(1, names);
}

#else

bool
manager_listens(void)
{
	return false;
}

int64_t
manager_watchdog(void)
{
	return 0;
}

void
manager_tell(const char *format, ...)
{
	(void)format;
}

int
manager_sockets(int *first, char ***names)
{
	*first = 0;
	*names = NULL;
	return 0;
}

#endif

void
manager_free_names(char **names)
{
	if (names == NULL)
		return;
	for (char **name = names; *name != NULL; name++)
		free(*name);
	free(names);
}
