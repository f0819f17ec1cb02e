/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <stdint.h>

bool
glob_matches(const char *glob, size_t glob_size, const char *text, size_t size)
{
	size_t g = 0, t = 0;
	size_t star = SIZE_MAX, star_text = 0; /* where to try again */

	while (t < size) {
		if (g < glob_size && glob[g] == '*') {
			star = g++;
			star_text = t;
		} else if (g < glob_size &&
			   (glob[g] == '?' || glob[g] == text[t])) {
			g++;
			t++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			t = ++star_text;
		} else {
			return false;
		}
	}
	while (g < glob_size && glob[g] == '*')
		g++;
	return g == glob_size;
}
