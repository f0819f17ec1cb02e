/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

struct budget budget = { .most = SIZE_MAX };
