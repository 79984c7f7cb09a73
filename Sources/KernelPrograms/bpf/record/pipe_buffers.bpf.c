// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Contents from the pages of a pipe, where no process has a buffer that shows them.
 *
 * Who splices from a pipe or socket does not see what comes. From the first splice on, the writers' buffers tell: each
 * write into it is followed by its contents. What lies in a pipe at that moment, and what is spliced into it, is told
 * from its pages as long as they are there: nobody keeps readers from taking them meanwhile.
 */

#define SLOTS_A_PASS 16

/* How many slots behind this one readers have got to. */
static __always_inline s32 slots_taken(struct pipe_inode_info *pipe, u32 behind) {
  return (u32)READ_KERNEL(pipe, tail) - behind;
}

/* Whether readers may have taken bytes of a slot that has this offset now. They do so from the last one only, and begin
 * with its offset. */
static __always_inline bool is_taken_from(struct scratch *scratch, u32 slot, u32 offset) {
  s32 taken = slots_taken(scratch->pipe, slot);
  bool is_as_found = slot == scratch->first_slot && offset == scratch->first_offset;
  return taken > 0 || (taken == 0 && !is_as_found);
}

/* Copies from one slot, as much as the chunk has room for. */
VERIFIED_ONCE int copy_slot(u32 door) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  if (scratch->piece_left == 0) {
    struct pipe_inode_info *pipe = scratch->pipe;
    u32 at = scratch->next_slot;
    struct pipe_buffer *slot = slot_of(pipe, at);
    u64 page = address_of_page((u64)READ_KERNEL(slot, page));
    u32 length = READ_KERNEL(slot, len), offset = READ_KERNEL(slot, offset);
    scratch->piece = page + offset + scratch->skipped;
    scratch->piece_left = length - scratch->skipped;
    scratch->is_short = page == 0 || at == (u32)READ_KERNEL(pipe, head) || is_taken_from(scratch, at, offset);
    scratch->skipped = 0;
    scratch->next_slot = at + 1;
  }
  u64 fill = at_most(scratch->fill, IPC_CHUNK_LIMIT), size = scratch->is_short ? 0 : next_size(scratch, fill);
  bool is_unreadable = bpf_probe_read_kernel(scratch->bytes + fill, size, (void *)scratch->piece) != 0;
  /* The page may have become another's while it was copied. */
  if (is_unreadable || slots_taken(scratch->pipe, scratch->next_slot) >= 0) {
    scratch->is_short = true;
    size = 0;
  }
  note_copied(scratch, fill, size);
  return 0;
}

static __always_inline bool is_chunk_ready(struct scratch *scratch) {
  return scratch->fill == IPC_CHUNK_LIMIT || (scratch->fill > 0 && !has_more_contents(scratch));
}

#define WRITTEN_SLOTS 64

/* Goes one slot back, unless the `count` bytes that the call has written lie behind already. */
VERIFIED_ONCE int step_back(u32 count, u32 tail) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch || scratch->slots_sum >= count || scratch->slot == tail) return 0;
  scratch->slot--;
  struct pipe_buffer *slot = slot_of(scratch->pipe, scratch->slot);
  scratch->first_offset = READ_KERNEL(slot, offset);
  scratch->slots_sum += READ_KERNEL(slot, len);
  return 0;
}

/* Finds the slots of what the call has put into the pipe, if they are still there. */
static __always_inline int written_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  struct pipe_inode_info *pipe = scratch->pipe;
  u32 tail = READ_KERNEL(pipe, tail);
  u32 count = scratch->call_result;
  scratch->slot = READ_KERNEL(pipe, head);
  scratch->slots_sum = 0;
  for (u32 i = 0; i < WRITTEN_SLOTS; i++) step_back(count, tail);
  scratch->is_short = scratch->slots_sum < count || slots_taken(pipe, scratch->slot) > 0;
  scratch->next_slot = scratch->slot;
  scratch->first_slot = scratch->slot;
  scratch->skipped = scratch->slots_sum - count;
  bpf_tail_call(ctx, &exit_files, STAGE_PAGES);
  return 0;
}
FILE_EXIT(written, STAGE_WRITTEN_PAGES, contents, written_stage)

/* Sends what has been spliced into a pipe behind the record of the write. */
static __always_inline int slots_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  for (u32 i = 0; i < SLOTS_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_slot(DOOR_EXIT);
    if (scratch->fill == IPC_CHUNK_LIMIT && has_more_contents(scratch)) send_chunk(IPC_FLAG_MORE);
  }
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &exit_files, STAGE_PAGES);
  send_chunk(has_more_contents(scratch) || scratch->is_short ? IPC_FLAG_PARTIAL : 0);
  return 0;
}
FILE_EXIT(slots, STAGE_PAGES, contents, slots_stage)

/* Takes bytes from the next slot of a pipe, and tells them when a record is full of such. */
VERIFIED_ONCE int tell_slot(void) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch) return 0;
  copy_slot(DOOR_ENTER);
  if (!is_chunk_ready(scratch)) return 0;
  scratch->backlog.offset = scratch->done - scratch->fill;
  scratch->backlog.captured = scratch->fill;
  send(scratch, &scratch->backlog, sizeof(struct ipc_backlog), scratch->fill);
  scratch->fill = 0;
  return 0;
}

/* Tells the unread bytes of a pipe, in pieces. */
static __always_inline int backlog_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch) return 0;
  for (u32 i = 0; i < SLOTS_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    tell_slot();
  }
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &enter_files, STAGE_BACKLOG);
  return 0;
}
FILE_ENTER(backlog, STAGE_BACKLOG, contents, backlog_stage)

/* Marks the channel that a file receives from as spliced from. */
static __always_inline int begin_to_splice(void *ctx, struct call *call, struct file *file) {
  if (settings.capture_limit == 0 || !is_channel(file) || is_self(call->task)) return 0;
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch) return 0;
  struct ipc_held held = {};
  if (!describe_held(file, &held, false)) return 0;
  bool is_pipe = held.kind == IPC_KIND_PIPE;
  u64 key = is_pipe ? held.sends : held.receives, inode = is_pipe ? held.sends_identity : held.receives_identity;
  bool in_scope = scope_matches(call->task);
  struct channel *channel = key ? channel_in_scope(held.kind, key, inode, in_scope, 0) : NULL;
  if (!channel || channel->flags & (CHANNEL_EXCLUDED | CHANNEL_SPLICED)) return 0;
  channel->flags |= CHANNEL_SPLICED;
  if (!is_pipe) return 0;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  begin_transfer(scratch, call, file, 0, false);
  begin_contents(scratch, ~0ull, settings.capture_limit);
  scratch->pipe = pipe;
  scratch->next_slot = READ_KERNEL(pipe, tail);
  scratch->skipped = 0;
  scratch->first_slot = scratch->next_slot;
  scratch->first_offset = READ_KERNEL(slot_of(pipe, scratch->next_slot), offset);
  fill_header(&scratch->backlog.header, call->task, IPC_RECORD_BACKLOG, IPC_KIND_PIPE, in_scope ? IPC_FLAG_IN_SCOPE : 0);
  scratch->backlog.channel = key;
  scratch->backlog.identity = inode;
  /* Nothing is worth telling, too: all that comes is told by its writers. */
  if (scratch->next_slot == (u32)READ_KERNEL(pipe, head)) {
    scratch->backlog.offset = 0;
    scratch->backlog.captured = 0;
    send(scratch, &scratch->backlog, sizeof(struct ipc_backlog), 0);
    return 0;
  }
  bpf_tail_call(ctx, &enter_files, STAGE_BACKLOG);
  return 0;
}

static __always_inline int splice_enter(void *ctx, struct call *call) {
  return begin_to_splice(ctx, call, file_of(call->task, argument(call->regs, 0, call->compat)));
}
SYSCALL_ENTER(splice, SLOTS1(splice), contents, splice_enter)
