// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What a write is recognised by in what a reader received. */
#pragma once

#include "record/buffers.h"
#include "record/record.h"

/* Buffers of a vector that a fingerprint's first bytes may come from. */
#define FINGERPRINT_PIECES 4

/* Copies a write's next bytes from one buffer to its fingerprint, of whose `count` bytes some are done. */
VERIFIED_ONCE int take_fingerprint(u32 slot, u32 position, u64 count) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  u32 fill = scratch->cursor.fill;
  u64 left = count - scratch->cursor.done;
  if (fill >= IPC_PREFIX_LIMIT || left == 0 || !load_buffer(slot, position)) return 0;
  u64 length = scratch->cursor.buffer_length;
  if (length > left) length = left;
  u32 size = copy_in(scratch, fill, scratch->cursor.buffer, length, IPC_PREFIX_LIMIT - fill);
  scratch->cursor.fill = fill + size;
  /* What cannot be read ends it. */
  scratch->cursor.done = size < length ? count : scratch->cursor.done + size;
  return 0;
}

/*
 * Puts a write's first and last bytes behind its header: enough to recognise it in what a reader received. Returns how
 * many of them are the last ones.
 */
static __always_inline u32 fingerprint(struct scratch *scratch, u32 slot, u64 count) {
  scratch->cursor.fill = 0;
  if (scratch->call.is_vector) {
    scratch->cursor.done = 0;
    for (u32 i = 0; i < FINGERPRINT_PIECES; i++) take_fingerprint(slot, i, count);
    return 0;
  }
  bool is_whole = count <= IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT;
  u32 most = is_whole ? IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT : IPC_PREFIX_LIMIT;
  u32 fill = copy_in(scratch, 0, scratch->call.base, count, most), suffix = 0;
  if (!is_whole && fill != 0)
    suffix = copy_in(scratch, IPC_PREFIX_LIMIT, scratch->call.base + count - IPC_SUFFIX_LIMIT, IPC_SUFFIX_LIMIT,
                     IPC_SUFFIX_LIMIT);
  scratch->cursor.fill = fill + suffix;
  return suffix;
}

/* Sends a write's record with its fingerprint. */
VERIFIED_ONCE int write_send(u32 slot, u64 count, u64 lost_bytes) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (scratch->cursor.is_wanted_whole) transfer_of(scratch)->header.flags |= IPC_FLAG_MORE;
  transfer_send_filled(scratch, fingerprint(scratch, slot, count), lost_bytes);
  return 0;
}
