// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Contents from the pages of a pipe, where no process has a buffer that shows them.
 *
 * A process that splices from a pipe or socket does not see what comes. From the first splice on, the writers' buffers
 * have it: each write into the channel is followed by its contents. What lies in a pipe at that moment, and what is
 * spliced into it, is read from its pages as long as they are there: nobody keeps readers from taking them meanwhile.
 */
#include "hooks/programs.h"
#include "record/pipe_pages.h"

/* Buffers that one write into a pipe is looked for in. */
#define WRITTEN_BUFFERS 64

/* Goes one buffer back, unless the `count` bytes that the call has written lie behind already. */
VERIFIED_ONCE int pages_step_back(u32 slot, u32 count, u32 tail) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct scratch_pages *pages = &scratch->pages;
  if (pages->candidate_sum >= count || pages->candidate == tail) return 0;
  pages->candidate--;
  struct pipe_buffer *buffer = pipe_buffer_at(pages->pipe, pages->candidate);
  pages->first_offset = READ_KERNEL(buffer, offset);
  pages->candidate_sum += READ_KERNEL(buffer, len);
  return 0;
}

/* Finds the buffers of what the call has put into the pipe, if they are still there. */
static __always_inline int written_pages_stage(void *ctx, u32 slot, struct scratch *scratch) {
  struct scratch_pages *pages = &scratch->pages;
  struct pipe_inode_info *pipe = pages->pipe;
  u32 tail = READ_KERNEL(pipe, tail);
  u32 count = scratch->call.returned;
  pages->candidate = READ_KERNEL(pipe, head);
  pages->candidate_sum = 0;
  for (u32 i = 0; i < WRITTEN_BUFFERS; i++) pages_step_back(slot, count, tail);
  scratch->cursor.is_short = pages->candidate_sum < count || buffers_taken(pipe, pages->candidate) > 0;
  pages->next = pages->candidate;
  pages->first = pages->candidate;
  pages->skipped = pages->candidate_sum - count;
  bpf_tail_call(ctx, &exit_stages, STAGE_PAGES);
  return 0;
}
EXIT_STAGE(written_pages, STAGE_WRITTEN_PAGES, contents, written_pages_stage)

/* Sends what has been spliced into a pipe behind the record of the write. */
static __always_inline int pages_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 i = 0; i < BUFFERS_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_page(slot);
    if (scratch->cursor.fill == IPC_CHUNK_LIMIT && has_more_contents(scratch)) chunk_send(slot, IPC_FLAG_MORE);
  }
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &exit_stages, STAGE_PAGES);
  chunk_send(slot, has_more_contents(scratch) || scratch->cursor.is_short ? IPC_FLAG_PARTIAL : 0);
  return 0;
}
EXIT_STAGE(pages, STAGE_PAGES, contents, pages_stage)

static __always_inline bool is_chunk_ready(struct scratch *scratch) {
  return scratch->cursor.fill == IPC_CHUNK_LIMIT || (scratch->cursor.fill > 0 && !has_more_contents(scratch));
}

/* Takes bytes from the next buffer of a pipe, and sends a record when it is full. */
VERIFIED_ONCE int copy_backlog(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  copy_page(slot);
  if (!is_chunk_ready(scratch)) return 0;
  scratch->backlog.offset = scratch->cursor.done - scratch->cursor.fill;
  scratch->backlog.captured = scratch->cursor.fill;
  record_send(scratch, &scratch->backlog, sizeof(struct ipc_backlog), scratch->cursor.fill);
  scratch->cursor.fill = 0;
  return 0;
}

/* Sends the unread bytes of a pipe, in pieces. */
static __always_inline int backlog_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 i = 0; i < BUFFERS_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_backlog(slot);
  }
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &enter_stages, STAGE_BACKLOG);
  return 0;
}
ENTER_STAGE(backlog, STAGE_BACKLOG, contents, backlog_stage)
