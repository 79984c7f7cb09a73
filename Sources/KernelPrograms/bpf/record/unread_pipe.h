// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies unread in a pipe. */
#pragma once

#include "record/pipe_pages.h"
#include "record/unread.h"

/* Copies the next buffers of a pipe. */
VERIFIED_ONCE int copy_unread_pages(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  for (u32 i = 0; i < BUFFERS_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_page(slot);
    if (scratch->cursor.fill == IPC_CHUNK_LIMIT && has_more_contents(scratch)) unread_send(slot, IPC_FLAG_MORE);
  }
  return 0;
}

/* Passes that copy all buffers that are counted, some of which lie across the ends of chunks. */
#define UNREAD_PASSES (SUMMED_BUFFERS / BUFFERS_A_PASS + 3)

/* Sends the contents of a pipe; the record in the scratch names it. Of one with too many buffers, nothing. */
VERIFIED_ONCE int send_unread_pipe(u32 slot, u64 address) {
  struct scratch *scratch = scratch_at(slot);
  u32 count = unread_bytes(address);
  if (!scratch || count == 0 || count == IPC_UNREAD_UNKNOWN) return 0;
  begin_unread(scratch, count);
  scratch->unread.count = count;
  begin_pages(scratch, (struct pipe_inode_info *)address);
  for (u32 i = 0; i < UNREAD_PASSES; i++) {
    if (!has_more_contents(scratch)) break;
    copy_unread_pages(slot);
  }
  if (has_more_contents(scratch)) scratch->cursor.is_short = true;
  unread_finish(slot, scratch);
  return 0;
}
