// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Everything that processes have open, of whatever kind: what /proc/PID/fd tells, at once. */
#include "core/scope.h"

SEC("iter/task_file") int all_files(struct bpf_iter__task_file *ctx) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  if (!task || !file) return 0;
  struct inode *inode = READ_KERNEL(file, f_inode);
  struct super_block *system = READ_KERNEL(inode, i_sb);
  struct ipc_open_file open = {
      .inode = READ_KERNEL(inode, i_ino),
      .object = (u64)READ_KERNEL(file, private_data),
      .tgid = visible_tgid(task),
      .fd = ctx->fd,
      .device = READ_KERNEL(system, s_dev),
      .node = READ_KERNEL(inode, i_rdev),
      .system = READ_KERNEL(system, s_magic),
      .mode = READ_KERNEL(inode, i_mode),
      .access = READ_KERNEL(file, f_mode) & 3,
  };
  if (open.tgid == 0) return 0;
  const unsigned char *name = READ_KERNEL(file, f_path.dentry, d_name.name);
  bpf_probe_read_kernel_str(open.name, sizeof(open.name), name);
  bpf_seq_write(ctx->meta->seq, &open, sizeof(open));
  return 0;
}
