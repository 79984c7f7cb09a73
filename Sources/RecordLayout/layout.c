// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Compiles the headers, so that a wrong layout stops the build on the Swift side too. */
#include "settings.h"

/* A program that runs meanwhile must never take one end's range for another one's: it reads the range first, then whose it is. */
void ipc_omission_begin(struct ipc_omission *omission, __u32 kind, __u64 inode) {
  __atomic_store_n(&omission->inode, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&omission->until, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&omission->taken, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&omission->reader, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&omission->kind, kind, __ATOMIC_RELAXED);
  __atomic_store_n(&omission->inode, inode, __ATOMIC_SEQ_CST);
}

void ipc_omission_set(struct ipc_omission *omission, __u64 from, __u64 until) {
  __atomic_store_n(&omission->until, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n(&omission->from, from, __ATOMIC_SEQ_CST);
  __atomic_store_n(&omission->until, until, __ATOMIC_SEQ_CST);
}
