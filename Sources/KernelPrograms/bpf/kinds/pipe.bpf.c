// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Pipes and FIFOs.
 *
 * A read's record comes when its syscall ends, a write's too. A write to a pipe that several threads write to, or that
 * may block half-way (more than PIPE_BUF), is announced when it begins, so that whoever may have written a read's bytes
 * is known before the read is. Writes of the only thread need no announcement: their order is the thread's own.
 */

#include "hooks/programs.h"
#include "kernel/pipes.h"
#include "kinds/open_file.h"
#include "record/contents.h"
#include "record/names.h"
#include "record/own_output.h"
#include "record/past.h"
#include "record/wanted.h"
#include "record/writes.h"

/* Sends the path of a FIFO; false if there was no room. */
static __always_inline bool fifo_path_send(u32 slot, struct scratch *scratch, struct file *file, u64 key, u64 inode,
                                           u8 flags) {
  scratch->cursor.fill = 0;
  walk_path(slot, scratch, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt));
  return name_send(scratch, IPC_KIND_PIPE, key, inode, IPC_NAME_PATH, flags);
}

/* Fills in the record. */
VERIFIED_ONCE int fill_pipe(u32 slot, u32 type, u64 count, u64 identity, u32 channel_flags) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct file *file = scratch->call.file;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u8 flags = transfer_flags(scratch);
  if (channel_flags & CHANNEL_MULTI) flags |= IPC_FLAG_MULTI_WRITER;
  u32 unread = 0;
  if (!(channel_flags & CHANNEL_SEEN)) {
    flags |= IPC_FLAG_FIRST_SEEN;
    unread = unread_bytes((u64)pipe);
    send_past(IPC_KIND_PIPE, (u64)pipe, identity, 0);
  }
  if (scratch->call.is_write && READ_KERNEL(file, f_flags) & O_DIRECT) flags |= IPC_FLAG_PACKET;
  struct ipc_transfer *record = &scratch->transfer;
  fill_header(&record->header, scratch->call.task, type, IPC_KIND_PIPE, flags);
  record->channel = (u64)pipe;
  record->identity = identity;
  record->count = count;
  record->state.pipe.head = READ_KERNEL(pipe, head);
  record->state.pipe.tail = READ_KERNEL(pipe, tail);
  record->unread = unread;
  record->captured = 0;
  record->suffix = 0;
  record->fd = scratch->call.fd;
  scratch->record_start = RECORD_START(transfer);
  scratch->cursor.fill = 0;
  return 0;
}

static __always_inline int pipe_enter(void *ctx, u32 slot, struct scratch *scratch) {
  struct task_struct *task = scratch->call.task;
  if (is_self(task)) return 0;
  struct file *file = scratch->call.file;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 inode = READ_KERNEL(file, f_inode, i_ino);
  struct channel *channel = known_channel((u64)pipe, inode);
  bool is_known = channel != NULL;
  if (!is_known) {
    scratch->call.in_scope = scope_matches(task);
    bool enters = scratch->call.in_scope && is_wanted_pipe(slot, file);
    channel = channel_in_scope(IPC_KIND_PIPE, (u64)pipe, inode, enters, 0);
  }
  if (!channel) keep_beginning(slot, scratch, (u64)pipe, inode, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  u64 asked = asked_length(slot, scratch);
  if (!should_announce(channel, scratch->call.thread, asked)) return 0;
  if (is_known) scratch->call.in_scope = scope_matches(task);
  fill_pipe(slot, IPC_RECORD_WRITE_BEGIN, asked, channel->inode, channel->flags);
  channel->flags |= CHANNEL_SEEN;
  announce_write(slot, scratch, asked);
  return 0;
}
ENTER_STAGE(pipe, STAGE_PIPE, pipe, pipe_enter)

/* A transfer that shows ipcdump's output, and is left out. */
static __always_inline int pipe_output(void *ctx, struct scratch *scratch, u64 key) {
  bool is_read = !scratch->call.is_write, is_input = is_read && is_standard_input(scratch);
  if (is_input || (is_read && is_first_of_chain(key))) relay_add(scratch->call.task, RELAYS_ALL);
  /* A process with ipcdump's output as standard input does nothing else: all that it writes is of the chain, too. */
  if (is_input) bpf_tail_call(ctx, &exit_stages, STAGE_OUTPUT_CHAIN);
  return finish_call(ctx, scratch);
}

static __always_inline int pipe_exit(void *ctx, u32 slot, struct scratch *scratch) {
  struct task_struct *task = scratch->call.task;
  if (is_self(task)) return 0;
  bool is_write = scratch->call.is_write;
  struct file *file = scratch->call.file;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 inode = READ_KERNEL(file, f_inode, i_ino);
  bool in_scope = scratch->call.in_scope = scope_matches(task);
  u64 count = scratch->call.result > 0 ? scratch->call.result : 0;
  if (count == 0 && !is_write) return 0;
  bool enters = in_scope && is_wanted_pipe(slot, file);
  struct channel *channel = channel_in_scope(IPC_KIND_PIPE, (u64)pipe, inode, enters, count);
  if (!channel) {
    keep_past(slot, scratch, (u64)pipe, inode, count, 0);
    return finish_call(ctx, scratch);
  }
  if (channel->flags & CHANNEL_EXCLUDED) return pipe_output(ctx, scratch, (u64)pipe);
  if (is_write && relay_way(task)) {
    exclude_channel((u64)pipe, inode);
    return 0;
  }

  /* What others write behind it could be taken for what was spliced in. */
  bool is_known = !scratch->call.is_spliced || is_only_writer(channel, scratch->call.thread);
  if (is_write && !end_write(channel, scratch->call.thread, count)) return 0;
  if (!(channel->flags & CHANNEL_NAMED)) {
    channel->flags |= CHANNEL_NAMED;
    if (has_path(file) && !fifo_path_send(slot, scratch, file, (u64)pipe, inode, 0)) channel->flags &= ~CHANNEL_NAMED;
  }
  fill_pipe(slot, is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, count, channel->inode, channel->flags);
  channel->flags |= CHANNEL_SEEN;
  if (is_write) {
    scratch->cursor.is_wanted_whole =
      settings.capture_limit > 0 && channel->flags & CHANNEL_SPLICED && count > 0 && is_known;
    scratch->pages.pipe = pipe;
    write_send(slot, count, count);
    if (scratch->cursor.is_wanted_whole) send_contents_behind(ctx, scratch, count);
    return 0;
  }
  if (scratch->call.is_spliced) {
    transfer_send(slot, count);
    return finish_call(ctx, scratch);
  }
  u64 limit = settings.capture_limit;
  if (channel->flags & CHANNEL_MULTI && limit < IPC_COMPARED_LIMIT) limit = IPC_COMPARED_LIMIT;
  return send_with_contents(ctx, slot, scratch, limit);
}
EXIT_STAGE(pipe, STAGE_PIPE, pipe, pipe_exit)

/* Descriptors of a reader of ipcdump's output that are looked at. */
#define CHAIN_FDS 64

/* Leaves out what a reader of ipcdump's output has as a descriptor, if it is a pipe that it can write to. */
VERIFIED_ONCE int exclude_written_pipe(u64 task, u32 fd) {
  struct file *file = file_of((struct task_struct *)task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO || !(READ_KERNEL(file, f_mode) & FMODE_WRITE)) return 0;
  u64 key = (u64)READ_KERNEL(file, private_data);
  exclude_channel(key, READ_KERNEL(file, f_inode, i_ino));
  return 0;
}

/* Leaves out the pipes that a reader of ipcdump's output can write to. */
static __always_inline int output_chain_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 fd = 1; fd < CHAIN_FDS; fd++) exclude_written_pipe((u64)scratch->call.task, fd);
  return finish_call(ctx, scratch);
}
EXIT_STAGE(output_chain, STAGE_OUTPUT_CHAIN, pipe, output_chain_stage)

/* A pipe that is made under our eyes is empty, and of interest if its maker is. */
static __always_inline int pipe2_exit(void *ctx, struct call *call) {
  if (call->result != 0 || is_self(call->task) || !scope_matches(call->task)) return 0;
  if (chooses_names(IPC_KIND_PIPE)) return 0;
  int fd;
  if (bpf_probe_read_user(&fd, sizeof(fd), (void *)argument(call->regs, 0, call->compat))) return 0;
  struct file *file = file_of(call->task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO) return 0;
  channel_of((u64)READ_KERNEL(file, private_data), READ_KERNEL(file, f_inode, i_ino),
             CHANNEL_SEEN | CHANNEL_NAMED);
  return 0;
}
SYSCALL_EXIT(pipe2, SLOTS2(pipe2, pipe), pipe, pipe2_exit)

/*
 * The first open of a FIFO begins a new life of it: what the last one left unread is gone (fifo_open, fs/pipe.c). No
 * buffer has been used then, and at least one opener sees that before the first write.
 */
static __always_inline int open_exit(void *ctx, struct call *call) {
  if (call->result < 0) return 0;
  struct file *file = file_of(call->task, call->result);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO || !has_path(file)) return 0;
  if (is_self(call->task)) return 0;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 key = (u64)pipe, inode = READ_KERNEL(file, f_inode, i_ino);
  bool enters = scope_matches(call->task) && is_wanted_pipe(call->slot, file);
  struct channel *channel = channel_in_scope(IPC_KIND_PIPE, key, inode, enters, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  if (READ_KERNEL(pipe, head) != 0) return 0;
  channel->flags = CHANNEL_SEEN | CHANNEL_NAMED;
  channel->last_writer = 0;
  fifo_path_send(call->slot, call->scratch, file, key, inode, IPC_FLAG_CREATED);
  return 0;
}
SYSCALL_EXIT(open, SLOTS4(open, creat, openat, openat2), pipe, open_exit)

static __always_inline bool pipe_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  u32 mode = READ_KERNEL(file->file, f_mode);
  struct pipe_inode_info *pipe = READ_KERNEL(file->file, private_data);
  open->kind = IPC_KIND_PIPE;
  open->sends = (u64)pipe;
  open->sends_identity = open->inode;
  if (counts) open->unread = unread_bytes((u64)pipe);
  open->can_read = mode & FMODE_READ ? 1 : 0;
  open->can_write = mode & FMODE_WRITE ? 1 : 0;
  return is_wanted(IPC_KIND_PIPE);
}

/* Sends the path of the FIFO in the scratch, if it is one whose path has not gone out. */
CALLED_WITHOUT_TAIL_CALLS int pipe_name_end(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct file *file = scratch->call.file;
  u64 key = (u64)READ_KERNEL(file, private_data), inode = READ_KERNEL(file, f_inode, i_ino);
  struct channel *channel = known_channel(key, inode);
  if (!channel || channel->flags & CHANNEL_NAMED) return 0;
  if (!has_path(file) || fifo_path_send(slot, scratch, file, key, inode, 0)) channel->flags |= CHANNEL_NAMED;
  return 0;
}

static __always_inline void pipe_describe_end(struct scratch *scratch, const struct ipc_held *open) {
  struct ipc_life *life = &scratch->life;
  life->own = open->sends + !open->can_write;
  life->other = open->sends + open->can_write;
  life->other_inode = open->sends_identity;
  if (life->operation != IPC_OPERATION_CLOSE) return;
  life->ways = open->can_read * IPC_WAY_READ | open->can_write * IPC_WAY_WRITE;
}
