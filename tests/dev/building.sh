# SPDX-License-Identifier: MIT
# building.sh - a part of ./dev: where it is built, and how it is configured.

configure_in() { # folder, configure's arguments...
	folder=$1
	shift
	[ -x configure ] && [ -f Makefile.in ] && [ -f build-aux/ltmain.sh ] ||
		./autogen.sh >/dev/null 2>&1 ||
		./autogen.sh # again, to be seen
	mkdir -p "$folder"
	[ -f "$folder/Makefile" ] ||
		(cd "$folder" && ../configure -q --silent "$@")
}

make_in() { # folder, configure's arguments...
	configure_in "$@"
	make -s -C "$1" -j"$(nproc)"
}

build() {
	need $build_packages
	make_in build
}
