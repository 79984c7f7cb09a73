// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Pipes and FIFOs.
 *
 * A read's record comes when its syscall ends, a write's too. A write to a pipe that several threads write to, or that
 * may block half-way (more than PIPE_BUF), is announced when it begins, so that whoever may have written a read's bytes
 * is known before the read is. Writes of the only thread need no announcement: their order is the thread's own.
 */

#define PIPE_BUF 4096
/* Most slots whose lengths are added up; a pipe of the default greatest size (1 MiB) has 256. */
#define COUNTED_SLOTS 256
/* Contents that a read of a pipe with several writers carries even without -x, so that writes are told apart. */
#define COMPARED_BYTES 4096
#define CHAIN_FDS 64
#define PATH_STEPS 48

/* `count` is memory of a map, so that the verifier need not follow the sum. */
static __always_inline u32 unread_bytes(struct pipe_inode_info *pipe, struct slot_count *count) {
  u32 head = BPF_CORE_READ(pipe, head), tail = BPF_CORE_READ(pipe, tail);
  u32 mask = BPF_CORE_READ(pipe, ring_size) - 1;
  if (head - tail > COUNTED_SLOTS) return IPC_UNREAD_UNKNOWN;
  void *slots = BPF_CORE_READ(pipe, bufs);
  count->slot = tail;
  count->sum = 0;
  for (u32 i = 0; i < COUNTED_SLOTS; i++) {
    u32 at = count->slot;
    if (at == head) break;
    struct pipe_buffer *slot = slots + (u64)(at & mask) * bpf_core_type_size(struct pipe_buffer);
    count->sum += BPF_CORE_READ(slot, len);
    count->slot = at + 1;
  }
  return count->sum;
}

static __always_inline bool has_path(struct file *file) {
  return BPF_CORE_READ(file, f_inode, i_sb, s_magic) != PIPEFS_MAGIC;
}

/*
 * Sends the path of a FIFO as the current task sees it: the names from the file up to the task's root, across mounts.
 * Done here because the process, or the name, may be gone when Swift looks.
 */
static __always_inline void send_path(struct scratch *scratch, struct task_struct *task, struct file *file, u64 key,
                                      u64 inode, u8 flags) {
  struct dentry *root = BPF_CORE_READ(task, fs, root.dentry);
  struct vfsmount *root_mount = BPF_CORE_READ(task, fs, root.mnt);
  scratch->dentry = BPF_CORE_READ(file, f_path.dentry);
  scratch->mount = BPF_CORE_READ(file, f_path.mnt);
  scratch->fill = 0;
  for (u32 i = 0; i < PATH_STEPS; i++) {
    struct dentry *dentry = scratch->dentry;
    struct vfsmount *mount = scratch->mount;
    if (dentry == root && mount == root_mount) break;
    struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
    if (dentry == BPF_CORE_READ(mount, mnt_root) || dentry == parent) {
      struct mount *inner = (void *)mount - bpf_core_field_offset(struct mount, mnt);
      struct mount *outer = BPF_CORE_READ(inner, mnt_parent);
      if (outer == inner) break;
      scratch->dentry = BPF_CORE_READ(inner, mnt_mountpoint);
      scratch->mount = (void *)outer + bpf_core_field_offset(struct mount, mnt);
      continue;
    }
    u32 fill = scratch->fill;
    if (fill > IPC_PATH_LIMIT - 256) break;
    long size = bpf_probe_read_kernel_str(scratch->bytes + fill, 256, BPF_CORE_READ(dentry, d_name.name));
    if (size <= 0 || size > 256) break;
    scratch->fill = fill + size;
    scratch->dentry = parent;
  }
  u32 fill = scratch->fill;
  fill_header(&scratch->channel.header, task, IPC_RECORD_CHANNEL, IPC_KIND_PIPE, flags);
  scratch->channel.channel = key;
  scratch->channel.inode = inode;
  scratch->channel.length = fill;
  scratch->channel.pad = 0;
  if (bpf_ringbuf_output(&ring, &scratch->channel, sizeof(struct ipc_channel) + (fill & (2 * IPC_PATH_LIMIT - 1)), 0))
    lose(IPC_KIND_PIPE, 0);
}

/* The pipe's entry; made if it is missing or stands for an object that is gone. */
static __always_inline struct channel *channel_of(u64 key, u64 inode, u32 flags_if_new) {
  struct channel *known = bpf_map_lookup_elem(&channels, &key);
  if (known && known->inode == inode) return known;
  struct channel fresh = {.inode = inode, .flags = flags_if_new};
  u64 *excluded = bpf_map_lookup_elem(&output_chain, &key);
  if (excluded && *excluded == inode) fresh.flags |= CHANNEL_EXCLUDED;
  bpf_map_update_elem(&channels, &key, &fresh, BPF_ANY);
  return bpf_map_lookup_elem(&channels, &key);
}

/* The entry of a pipe that a task touches; NULL if neither is of interest. Where it should exist and does not, because
 * the map had no room, `bytes` are lost. */
static __always_inline struct channel *channel_in_scope(u64 key, u64 inode, bool matched, u64 bytes) {
  if (!matched) {
    struct channel *known = bpf_map_lookup_elem(&channels, &key);
    return known && known->inode == inode ? known : NULL;
  }
  struct channel *channel = channel_of(key, inode, 0);
  if (!channel) lose(IPC_KIND_PIPE, bytes);
  return channel;
}

/* Fills in the record's header; true if this is the first record of the channel. */
static __always_inline void fill_transfer(struct scratch *scratch, struct task_struct *task, u16 type, bool matched,
                                          struct pipe_inode_info *pipe, struct channel *channel, u64 count) {
  struct file *file = scratch->file;
  u8 flags = matched ? IPC_FLAG_MATCHED : 0;
  if (channel->flags & CHANNEL_MULTI) flags |= IPC_FLAG_SEVERAL;
  u64 key = (u64)pipe, inode = channel->inode;
  u32 unread = 0;
  if (!(channel->flags & CHANNEL_SEEN)) {
    channel->flags |= CHANNEL_SEEN;
    flags |= IPC_FLAG_FIRST;
    unread = unread_bytes(pipe, &scratch->slots);
  }
  if (scratch->is_write && BPF_CORE_READ(file, f_flags) & O_DIRECT) flags |= IPC_FLAG_PACKET;
  fill_header(&scratch->transfer.header, task, type, IPC_KIND_PIPE, flags);
  scratch->transfer.channel = key;
  scratch->transfer.inode = inode;
  scratch->transfer.count = count;
  scratch->transfer.head = BPF_CORE_READ(pipe, head);
  scratch->transfer.tail = BPF_CORE_READ(pipe, tail);
  scratch->transfer.unread = unread;
  scratch->transfer.captured = 0;
  scratch->transfer.suffix = 0;
  scratch->transfer.fd = scratch->fd;
  scratch->fill = 0;
}

static __always_inline int pipe_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch || is_self(call->task)) return 0;
  struct file *file = scratch->file;
  struct pipe_inode_info *pipe = BPF_CORE_READ(file, private_data);
  u64 inode = BPF_CORE_READ(file, f_inode, i_ino);
  bool matched = scope_matches(call->task);
  struct channel *channel = channel_in_scope((u64)pipe, inode, matched, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;

  u32 tid = (u32)bpf_get_current_pid_tgid();
  u32 last = channel->last_writer;
  bool is_other = last != tid && last != 0;
  channel->last_writer = tid;
  if (is_other) channel->flags |= CHANNEL_MULTI;
  u64 asked = asked_length(scratch);
  /* The first write to a pipe that was there before is announced too: its bytes are not of those that lay in it. */
  bool is_meeting = !(channel->flags & CHANNEL_SEEN);
  if (is_meeting) channel->flags |= CHANNEL_MEETING;
  if (!is_meeting && !(channel->flags & CHANNEL_MULTI) && asked <= PIPE_BUF) return 0;

  fill_transfer(scratch, call->task, IPC_RECORD_WRITE_BEGIN, matched, pipe, channel, asked);
  fingerprint(scratch, asked);
  send(scratch, &scratch->transfer, sizeof(struct ipc_transfer), 0);
  return 0;
}
FILE_ENTER(pipe, 1, pipe_enter)

static __always_inline int pipe_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch || is_self(call->task)) return 0;
  struct file *file = scratch->file;
  struct pipe_inode_info *pipe = BPF_CORE_READ(file, private_data);
  u64 inode = BPF_CORE_READ(file, f_inode, i_ino);
  bool matched = scope_matches(call->task);
  u64 count = scratch->result > 0 ? scratch->result : 0;
  struct channel *channel = channel_in_scope((u64)pipe, inode, matched, count);
  if (!channel) return 0;
  if (channel->flags & CHANNEL_EXCLUDED) {
    /* Who has ipcdump's output as standard input shows it: what it writes is of the chain, too. */
    if (!scratch->is_write && scratch->fd == 0) bpf_tail_call(ctx, &exit_files, STEP_OUTPUT_CHAIN);
    return 0;
  }

  if (scratch->is_write) {
    /* A failed write ends what its beginning has announced. */
    bool is_announced = channel->flags & (CHANNEL_MULTI | CHANNEL_MEETING);
    if (count == 0 && !is_announced && asked_length(scratch) <= PIPE_BUF) return 0;
    channel->flags &= ~CHANNEL_MEETING;
    channel->last_writer = (u32)bpf_get_current_pid_tgid();
  }
  if (!(channel->flags & CHANNEL_NAMED)) {
    channel->flags |= CHANNEL_NAMED;
    if (has_path(file)) send_path(scratch, call->task, file, (u64)pipe, inode, 0);
  }
  fill_transfer(scratch, call->task, scratch->is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, matched, pipe, channel,
                count);
  if (scratch->is_write) {
    fingerprint(scratch, count);
    send(scratch, &scratch->transfer, sizeof(struct ipc_transfer), count);
    return 0;
  }
  if (scratch->has_other_end) {
    send(scratch, &scratch->transfer, sizeof(struct ipc_transfer), count);
    bpf_tail_call(ctx, &exit_files, STEP_OTHER_END);
    return 0;
  }
  u64 limit = settings.capture_limit;
  if (channel->flags & CHANNEL_MULTI && limit < COMPARED_BYTES) limit = COMPARED_BYTES;
  return send_with_contents(ctx, scratch, limit);
}
FILE_EXIT(pipe, 1, pipe_exit)

/* Marks the pipes that a reader of ipcdump's output can write to. */
static __always_inline int output_chain_step(void *ctx, struct call *call) {
  for (u32 fd = 1; fd < CHAIN_FDS; fd++) {
    struct file *file = file_of(call->task, fd);
    if (!file || (mode_of(file) & S_IFMT) != S_IFIFO || !(BPF_CORE_READ(file, f_mode) & FMODE_WRITE)) continue;
    u64 key = (u64)BPF_CORE_READ(file, private_data);
    u64 inode = BPF_CORE_READ(file, f_inode, i_ino);
    bpf_map_update_elem(&output_chain, &key, &inode, BPF_ANY);
    struct channel *known = bpf_map_lookup_elem(&channels, &key);
    if (known && known->inode == inode) known->flags |= CHANNEL_EXCLUDED;
  }
  return 0;
}
EXIT_PROGRAM(output_chain, __exitfile_, 17, __pipe, output_chain_step)

/* A pipe that is born under our eyes is empty, and of interest if its maker is. */
static __always_inline int pipe2_exit(void *ctx, struct call *call) {
  if (call->result != 0 || is_self(call->task) || !scope_matches(call->task)) return 0;
  int fd;
  if (bpf_probe_read_user(&fd, sizeof(fd), (void *)argument(call->regs, 0, call->compat))) return 0;
  struct file *file = file_of(call->task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFIFO) return 0;
  channel_of((u64)BPF_CORE_READ(file, private_data), BPF_CORE_READ(file, f_inode, i_ino),
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
  struct pipe_inode_info *pipe = BPF_CORE_READ(file, private_data);
  u64 key = (u64)pipe, inode = BPF_CORE_READ(file, f_inode, i_ino);
  bool matched = scope_matches(call->task);
  struct channel *channel = channel_in_scope(key, inode, matched, 0);
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!channel || !scratch || channel->flags & CHANNEL_EXCLUDED) return 0;
  if (BPF_CORE_READ(pipe, head) != 0) return 0;
  channel->flags = CHANNEL_SEEN | CHANNEL_NAMED;
  channel->last_writer = 0;
  scratch->transfer.header.kind = IPC_KIND_PIPE;
  send_path(scratch, call->task, file, key, inode, IPC_FLAG_BORN);
  return 0;
}
SYSCALL_EXIT(open, SLOTS4(open, creat, openat, openat2), pipe, open_exit)
