// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Contents that are left out because nobody will look at them: Swift knows where the body of a message ends, once it has
 * seen its head. A read that lies in such a body as a whole is recorded without contents. What Swift is late for, crosses the
 * ring for nothing; nothing that it wants is ever left out, as long as no two threads read from one end in the same moment.
 */
#pragma once

#include "record/record.h"

/* Written by Swift, mapped into its memory. A single entry unless somebody asks for omissions. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1); /* IPC_OMISSION_LIMIT, set by Swift */
  __type(key, u32);
  __type(value, struct ipc_omission);
} omissions SEC(".maps");

/* Counts the read in the scratch, if reads are counted at its end, and says how many bytes of its contents are wanted. */
VERIFIED_ONCE u64 wanted_of_read(u32 slot, u64 inode, u64 count, u64 limit) {
  struct scratch *scratch = scratch_at(slot);
  u32 index = inode & (IPC_OMISSION_LIMIT - 1), thread = scratch ? scratch->call.thread : 0;
  volatile struct ipc_omission *omission = bpf_map_lookup_elem(&omissions, &index);
  if (!scratch || !omission) return limit;
  struct ipc_transfer *transfer = transfer_of(scratch);
  /* In this order: Swift makes a range invalid before it gives the entry to another end. */
  u64 until = omission->until, from = omission->from, begin = omission->taken;
  if (omission->inode != inode || omission->kind != transfer->header.kind) return limit;
  omission->taken = begin + count;
  /* Which of two threads was the first is known if neither has begun before the other has ended, so that a new one shows
   * its contents once. */
  bool is_same = omission->reader == thread;
  omission->reader = thread;
  u32 place = (begin & (IPC_READ_OMITTED - 1)) | IPC_READ_COUNTED;
  bool is_omitted = is_same && begin >= from && begin + count <= until;
  transfer->suffix = is_omitted ? place | IPC_READ_OMITTED : place;
  return is_omitted ? 0 : limit;
}
