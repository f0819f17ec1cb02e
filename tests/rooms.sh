#!/bin/sh
# Reads the #includes: keeps true what ARCHITECTURE.md says of who may know
# whom. A room may include itself, what stands behind its name, and system
# headers; libevent is for net/ alone.
cd "$srcdir" || exit 1
failed=0

rule() { # folder, allowed first folders of an #include "..."
	folder=$1
	shift
	allowed=$(printf '%s\n' "$@" config.h |
		sed '/\.\(h\|def\)$/!s,$,/,; s,\.,\\.,' | paste -sd'|')
	wrong=$(grep -nE '^#include "' "$folder"/*.[ch] /dev/null |
		grep -vE "#include \"($allowed)")
	[ -z "$wrong" ] && return
	echo "$folder may include $* only:"
	echo "$wrong"
	failed=$((failed + 1))
}

rule proto proto
rule client client proto
rule client/base client/base client/chand.h proto
rule client/value client/value client/base client/chand.h proto
rule client/command client/command client/base proto
rule client/show client/show client/value client/base client/chand.h proto
rule client/tool client/tool client/show client/command client/value \
	client/base client/chand.h proto
rule client/flow client/flow client/tool client/base client/chand.h proto
rule client/verb client/verb client/flow client/tool client/show client/value \
	client/base client/chand.h proto
rule client/prompt client/prompt client/show client/command client/value \
	client/base client/chand.h proto
rule client/lib client/lib client/chand.h proto
rule daemon/base base
rule daemon/task task base
rule daemon/chan chan task base
rule daemon/access access base
rule daemon/rpc rpc access chan task base proto
rule daemon/options options base proto/url.h proto/utf8.h conf/options.def
rule daemon/host host base proto/escape.h
rule daemon/net net task base proto/url.h

only() { # pattern, what it is, the folders where it may stand
	wrong=$(grep -nE "$1" proto/*.[ch] client/*.[ch] client/*/*.[ch] \
		daemon/*.[ch] daemon/*/*.[ch] | grep -vE "^($3)/[^/:]*:")
	[ -z "$wrong" ] && return
	echo "$2 is for $3 only:"
	echo "$wrong"
	failed=$((failed + 1))
}

only '#include <event' libevent daemon/net
only '#include <msgpack' msgpack-c 'daemon/rpc|client|client/(base|value|show|tool|verb|prompt)'
only '#include <jansson' jansson client/value
only '#include <(curses|term)\.' ncurses client/show
only '#include <histedit' libedit client/prompt
only '#include <netdb' 'looking up names' 'daemon/net|client/lib'
only '#include <sys/socket' sockets 'daemon/net|daemon/host|client/lib'
only '#include "client/lib/' 'what is behind chand.h' client/lib
only '#include <ini.h' libinih daemon/options
only '#include <openssl' OpenSSL 'daemon/access|daemon/net|client/lib'
only '#include <systemd/' libsystemd daemon/host
only '#include <seccomp' libseccomp daemon/host

# In daemon/net names are looked up by bind.c, before the loop runs; and an
# address is printed as numbers.
wrong=$(grep -nE 'getaddrinfo\(|gethostby' daemon/*.c daemon/*/*.c |
	grep -v '^daemon/net/bind\.c:' | grep -v freeaddrinfo)
if [ -n "$wrong" ]; then
	echo "names are looked up in daemon/net/bind.c only:"
	echo "$wrong"
	failed=$((failed + 1))
fi

# How long it takes to compare a secret must not say how much of it was right.
wrong=$(grep -nE '(^|[^_])(mem|str|strn|bc)cmp\([^;]*(hash|token|fingerprint)' \
	daemon/*.c daemon/access/*.[ch] daemon/rpc/*.[ch])
same=$(grep -c 'CRYPTO_memcmp(a, b, TOKEN_HASH)' daemon/access/token.c)
if [ -n "$wrong" ] || [ "$same" -ne 1 ]; then
	echo "secrets are compared by token_equals() only:"
	echo "$wrong"
	failed=$((failed + 1))
fi

# Every header compiles alone.
for header in proto/*.h client/*.h client/*/*.h daemon/*.h \
	daemon/*/*.h; do
	printf '#include "%s"\n' "${header#daemon/}" |
		${CC:-cc} -std=gnu11 -fsyntax-only -I. -Idaemon -x c - ||
		failed=$((failed + 1))
done

[ "$failed" -eq 0 ] && echo "1 passed, 0 failed" && exit 0
echo "0 passed, $failed failed"
exit 1
