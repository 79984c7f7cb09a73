// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Contents: bytes of a transfer behind its record, in chunks. */
#pragma once

#include "core/tables.h"
#include "record/buffers.h"
#include "record/record.h"

/* Makes ready for the contents of the record in the scratch. */
static __always_inline void begin_contents(struct scratch *scratch, u64 count, u64 limit) {
  scratch->cursor.limit = count < limit ? count : limit;
  scratch->cursor.fill = 0;
  scratch->cursor.done = 0;
  scratch->cursor.piece_left = 0;
  scratch->cursor.next_vector = 0;
  scratch->cursor.is_short = false;
  scratch->cursor.is_first_chunk = 1;
  scratch->cursor.next_stage = 0;
}

static __always_inline bool has_more_contents(struct scratch *scratch) {
  return scratch->cursor.done < scratch->cursor.limit && !scratch->cursor.is_short;
}

/* Bytes of the current buffer that are copied next. */
static __always_inline u64 cursor_size(struct scratch *scratch, u64 fill) {
  struct scratch_cursor *cursor = &scratch->cursor;
  u64 size = cursor->piece_left, left = cursor->limit - cursor->done, room = IPC_CHUNK_LIMIT - fill;
  if (size > left) size = left;
  if (size > room) size = room;
  return at_most(size, IPC_CHUNK_LIMIT);
}

static __always_inline void cursor_advance(struct scratch *scratch, u64 fill, u64 size) {
  scratch->cursor.piece += size;
  scratch->cursor.piece_left -= size;
  scratch->cursor.done += size;
  scratch->cursor.fill = fill + size;
}

/* Makes the header of the chunks that come behind the transfer in the scratch. The records overlap. */
static __always_inline void begin_chunks(struct scratch *scratch) {
  struct ipc_header header = transfer_of(scratch)->header;
  header.type = IPC_RECORD_CONTENT;
  scratch->content.header = header;
}

/* Sends what has been filled in: the transfer with its first contents, or a chunk behind it. */
VERIFIED_ONCE int chunk_send(u32 slot, u32 flags) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (scratch->cursor.is_first_chunk) {
    struct ipc_transfer *transfer = transfer_of(scratch);
    scratch->cursor.is_first_chunk = 0;
    transfer->header.flags |= flags;
    transfer_send(slot, transfer->count);
    begin_chunks(scratch);
  } else {
    scratch->content.header.flags = flags;
    scratch->content.captured = scratch->cursor.fill;
    scratch->content.offset = scratch->cursor.done - scratch->cursor.fill;
    record_send(scratch, &scratch->content, sizeof(struct ipc_content), scratch->cursor.fill);
  }
  scratch->cursor.fill = 0;
  return 0;
}

/* Sends the record in the scratch with up to `limit` bytes of the contents. */
static __always_inline int send_with_contents(void *ctx, u32 slot, struct scratch *scratch, u64 limit) {
  u64 count = transfer_of(scratch)->count;
  begin_contents(scratch, count, limit);
  if (scratch->cursor.limit == 0)
    transfer_send(slot, count);
  else
    bpf_tail_call(ctx, &exit_stages, STAGE_CONTENTS);
  return 0;
}

/* Sends a write's contents behind its record, because its reader will have no buffer. */
static __always_inline void send_contents_behind(void *ctx, struct scratch *scratch, u64 count) {
  begin_chunks(scratch);
  begin_contents(scratch, count, settings.capture_limit);
  scratch->cursor.is_first_chunk = 0;
  bpf_tail_call(ctx, &exit_stages, scratch->call.is_spliced ? STAGE_WRITTEN_PAGES : STAGE_CONTENTS);
}
