// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What helps the kernel's verifier to follow little. */
#pragma once

#include "kernel/types.h"

/*
 * A global function: the verifier looks at it once in every program that calls it, and not once for each way that leads
 * there. What it takes and returns are numbers, of which the verifier knows nothing; what would be a pointer is looked
 * up anew.
 */
#ifdef NO_CALLS
/* For kernels that refuse tail calls beside such calls: x86-64 before 5.10 (ebf7d1f508a7), arm64 before 6.0. */
#define VERIFIED_ONCE static __always_inline
#define HAS_CALLS false
#else
#define VERIFIED_ONCE __noinline
#define HAS_CALLS true
#endif

/* The same for programs without tail calls, which may call functions on every kernel. */
#define CALLED_WITHOUT_TAIL_CALLS __noinline

/*
 * The lesser of both. In assembly, because clang likes to compare one copy of a value and use another, and verifiers
 * (6.1 and before) do not tell that both are the same.
 */
static __always_inline u64 at_most(u64 value, u32 limit) {
  asm volatile("if %0 <= %1 goto +1\n%0 = %1" : "+r"(value) : "i"(limit));
  return value;
}
