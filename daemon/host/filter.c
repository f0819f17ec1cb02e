/* SPDX-License-Identifier: MIT */
#include "host/filter.h"

#include "config.h"

#include <errno.h>

#ifdef HAVE_SECCOMP
#include <asm/termbits.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* PR_SET_VMA: newer C libraries give their memory names. */
enum { NAME_MEMORY = 0x53564d41 };

/* Not all machines have all of these: what one does not know is left out. */
static const char *const allowed[] = {
	/* sockets that there are */
	"accept", "accept4", "close", "getpeername", "getsockname",
	"getsockopt", "poll", "ppoll", "read", "readv", "recv", "recvfrom",
	"recvmsg", "send", "sendmsg", "sendto", "setsockopt", "shutdown",
	"write", "writev",
	/* the loop, its timers and signals */
	"clock_getres", "clock_gettime", "clock_nanosleep", "epoll_ctl",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "gettimeofday",
	"nanosleep", "pause", "restart_syscall", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
	"signalfd4", "time", "timer_delete", "timer_getoverrun",
	"timer_settime",
	/* memory */
	"brk", "madvise", "membarrier", "memfd_create", "mlock", "mremap",
	"munlock", "munmap",
	/* files, as far as Landlock lets us: options, keys, our own socket */
	"access", "faccessat", "faccessat2", "fcntl", "flock", "fstat",
	"fstatfs", "getcwd", "getdents64", "lseek", "lstat", "newfstatat",
	"open", "openat", "pread64", "readlink", "readlinkat", "stat", "statx",
	"unlink", "unlinkat",
	/* this process */
	"exit", "exit_group", "futex", "getegid", "geteuid", "getgid", "getpid",
	"getrandom", "getrlimit", "gettid", "getuid", "rseq",
	"sched_getaffinity", "sched_yield", "set_robust_list", "sysinfo",
	"umask", "uname"
};

struct rule {
	const char *name;
	struct scmp_arg_cmp argument;
};

static int
add(scmp_filter_ctx filter, const char *name, unsigned count,
    const struct scmp_arg_cmp *argument)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number == __NR_SCMP_ERROR)
		return 0;
	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count,
				      argument);
}

/* These only in one way each. */
static int
add_narrow(scmp_filter_ctx filter)
{
	const struct rule rules[] = {
		{ "mmap", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ "mmap2", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ "mprotect", { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 } },
		{ "ioctl", { 1, SCMP_CMP_EQ, FIONREAD, 0 } },
		{ "ioctl", { 1, SCMP_CMP_EQ, TCGETS, 0 } },
		{ "prctl", { 0, SCMP_CMP_EQ, NAME_MEMORY, 0 } },
		{ "prlimit64", { 0, SCMP_CMP_EQ, 0, 0 } },
		{ "socket", { 0, SCMP_CMP_EQ, AF_UNIX, 0 } },
		{ "tgkill", { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 } },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof rules / sizeof rules[0] && r == 0; i++)
		r = add(filter, rules[i].name, 1, &rules[i].argument);
	return r;
}

static int
add_wide(scmp_filter_ctx filter)
{
	int r = 0;

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0] && r == 0;
	     i++)
		r = add(filter, allowed[i], 0, NULL);
	return r;
}

/* A search tree where there is one; and a line in the log of the audit. */
static int
load(scmp_filter_ctx filter)
{
	int r = add_wide(filter);

	if (r == 0)
		r = add_narrow(filter);
	if (r < 0)
		return r;
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	return seccomp_load(filter);
}

int
filter_enter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (filter == NULL)
		return -ENOSYS;
	r = load(filter);
	seccomp_release(filter);
	return r < 0 ? r : (int)(sizeof allowed / sizeof allowed[0]);
}

#else

int
filter_enter(void)
{
	return -ENOSYS;
}

#endif
