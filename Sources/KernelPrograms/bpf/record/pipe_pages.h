// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies in the pages of a pipe, buffer by buffer, as long as nobody takes it. */
#pragma once

#include "kernel/pipes.h"
#include "record/contents.h"
#include "record/pages.h"

/* Buffers of a pipe that one run of a stage copies. */
#define BUFFERS_A_PASS 16

/* How many buffers behind this one readers have got to. */
static __always_inline s32 buffers_taken(struct pipe_inode_info *pipe, u32 behind) {
  return (u32)READ_KERNEL(pipe, tail) - behind;
}

/* Whether readers may have taken bytes of a buffer that has this offset now. They do so from the last one only, and
 * begin with its offset. */
static __always_inline bool is_taken_from(struct scratch_pages *pages, u32 number, u32 offset) {
  s32 taken = buffers_taken(pages->pipe, number);
  bool is_as_found = number == pages->first && offset == pages->first_offset;
  return taken > 0 || (taken == 0 && !is_as_found);
}

/* Copies from one buffer, as much as the chunk has room for. */
VERIFIED_ONCE int copy_page(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct scratch_pages *pages = &scratch->pages;
  struct scratch_cursor *cursor = &scratch->cursor;
  if (cursor->piece_left == 0) {
    struct pipe_inode_info *pipe = pages->pipe;
    u32 number = pages->next;
    struct pipe_buffer *buffer = pipe_buffer_at(pipe, number);
    u64 page = address_of_page((u64)READ_KERNEL(buffer, page));
    u32 length = READ_KERNEL(buffer, len), offset = READ_KERNEL(buffer, offset);
    cursor->piece = page + offset + pages->skipped;
    cursor->piece_left = length - pages->skipped;
    cursor->is_short = page == 0 || number == (u32)READ_KERNEL(pipe, head) || is_taken_from(pages, number, offset);
    pages->skipped = 0;
    pages->next = number + 1;
  }
  u64 fill = at_most(cursor->fill, IPC_CHUNK_LIMIT), size = cursor->is_short ? 0 : cursor_size(scratch, fill);
  bool is_unreadable = bpf_probe_read_kernel(scratch->bytes + fill, size, (void *)cursor->piece) != 0;
  /* The page may have become another's while it was copied. */
  if (is_unreadable || buffers_taken(pages->pipe, pages->next) >= 0) {
    cursor->is_short = true;
    size = 0;
  }
  cursor_advance(scratch, fill, size);
  return 0;
}

/* Makes ready for the unread bytes of a pipe; false if there are none. */
static __always_inline bool begin_pages(struct scratch *scratch, struct pipe_inode_info *pipe) {
  struct scratch_pages *pages = &scratch->pages;
  pages->pipe = pipe;
  pages->next = READ_KERNEL(pipe, tail);
  pages->skipped = 0;
  pages->first = pages->next;
  pages->first_offset = READ_KERNEL(pipe_buffer_at(pipe, pages->next), offset);
  return pages->next != (u32)READ_KERNEL(pipe, head);
}
