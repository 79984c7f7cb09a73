// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The caller's buffers. */
#pragma once

#include "core/scratch.h"
#include "kernel/verifier.h"

/* Looks up buffer number `position` of the call; false if it has none. */
VERIFIED_ONCE bool load_buffer(u32 slot, u32 position) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct scratch_call *call = &scratch->call;
  struct scratch_cursor *cursor = &scratch->cursor;
  if (!call->is_vector) {
    cursor->buffer = call->base;
    cursor->buffer_length = call->length;
    return position == 0;
  }
  if (position >= call->length) return false;
  if (call->is_compat) {
    struct {
      u32 address, length;
    } vector; /* struct compat_iovec */
    if (bpf_probe_read_user(&vector, sizeof(vector), (void *)(call->base + position * sizeof(vector)))) return false;
    cursor->buffer = vector.address;
    cursor->buffer_length = vector.length;
    return true;
  }
  struct {
    u64 address, length;
  } vector; /* struct iovec */
  if (bpf_probe_read_user(&vector, sizeof(vector), (void *)(call->base + position * sizeof(vector)))) return false;
  cursor->buffer = vector.address;
  cursor->buffer_length = vector.length;
  return true;
}

/* Buffers of a vector whose lengths are added up. */
#define SUMMED_PIECES 4

VERIFIED_ONCE u64 vector_length(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (scratch->call.length > SUMMED_PIECES) return 1ull << 40;
  u64 sum = 0;
  for (u32 i = 0; i < SUMMED_PIECES; i++) {
    if (load_buffer(slot, i)) sum += scratch->cursor.buffer_length;
  }
  return sum;
}

/* Bytes that a call asked to move; very many for a long vector, whose sum is not worth its cost. */
static __always_inline u64 asked_length(u32 slot, struct scratch *scratch) {
  return scratch->call.is_vector ? vector_length(slot) : scratch->call.length;
}

/* Copies up to `most` bytes from the user to `bytes[offset]`; the whole or nothing. */
static __always_inline u32 copy_in(struct scratch *scratch, u32 offset, u64 address, u64 length, u32 most) {
  u64 size = at_most(length > most ? most : length, IPC_CHUNK_LIMIT);
  if (bpf_probe_read_user(scratch->bytes + at_most(offset, IPC_CHUNK_LIMIT), size, (void *)address)) return 0;
  return size;
}
