// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Messages of queues that the kernel keeps: who sent one is found by its label, its bytes and the order. */
#pragma once

#include "core/call_beginning.h"
#include "record/contents.h"
#include "record/fingerprint.h"

/* A queue, as its kind knows it. */
struct queue {
  u64 address;
  u64 identity;
  u32 kind;
  u32 unread;
  s32 key;
  u32 traits; /* IPC_QUEUED_SEEN */
};

/* Fills in the record of a message by the call in the scratch; the queue stands there already. */
VERIFIED_ONCE int fill_message(u32 slot, u32 type, u64 count, s64 label, u32 traits) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_queued *record = &scratch->queued;
  fill_header(&record->transfer.header, scratch->call.task, type, record->transfer.header.kind, transfer_flags(scratch));
  record->transfer.count = count;
  record->transfer.captured = 0;
  record->transfer.suffix = 0;
  record->transfer.fd = scratch->call.fd;
  record->label = label;
  record->began = type == IPC_RECORD_WRITE ? take_beginning(scratch->call.thread) : 0;
  record->traits |= traits;
  scratch->record_start = RECORD_START(queued);
  scratch->cursor.fill = 0;
  return 0;
}

/* Puts the queue into the record, before the rest of it. */
static __always_inline void begin_queued(struct scratch *scratch, const struct queue *queue) {
  struct ipc_queued *record = &scratch->queued;
  __builtin_memset(record, 0, sizeof(*record));
  record->transfer.header.kind = queue->kind;
  record->transfer.channel = queue->address;
  record->transfer.identity = queue->identity;
  record->transfer.unread = queue->unread;
  record->key = queue->key;
  record->traits = queue->traits;
}

/* Sends a message that was put into the queue, by what it is recognised by. */
static __always_inline int queued_sent(u32 slot, struct scratch *scratch, u64 count, s64 label) {
  fill_message(slot, IPC_RECORD_WRITE, count, label, IPC_QUEUED_LABELED);
  scratch->cursor.is_wanted_whole = false;
  write_send(slot, count, count);
  return 0;
}

/* Sends a message that was taken out, with enough of its bytes to recognise it by. */
static __always_inline int queued_received(void *ctx, u32 slot, struct scratch *scratch, u64 count, s64 label,
                                           u32 traits) {
  fill_message(slot, IPC_RECORD_READ, count, label, traits);
  u64 limit = settings.capture_limit < IPC_COMPARED_LIMIT ? IPC_COMPARED_LIMIT : settings.capture_limit;
  return send_with_contents(ctx, slot, scratch, limit);
}

/* When the call of a sender begins; who waits for room goes on only when the message may have been received. */
static __always_inline int queued_enter(void *ctx, struct call *call) {
  call_begins(call->thread);
  return 0;
}
