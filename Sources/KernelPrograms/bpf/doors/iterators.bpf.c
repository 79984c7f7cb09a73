// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What existed before the start. */

/* Iterators run in ipcdump only, one at a time. */
static struct slot_count counted;

/* Every open pipe and who holds it; at its first call also who ipcdump itself is. */
SEC("iter/task_file") int held_pipes(struct bpf_iter__task_file *ctx) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  if (!task || !file) return 0;
  if ((mode_of(file) & S_IFMT) != S_IFIFO) return 0;
  struct pipe_inode_info *pipe = BPF_CORE_READ(file, private_data);
  u64 inode = BPF_CORE_READ(file, f_inode, i_ino);
  if (settings.scope != IPC_SCOPE_ALL && scope_matches(task)) channel_of((u64)pipe, inode, 0);

  struct ipc_held_pipe held = {};
  u32 mode = BPF_CORE_READ(file, f_mode);
  held.channel = (u64)pipe;
  held.inode = inode;
  held.tgid = visible_tgid(task);
  held.unread = unread_bytes(pipe, &counted);
  held.can_read = mode & FMODE_READ ? 1 : 0;
  held.can_write = mode & FMODE_WRITE ? 1 : 0;
  read_comm(held.comm, task);
  bpf_seq_write(ctx->meta->seq, &held, sizeof(held));
  return 0;
}

/* Where ipcdump stands among the pid namespaces: the level of its own, and its number in the initial one. */
SEC("iter/task") int own_place(struct bpf_iter__task *ctx) {
  struct task_struct *self = (void *)bpf_get_current_task();
  shared.self_level = BPF_CORE_READ(self, thread_pid, level);
  shared.self_tgid = BPF_CORE_READ(self, tgid);
  return 0;
}
