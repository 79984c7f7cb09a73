// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Paths as the current task sees them. */
#pragma once

#include "kernel/pipes.h"
#include "record/record.h"

/* Longest path, in names and mounts. */
#define PATH_STEPS 48

/* Goes from a dentry to its parent and takes its name along, or from the root of a mount to where it is mounted. */
VERIFIED_ONCE int path_step_up(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct dentry *dentry = scratch->walk.dentry;
  struct vfsmount *mount = scratch->walk.mount;
  scratch->walk.is_at_root = dentry == scratch->walk.root && mount == scratch->walk.root_mount;
  if (scratch->walk.is_at_root) return 0;
  struct dentry *parent = READ_KERNEL(dentry, d_parent);
  struct dentry *mount_root = READ_KERNEL(mount, mnt_root);
  if (dentry == mount_root) {
    struct mount *inner = (void *)mount - bpf_core_field_offset(struct mount, mnt);
    struct mount *outer = READ_KERNEL(inner, mnt_parent);
    scratch->walk.dentry = READ_KERNEL(inner, mnt_mountpoint);
    scratch->walk.mount = (void *)outer + bpf_core_field_offset(struct mount, mnt);
    scratch->walk.is_at_root = outer == inner;
    return 0;
  }
  /* A file of a pseudo file system has no parent; neither has one whose mount is gone. */
  scratch->walk.is_pseudo = dentry == parent;
  scratch->walk.is_at_root = dentry == parent;
  scratch->walk.dentry = parent;
  u64 fill = at_most(scratch->cursor.fill, 2 * IPC_PATH_LIMIT - 256);
  long size = bpf_probe_read_kernel_str(scratch->bytes + fill, 256, READ_KERNEL(dentry, d_name.name));
  scratch->cursor.fill = fill + (size > 0 ? at_most(size, 256) : 0);
  return 0;
}

/*
 * Puts the names from a dentry up to the task's root, across mounts, behind what is in the scratch's bytes. Done here
 * because the process, or the name, may be gone when Swift looks. True if the name is no path: of a pseudo file
 * system, whose files have no parents.
 */
static __always_inline bool walk_path(u32 slot, struct scratch *scratch, struct dentry *start,
                                      struct vfsmount *start_mount) {
  struct task_struct *task = scratch->call.task;
  scratch->walk.root = READ_KERNEL(task, fs, root.dentry);
  scratch->walk.root_mount = READ_KERNEL(task, fs, root.mnt);
  scratch->walk.dentry = start;
  scratch->walk.mount = start_mount;
  scratch->walk.is_at_root = false;
  scratch->walk.is_pseudo = false;
  for (u32 i = 0; i < PATH_STEPS; i++) {
    if (scratch->walk.is_at_root) break;
    path_step_up(slot);
  }
  return scratch->walk.is_pseudo;
}

/* Puts the name of what a descriptor stands for behind what is in the scratch's bytes, unless it is a pipe or socket,
 * which have none. */
static __always_inline void name_descriptor(u32 slot, struct scratch *scratch, struct ipc_descriptor *descriptor,
                                            struct file *file) {
  u32 type = descriptor->mode & S_IFMT, before = scratch->cursor.fill;
  if (type == S_IFSOCK || (type == S_IFIFO && !has_path(file))) return;
  descriptor->is_pseudo = walk_path(slot, scratch, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt));
  descriptor->length = scratch->cursor.fill - before;
}

/* Sends the name that is in the scratch's bytes; false if there was no room. */
static __always_inline bool name_send(struct scratch *scratch, u32 kind, u64 key, u64 inode, u32 form, u8 flags) {
  u32 fill = scratch->cursor.fill;
  fill_header(&scratch->channel.header, scratch->call.task, IPC_RECORD_CHANNEL, kind, flags);
  scratch->channel.channel = key;
  scratch->channel.inode = inode;
  scratch->channel.length = fill;
  scratch->channel.form = form;
  if (ring_submit(&scratch->channel, sizeof(struct ipc_channel) + (fill & (4 * IPC_PATH_LIMIT - 1)))) return true;
  loss_add(kind, 0);
  return false;
}
