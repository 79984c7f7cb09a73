// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What lies in a channel that nobody will receive: its contents, in IPC_RECORD_UNREAD records. What has no room in the
 * ring is no loss of a record, by which anything is known: it is missing, and said to be.
 */
#pragma once

#include "core/ring.h"
#include "core/scratch.h"
#include "record/contents.h"

/* Makes ready for the contents of one channel, or of one message. */
static __always_inline void begin_unread(struct scratch *scratch, u64 limit) {
  begin_contents(scratch, limit, limit);
  scratch->unread.target = 0;
  scratch->unread.position = 0;
  scratch->unread.count = 0;
}

/* Sends what has been copied; `flags` says what comes behind it. */
VERIFIED_ONCE int unread_send(u32 slot, u32 flags) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_unread *record = &scratch->unread;
  u64 fill = at_most(scratch->cursor.fill, IPC_CHUNK_LIMIT);
  record->header.flags = flags;
  record->offset = scratch->cursor.done - fill;
  record->captured = fill;
  ring_submit(record, sizeof(*record) + fill);
  scratch->cursor.fill = 0;
  return 0;
}

/* Sends what is copied last. */
static __always_inline void unread_finish(u32 slot, struct scratch *scratch) {
  unread_send(slot, scratch->cursor.is_short ? IPC_FLAG_PARTIAL : 0);
}

/* Copies from the piece at hand, as much as the chunk has room for, and sends the chunk when it is full. */
VERIFIED_ONCE int copy_unread_piece(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  u64 fill = at_most(scratch->cursor.fill, IPC_CHUNK_LIMIT), size = cursor_size(scratch, fill);
  scratch->cursor.is_short = bpf_probe_read_kernel(scratch->bytes + fill, size, (void *)scratch->cursor.piece) != 0;
  if (scratch->cursor.is_short) return 0;
  cursor_advance(scratch, fill, size);
  if (scratch->cursor.fill == IPC_CHUNK_LIMIT) unread_send(slot, IPC_FLAG_MORE);
  return 0;
}
