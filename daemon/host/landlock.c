/* SPDX-License-Identifier: MIT */
#include "host/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The headers may be older than the kernel: what came later, by version. */
enum {
	FILES_1 = (1 << 13) - 1, /* execute to make_sym */
	REFER_2 = 1 << 13,
	TRUNCATE_3 = 1 << 14,
	BIND_AND_CONNECT_4 = 1 << 0 | 1 << 1,
	IOCTL_5 = 1 << 15,
	SIGNALS_6 = 1 << 1,
};

/* struct landlock_ruleset_attr as it is since 6. */
struct ruleset {
	uint64_t files;
	uint64_t net;
	uint64_t scopes;
};

static int
version(void)
{
	long r = syscall(SYS_landlock_create_ruleset, NULL, 0,
			 LANDLOCK_CREATE_RULESET_VERSION);

	return r < 0 ? -errno : (int)r;
}

/* All that this kernel can forbid. How many bytes of it the kernel knows. */
static size_t
forbid(struct ruleset *ruleset, int abi)
{
	*ruleset = (struct ruleset){
		.files = (uint64_t)FILES_1 | (abi >= 2 ? REFER_2 : 0) |
			 (abi >= 3 ? TRUNCATE_3 : 0) | (abi >= 5 ? IOCTL_5 : 0),
		.net = BIND_AND_CONNECT_4,
		.scopes = SIGNALS_6,
	};
	if (abi < 4)
		return offsetof(struct ruleset, net);
	return abi < 6 ? offsetof(struct ruleset, scopes) : sizeof *ruleset;
}

static uint64_t
access_of(enum landlock_right right, bool is_folder)
{
	if (right == LANDLOCK_UNLINK)
		return LANDLOCK_ACCESS_FS_REMOVE_FILE;
	return LANDLOCK_ACCESS_FS_READ_FILE |
	       (is_folder ? LANDLOCK_ACCESS_FS_READ_DIR : 0);
}

static int
allow(int rules, const struct landlock_folder *folder)
{
	struct landlock_path_beneath_attr beneath = {
		.parent_fd = open(folder->path, O_PATH | O_CLOEXEC),
	};
	struct stat found;
	int r = 0;

	if (beneath.parent_fd < 0)
		return 0;
	if (fstat(beneath.parent_fd, &found) == 0)
		beneath.allowed_access =
		    access_of(folder->right, S_ISDIR(found.st_mode));
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		    &beneath, 0) < 0)
		r = -errno;
	close(beneath.parent_fd);
	return r;
}

static int
restrict_self(int rules)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		return -errno;
	return 0;
}

int
landlock_enter(const struct landlock_folder *folders, size_t count)
{
	struct ruleset ruleset;
	int abi = version(), rules, r = 0;
	size_t size;

	if (abi < 0)
		return abi;
	size = forbid(&ruleset, abi);
	rules = (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
	if (rules < 0)
		return -errno;
	for (size_t i = 0; i < count && r == 0; i++)
		r = allow(rules, &folders[i]);
	if (r == 0)
		r = restrict_self(rules);
	close(rules);
	return r == 0 ? abi : r;
}
