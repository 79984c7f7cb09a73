// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What a task has: name, descriptors, registers. */
#pragma once

#include "kernel/read.h"

/* Number of the current thread. */
static __always_inline u32 current_thread(void) { return bpf_get_current_pid_tgid(); }

/* The task's own name; a thread may bear another one than its process. */
static __always_inline void read_comm(char *comm, struct task_struct *task) {
  read_16(comm, task->comm);
}

/* The name of a task's process, which is that of its first thread. */
static __always_inline void read_process_comm(char *comm, struct task_struct *task) {
  read_comm(comm, READ_KERNEL(task, group_leader));
}

/* When a process was born, in nanoseconds since boot: with its number, nothing else has it. `leader` is its first
 * thread, which inherits it when another one takes its place (de_thread, fs/exec.c). */
static __always_inline u64 birth_of(struct task_struct *leader) { return READ_KERNEL(leader, start_boottime); }

/* Which process image a task is of, as in ipc_header. */
static __always_inline u64 image_of(struct task_struct *leader) {
  return birth_of(leader) + READ_KERNEL(leader, self_exec_id);
}

/* Whether a thread of the process has not begun to end: `live` is counted down before sched_process_exit. */
static __always_inline bool is_process_alive(struct task_struct *task) {
  return READ_KERNEL(task, signal, live.counter) != 0;
}

#define SIGNAL_GROUP_EXIT 0x4 /* include/linux/sched/signal.h */

/* How a process has ended, as wait(2) has it: by a call or a signal that ends all its threads, else as its first thread
 * has (wait_task_zombie, kernel/exit.c). */
static __always_inline u32 exit_status_of(struct task_struct *task) {
  if (READ_KERNEL(task, signal, flags) & SIGNAL_GROUP_EXIT) return READ_KERNEL(task, signal, group_exit_code);
  return READ_KERNEL(task, group_leader, exit_code);
}

/* The name of the file that a task's process runs; NULL if there is none. */
static __always_inline const unsigned char *executable_name(struct task_struct *task) {
  struct mm_struct *mm = READ_KERNEL(task, mm);
  struct file *file = mm ? READ_KERNEL(mm, exe_file) : NULL;
  return file ? READ_KERNEL(file, f_path.dentry, d_name.name) : NULL;
}

/* Whose rights a task has. */
static __always_inline u32 user_of(struct task_struct *task) { return READ_KERNEL(task, cred, euid.val); }

/* Its cgroup in the hierarchy of version 2, by the inode number that the file system shows. */
static __always_inline u64 cgroup_of(struct task_struct *task) { return READ_KERNEL(task, cgroups, dfl_cgrp, kn, id); }

/* What a pid can be the number of (enum pid_type, include/linux/pid_types.h). */
#define PIDTYPE_PID 0
#define PIDTYPE_TGID 1
#define PIDTYPE_PGID 2

/* The first task that a pid stands for as one of a kind; NULL if there is none. */
static __always_inline struct task_struct *task_of(struct pid *pid, u32 type) {
  struct hlist_head *head = (void *)pid + bpf_core_field_offset(struct pid, tasks) + type * sizeof(struct hlist_head);
  struct hlist_node *first = READ_KERNEL(head, first);
  if (!first) return NULL;
  return (void *)first - bpf_core_field_offset(struct task_struct, pid_links) - type * sizeof(struct hlist_node);
}

/* Open file behind a descriptor of the current task. */
static __always_inline struct file *file_of(struct task_struct *task, u32 fd) {
  struct fdtable *table = READ_KERNEL(task, files, fdt);
  if (fd >= READ_KERNEL(table, max_fds)) return NULL;
  struct file **files = READ_KERNEL(table, fd);
  return READ_AT(struct file *, files + fd);
}

static __always_inline u32 mode_of(struct file *file) { return READ_KERNEL(file, f_inode, i_mode); }

/* Its type as a tail-call stage. */
static __always_inline u32 file_type(struct file *file) { return (mode_of(file) & S_IFMT) >> 12; }

/* Whether the current syscall was made through the 32-bit entry. */
static __always_inline bool is_compat(struct task_struct *task) {
#if defined(__TARGET_ARCH_x86)
  return READ_KERNEL(task, thread_info.status) & 0x2; /* TS_COMPAT, arch/x86/include/asm/thread_info.h */
#else
  return READ_KERNEL(task, thread_info.flags) & (1ul << 22); /* TIF_32BIT, arch/arm64/.../thread_info.h */
#endif
}

/* Number of a syscall as the caller gave it. */
static __always_inline s64 syscall_number(struct pt_regs *regs) {
#if defined(__TARGET_ARCH_x86)
  return READ_KERNEL(regs, orig_ax);
#else
  return READ_KERNEL(regs, syscallno);
#endif
}

/* Arguments as the caller passed them. arm64 keeps the first one aside, because x0 holds the result at the exit. */
static __always_inline u64 argument(struct pt_regs *regs, u32 position, bool compat) {
#if defined(__TARGET_ARCH_x86)
  if (compat) {
    u64 value = position == 0   ? READ_KERNEL(regs, bx)
                : position == 1 ? READ_KERNEL(regs, cx)
                : position == 2 ? READ_KERNEL(regs, dx)
                : position == 3 ? READ_KERNEL(regs, si)
                : position == 4 ? READ_KERNEL(regs, di)
                                : READ_KERNEL(regs, bp);
    return (u32)value;
  }
  return position == 0   ? READ_KERNEL(regs, di)
         : position == 1 ? READ_KERNEL(regs, si)
         : position == 2 ? READ_KERNEL(regs, dx)
         : position == 3 ? READ_KERNEL(regs, r10)
         : position == 4 ? READ_KERNEL(regs, r8)
                         : READ_KERNEL(regs, r9);
#else
  u64 value = position == 0 ? READ_KERNEL(regs, orig_x0) : READ_KERNEL(regs, regs[position]);
  return compat ? (u32)value : value;
#endif
}
