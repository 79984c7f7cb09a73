// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* A record: its header, and the way out for it. */
#pragma once

#include "core/ring.h"
#include "core/scope.h"
#include "core/scratch.h"

/* Fills in what the process and the thread are called, and which image the process has. Most processes have one thread,
 * and one name. */
static __always_inline void fill_names(char *comm, char *thread, u64 *image, struct task_struct *task, u64 ids) {
  struct task_struct *leader = task;
  if (ids >> 32 != (u32)ids || ids == 0) {
    leader = READ_KERNEL(task, group_leader);
    read_comm(thread, task);
  }
  read_comm(comm, leader);
  *image = settings.tells_images ? image_of(leader) : 0;
}

static __always_inline void fill_header(struct ipc_header *header, struct task_struct *task, u16 type, u8 kind,
                                        u8 flags) {
  header->time = bpf_ktime_get_ns();
  u64 ids = visible_ids(task);
  header->tgid = ids >> 32;
  header->tid = ids;
  fill_names(header->comm, header->thread, &header->image, task, ids);
  header->type = type;
  header->kind = kind;
  header->flags = flags;
  header->lost = kind < IPC_KIND_COUNT ? (u32)shared.lost[kind].records : 0;
}

/* Sends the header at `start` and what has been filled in behind it; counts the loss if the ring is full. */
static __always_inline void record_send(struct scratch *scratch, void *start, u32 header_size, u64 lost_bytes) {
  u64 fill = at_most(scratch->cursor.fill, IPC_CHUNK_LIMIT);
  u8 kind = ((struct ipc_header *)start)->kind;
  if (!ring_submit(start, header_size + fill)) loss_add(kind, lost_bytes);
}

/* Flags that every transfer has. Without branches, which the verifier would follow each. */
static __always_inline u8 transfer_flags(struct scratch *scratch) {
  return scratch->call.in_scope * IPC_FLAG_IN_SCOPE | scratch->call.is_spliced * IPC_FLAG_SPLICED;
}

/* The transfer that is being recorded: that of a pipe, or the beginning of a socket's or a pseudoterminal's. */
static __always_inline struct ipc_transfer *transfer_of(struct scratch *scratch) {
  return (void *)&scratch->passed + at_most(scratch->record_start, RECORD_START(transfer));
}

/* Sends it with what has been filled in behind it, of which `suffix` bytes are a write's last ones. */
static __always_inline void transfer_send_filled(struct scratch *scratch, u32 suffix, u64 lost_bytes) {
  struct ipc_transfer *transfer = transfer_of(scratch);
  transfer->captured = scratch->cursor.fill;
  transfer->suffix = suffix;
  u32 size = sizeof(struct ipc_passed) - at_most(scratch->record_start, RECORD_START(transfer));
  record_send(scratch, transfer, size, lost_bytes);
}

VERIFIED_ONCE int transfer_send(u32 slot, u64 lost_bytes) {
  struct scratch *scratch = scratch_at(slot);
  if (scratch) transfer_send_filled(scratch, transfer_of(scratch)->suffix, lost_bytes);
  return 0;
}
