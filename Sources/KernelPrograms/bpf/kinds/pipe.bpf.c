// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Pipes and FIFOs.
 *
 * A read's record comes when its syscall ends, a write's too. A write to a pipe that several threads write to, or that
 * may block half-way (more than PIPE_BUF), is announced when it begins, so that whoever may have written a read's bytes
 * is known before the read is. Writes of the only thread need no announcement: their order is the thread's own.
 */

/* Most slots whose lengths are added up; a pipe of the default greatest size (1 MiB) has 256. */
#define COUNTED_SLOTS 256
#define SLOTS_AT_ONCE 16
#define CHAIN_FDS 64

/* Bytes in the slots from one number to another, of which the first few are looked at. */
VERIFIED_ONCE u32 bytes_in_slots(u64 address, u32 from, u32 to) {
  struct pipe_inode_info *pipe = (struct pipe_inode_info *)address;
  u32 mask = READ_KERNEL(pipe, ring_size) - 1, sum = 0;
  void *slots = READ_KERNEL(pipe, bufs);
  for (u32 i = 0; i < SLOTS_AT_ONCE; i++) {
    if (from + i == to) break;
    struct pipe_buffer *slot = slots + (u64)((from + i) & mask) * bpf_core_type_size(struct pipe_buffer);
    sum += READ_KERNEL(slot, len);
  }
  return sum;
}

VERIFIED_ONCE u32 unread_bytes(u64 address) {
  struct pipe_inode_info *pipe = (struct pipe_inode_info *)address;
  u32 head = READ_KERNEL(pipe, head), tail = READ_KERNEL(pipe, tail), sum = 0;
  if (head - tail > COUNTED_SLOTS) return IPC_UNREAD_UNKNOWN;
  for (u32 i = 0; i < COUNTED_SLOTS; i += SLOTS_AT_ONCE) {
    if (i >= head - tail) break;
    sum += bytes_in_slots(address, tail + i, head);
  }
  return sum;
}

static __always_inline bool has_path(struct file *file) {
  return READ_KERNEL(file, f_inode, i_sb, s_magic) != PIPEFS_MAGIC;
}

/* Tells the path of a FIFO; false if there was no room. */
static __always_inline bool send_path(struct scratch *scratch, struct task_struct *task, struct file *file, u64 key,
                                      u64 inode, u8 flags) {
  scratch->fill = 0;
  walk_path(scratch, task, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt));
  return send_name(scratch, task, IPC_KIND_PIPE, key, inode, IPC_NAME_PATH, flags);
}

/* Fills in the record's header. */
static __always_inline void fill_transfer(struct scratch *scratch, struct task_struct *task, u16 type, bool in_scope,
                                          struct pipe_inode_info *pipe, struct channel *channel, u64 count) {
  struct file *file = scratch->file;
  u8 flags = (in_scope ? IPC_FLAG_IN_SCOPE : 0) | (scratch->is_spliced ? IPC_FLAG_SPLICED : 0);
  if (channel->flags & CHANNEL_MULTI) flags |= IPC_FLAG_MULTI_WRITER;
  u64 key = (u64)pipe, inode = channel->inode;
  u32 unread = 0;
  if (!(channel->flags & CHANNEL_SEEN)) {
    channel->flags |= CHANNEL_SEEN;
    flags |= IPC_FLAG_FIRST_SEEN;
    unread = unread_bytes((u64)pipe);
  }
  if (scratch->is_write && READ_KERNEL(file, f_flags) & O_DIRECT) flags |= IPC_FLAG_PACKET;
  fill_header(&scratch->transfer.header, task, type, IPC_KIND_PIPE, flags);
  scratch->transfer.channel = key;
  scratch->transfer.identity = inode;
  scratch->transfer.count = count;
  scratch->transfer.state.pipe.head = READ_KERNEL(pipe, head);
  scratch->transfer.state.pipe.tail = READ_KERNEL(pipe, tail);
  scratch->transfer.unread = unread;
  scratch->transfer.captured = 0;
  scratch->transfer.suffix = 0;
  scratch->transfer.fd = scratch->fd;
  scratch->record = RECORD_TRANSFER;
  scratch->fill = 0;
}

static __always_inline int pipe_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch || is_self(call->task)) return 0;
  struct file *file = scratch->file;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 inode = READ_KERNEL(file, f_inode, i_ino);
  struct channel *channel = known_channel((u64)pipe, inode);
  bool in_scope = false, is_known = channel != NULL;
  if (!is_known) {
    in_scope = scope_matches(call->task);
    channel = channel_in_scope(IPC_KIND_PIPE, (u64)pipe, inode, in_scope, 0);
  }
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  u64 asked = asked_length(DOOR_ENTER, scratch);
  if (!is_write_announced(channel, call->thread, asked)) return 0;
  if (is_known) in_scope = scope_matches(call->task);
  fill_transfer(scratch, call->task, IPC_RECORD_WRITE_BEGIN, in_scope, pipe, channel, asked);
  announce(scratch, asked);
  return 0;
}
FILE_ENTER(pipe, STAGE_PIPE, pipe, pipe_enter)

static __always_inline int pipe_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch || is_self(call->task)) return 0;
  struct file *file = scratch->file;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 inode = READ_KERNEL(file, f_inode, i_ino);
  bool in_scope = scope_matches(call->task);
  u64 count = scratch->result > 0 ? scratch->result : 0;
  if (count == 0 && !scratch->is_write) return 0;
  struct channel *channel = channel_in_scope(IPC_KIND_PIPE, (u64)pipe, inode, in_scope, count);
  if (!channel) return pass_on(ctx, scratch);
  if (channel->flags & CHANNEL_EXCLUDED) {
    bool is_input = !scratch->is_write && is_standard_input(scratch);
    if (is_input || (!scratch->is_write && is_first_of_chain((u64)pipe))) show(call->task, SHOWS_ALL);
    /* Who has ipcdump's output as standard input does nothing else: all that it writes is of the chain, too. */
    if (is_input) bpf_tail_call(ctx, &exit_files, STAGE_OUTPUT_CHAIN);
    return pass_on(ctx, scratch);
  }
  if (scratch->is_write && shows(call->task)) {
    exclude_channel((u64)pipe, inode);
    return 0;
  }

  /* What others write behind it could be taken for what was spliced in. */
  bool is_known = !scratch->is_spliced || is_only_writer(channel, call->thread);
  if (scratch->is_write) {
    if (!ends_announced_write(channel, call->thread, count)) return 0;
  }
  if (!(channel->flags & CHANNEL_NAMED)) {
    channel->flags |= CHANNEL_NAMED;
    if (has_path(file) && !send_path(scratch, call->task, file, (u64)pipe, inode, 0)) channel->flags &= ~CHANNEL_NAMED;
  }
  fill_transfer(scratch, call->task, scratch->is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, in_scope, pipe, channel,
                count);
  if (scratch->is_write) {
    scratch->is_told_whole = settings.capture_limit > 0 && channel->flags & CHANNEL_SPLICED && count > 0 && is_known;
    scratch->pipe = pipe;
    send_write(DOOR_EXIT, count, count);
    if (scratch->is_told_whole) send_contents_behind(ctx, scratch, count);
    return 0;
  }
  if (scratch->is_spliced) {
    send_transfer(DOOR_EXIT, count);
    return pass_on(ctx, scratch);
  }
  u64 limit = settings.capture_limit;
  if (channel->flags & CHANNEL_MULTI && limit < IPC_COMPARED_LIMIT) limit = IPC_COMPARED_LIMIT;
  return send_with_contents(ctx, scratch, limit);
}
FILE_EXIT(pipe, STAGE_PIPE, pipe, pipe_exit)

/* Leaves out what a reader of ipcdump's output has as a descriptor, if it is a pipe that it can write to. */
VERIFIED_ONCE int mark_output(u64 task, u32 fd) {
  struct file *file = file_of((struct task_struct *)task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO || !(READ_KERNEL(file, f_mode) & FMODE_WRITE)) return 0;
  u64 key = (u64)READ_KERNEL(file, private_data);
  exclude_channel(key, READ_KERNEL(file, f_inode, i_ino));
  return 0;
}

/* Marks the pipes that a reader of ipcdump's output can write to. */
static __always_inline int output_chain_stage(void *ctx, struct call *call) {
  for (u32 fd = 1; fd < CHAIN_FDS; fd++) mark_output((u64)call->task, fd);
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  return scratch ? pass_on(ctx, scratch) : 0;
}
FILE_EXIT(output_chain, STAGE_OUTPUT_CHAIN, pipe, output_chain_stage)

/* A pipe that is born under our eyes is empty, and of interest if its maker is. */
static __always_inline int pipe2_exit(void *ctx, struct call *call) {
  if (call->result != 0 || is_self(call->task) || !scope_matches(call->task)) return 0;
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
 * slot has been used then, and at least one opener sees that before the first write.
 */
static __always_inline int open_exit(void *ctx, struct call *call) {
  if (call->result < 0) return 0;
  struct file *file = file_of(call->task, call->result);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO || !has_path(file)) return 0;
  if (is_self(call->task)) return 0;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  u64 key = (u64)pipe, inode = READ_KERNEL(file, f_inode, i_ino);
  bool in_scope = scope_matches(call->task);
  struct channel *channel = channel_in_scope(IPC_KIND_PIPE, key, inode, in_scope, 0);
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!channel || !scratch || channel->flags & CHANNEL_EXCLUDED) return 0;
  if (READ_KERNEL(pipe, head) != 0) return 0;
  channel->flags = CHANNEL_SEEN | CHANNEL_NAMED;
  channel->last_writer = 0;
  send_path(scratch, call->task, file, key, inode, IPC_FLAG_CREATED);
  return 0;
}
SYSCALL_EXIT(open, SLOTS4(open, creat, openat, openat2), pipe, open_exit)
