// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Reads of kernel memory; what cannot be read is 0.
 *
 * A transfer takes some forty of them, and a call of bpf_probe_read_kernel each would be most of what tracing costs,
 * above all where the kernel guards its returns (Safe RET, retpolines). bpf_rdonly_cast (6.2, a35b9af4ec2c) makes any
 * address one that is read by a plain load. All is read as the same type, which begins with a number of 8 bytes. The
 * programs are compiled in both ways, because a branch for each read would have to be removed by the kernel.
 */
#pragma once

#include "kernel/types.h"
#include "settings.h"

#ifdef DIRECT_READS
#define READS_DIRECTLY true

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

/* An address as one that may be loaded from. The instructions get their numbers from Swift: libbpf would read all of
 * the kernel's types for them. */
static __always_inline void *readable(void *address) {
  void *result;
  asm("r1 = %1\n\t.8byte " TEXT(IPC_CAST_TYPE) "\n\t.8byte " TEXT(IPC_CAST_CALL) "\n\t%0 = r0"
      : "=r"(result)
      : "r"(address)
      : "r0", "r1", "r2", "r3", "r4", "r5");
  return result;
}

/* A value of 1, 2, 4 or 8 bytes. */
#define READ_AT(type, address) (*(type *)readable((void *)(address)))
#else
#define READS_DIRECTLY false

#define READ_AT(type, address)                                               \
  ({                                                                         \
    type value_;                                                             \
    bpf_probe_read_kernel((void *)&value_, sizeof(value_), (void *)(address)); \
    value_;                                                                  \
  })
#endif

/* 16 bytes, such as a name or an address. */
static __always_inline void read_16(void *to, const void *from) {
#ifdef DIRECT_READS
  u64 *words = to;
  words[0] = READ_AT(u64, from);
  words[1] = READ_AT(u64, from + 8);
#else
  bpf_probe_read_kernel(to, 16, from);
#endif
}

/* A field, found through up to three other ones: READ_KERNEL(file, f_inode, i_sb, s_magic). */
#define READ_KERNEL(source, ...) READ_CHOSEN(__VA_ARGS__, READ_4, READ_3, READ_2, READ_1)(source, __VA_ARGS__)
#define READ_CHOSEN(a, b, c, d, chosen, ...) chosen
#define READ_1(source, a) READ_AT(typeof((source)->a), &(source)->a)
#define READ_2(source, a, b)                                    \
  ({                                                            \
    typeof((source)->a) first_ = READ_1(source, a);             \
    READ_1(first_, b);                                          \
  })
#define READ_3(source, a, b, c)                                 \
  ({                                                            \
    typeof((source)->a->b) second_ = READ_2(source, a, b);      \
    READ_1(second_, c);                                         \
  })
#define READ_4(source, a, b, c, d)                              \
  ({                                                            \
    typeof((source)->a->b->c) third_ = READ_3(source, a, b, c); \
    READ_1(third_, d);                                          \
  })
