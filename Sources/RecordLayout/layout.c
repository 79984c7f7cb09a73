// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Compiles the headers, so that a wrong layout stops the build on the Swift side too. */
#include "settings.h"
