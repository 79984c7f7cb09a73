// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Contents that lie in the caller's buffers. */
#include "core/call_context.h"
#include "hooks/programs.h"
#include "record/contents.h"

/* Copies from one buffer, as much as the chunk has room for, and sends the chunk when it is full. */
VERIFIED_ONCE int copy_piece(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (scratch->cursor.piece_left == 0) {
    scratch->cursor.is_short = !load_buffer(slot, scratch->cursor.next_vector);
    if (scratch->cursor.is_short) return 0;
    scratch->cursor.next_vector++;
    scratch->cursor.piece = scratch->cursor.buffer;
    scratch->cursor.piece_left = scratch->cursor.buffer_length;
    if (scratch->cursor.piece_left == 0) return 0;
  }
  u64 fill = at_most(scratch->cursor.fill, IPC_CHUNK_LIMIT), size = cursor_size(scratch, fill);
  scratch->cursor.is_short = bpf_probe_read_user(scratch->bytes + fill, size, (void *)scratch->cursor.piece) != 0;
  if (scratch->cursor.is_short) return 0;
  cursor_advance(scratch, fill, size);
  if (fill + size == IPC_CHUNK_LIMIT && has_more_contents(scratch)) chunk_send(slot, IPC_FLAG_MORE);
  return 0;
}

/* Pieces that one run of the stage copies. */
#define PIECES_A_PASS 40

/*
 * Copies contents, buffer by buffer, and sends a record whenever a chunk is full. It calls itself for the next pieces,
 * until 33 calls have been made in all (MAX_TAIL_CALL_CNT). With at most 7 calls before, that is all of readv's 1,024
 * buffers (UIO_MAXIOV) as long as 16 of them at most lie across the end of a chunk, or one buffer of 32 MiB.
 */
static __always_inline int contents_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 i = 0; i < PIECES_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_piece(slot);
  }
  /* Fails after the last possible call: what is there is sent then, and what is not is missing. */
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &exit_stages, STAGE_CONTENTS);
  chunk_send(slot, scratch->cursor.is_short ? IPC_FLAG_PARTIAL : 0);
  if (scratch->cursor.next_stage) bpf_tail_call(ctx, &exit_stages, scratch->cursor.next_stage);
  context_finish(scratch->call.thread);
  return 0;
}
EXIT_STAGE(contents, STAGE_CONTENTS, any, contents_stage)
