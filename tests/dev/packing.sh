# SPDX-License-Identifier: MIT
# packing.sh - a part of ./dev: the tarball, and the Debian packages.

dist() {
	need $build_packages $test_packages
	tests/pack/dist.sh build prove
}

package_packages='build-essential debhelper dpkg-dev fakeroot lintian'

packages() { # of the tarball that was made last
	need $build_packages $test_packages $package_packages
	tests/pack/package.sh build/chand-*.tar.xz build/deb
}

package() { # "" or try
	need $build_packages $test_packages $package_packages
	tests/pack/dist.sh build
	packages
	[ "${1:-}" = try ] || return 0
	need mmdebstrap autopkgtest
	tests/pack/try.sh build/deb
}
