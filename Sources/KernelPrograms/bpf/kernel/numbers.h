// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What a number stands for that a process has given: tables of the kernel, read without its locks. */
#pragma once

#include "kernel/task.h"
#include "kernel/verifier.h"

/* An XArray of numbers up to 2^24 has four levels of 64 entries (lib/xarray.c); pids have 22 bits at most. */
#define XARRAY_LEVELS 4
#define XARRAY_SLOTS 64

/* Whether an entry is a node, whose address is 2 less (xa_is_node, include/linux/xarray.h). */
static __always_inline bool is_xarray_node(u64 entry) { return (entry & 3) == 2 && entry > 4096; }

/* What an XArray has at a number, by its head; 0 if that is nothing. */
VERIFIED_ONCE u64 xarray_load(u64 head, u32 number) {
  u64 entry = head;
  if (!is_xarray_node(entry)) return number == 0 ? entry : 0;
  for (u32 level = 0; level < XARRAY_LEVELS; level++) {
    if (!is_xarray_node(entry)) break;
    struct xa_node *node = (void *)(entry - 2);
    u64 slot = (u64)number >> (READ_KERNEL(node, shift) & 31);
    if (level == 0 && slot >= XARRAY_SLOTS) return 0;
    void *slots = (void *)node + bpf_core_field_offset(struct xa_node, slots);
    entry = READ_AT(u64, slots + (slot & (XARRAY_SLOTS - 1)) * sizeof(void *));
  }
  return is_xarray_node(entry) ? 0 : entry;
}

/* The pid namespace that a task is in. */
static __always_inline struct pid_namespace *pid_namespace_of(struct task_struct *task) {
  struct pid *pid = READ_KERNEL(task, thread_pid);
  u32 level = READ_KERNEL(pid, level);
  struct upid *number =
    (void *)pid + bpf_core_field_offset(struct pid, numbers) + (u64)(level & 31) * bpf_core_type_size(struct upid);
  return READ_KERNEL(number, ns);
}

/* The thread that a number means in a task's pid namespace; NULL if there is none. */
static __always_inline struct task_struct *thread_numbered(struct task_struct *task, u32 number) {
  struct pid_namespace *namespace = pid_namespace_of(task);
  struct pid *pid = (void *)xarray_load((u64)READ_KERNEL(namespace, idr.idr_rt.xa_head), number);
  return pid ? task_of(pid, PIDTYPE_PID) : NULL;
}

/* The thread of a number in the initial pid namespace, in which every task has one; NULL if there is none. */
static __always_inline struct task_struct *thread_numbered_anywhere(struct task_struct *task, u32 number) {
  struct pid *own = READ_KERNEL(task, thread_pid);
  struct upid *first = (void *)own + bpf_core_field_offset(struct pid, numbers);
  struct pid_namespace *namespace = READ_KERNEL(first, ns);
  struct pid *pid = (void *)xarray_load((u64)READ_KERNEL(namespace, idr.idr_rt.xa_head), number);
  return pid ? task_of(pid, PIDTYPE_PID) : NULL;
}

/* What a pidfd stands for: its inode has had it since there is pidfs (6.9, cb12fd8e0dab). */
static __always_inline struct pid *pid_of_pidfd(struct file *file) {
  struct pid *pid = READ_KERNEL(file, private_data);
  return pid ? pid : READ_KERNEL(file, f_inode, i_private);
}
