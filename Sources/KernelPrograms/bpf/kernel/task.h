// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who acts: ids, name, registers, descriptors. */
#pragma once

#include "core/maps.h"

/* Number of `pid` in ipcdump's pid namespace, 0 if it has none there. */
static __always_inline u32 visible_number(struct pid *pid) {
  u32 level = shared.self_level;
  if (READ_KERNEL(pid, level) < level) return 0;
  /* numbers[] has one entry in 5.10's BTF and is flexible later; both lie at the same offset rule. */
  struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers)
                        + (u64)(level & 31) * bpf_core_type_size(struct upid);
  if (READ_KERNEL(number, ns, ns.inum) != settings.pidns_inum) return 0;
  return READ_KERNEL(number, nr);
}

static __always_inline u32 visible_tgid(struct task_struct *task) {
  if (shared.self_level == 0) return READ_KERNEL(task, tgid);
  return visible_number(READ_KERNEL(task, group_leader, thread_pid));
}

static __always_inline u32 visible_tid(struct task_struct *task) {
  if (shared.self_level == 0) return READ_KERNEL(task, pid);
  return visible_number(READ_KERNEL(task, thread_pid));
}

/* The task's own name, as the original told it; a thread may bear another one than its process. */
static __always_inline void read_comm(char *comm, struct task_struct *task) {
  read_16(comm, task->comm);
}

/* Makes bytes behind the NUL, which are whatever a longer name has left there, 0. */
static __always_inline void cut_comm(struct comm *comm) {
  u64 *words = (u64 *)comm->bytes;
  for (u32 i = 0; i < 2; i++) {
    /* The highest bit of each byte that is 0, and of none before the first of them. */
    u64 zeros = (words[i] - 0x0101010101010101ull) & ~words[i] & 0x8080808080808080ull;
    u64 first = zeros & -zeros;
    if (first == 0) continue;
    words[i] &= (first >> 7) - 1;
    if (i == 0) words[1] = 0;
  }
}

/* Whether a task is ipcdump's own, and to be left out. */
static __always_inline bool is_self(struct task_struct *task) {
  return settings.skips_self && (u32)READ_KERNEL(task, tgid) == shared.self_tgid;
}

/* Whether the scope of the filter takes in this process, by what it is itself. */
static __always_inline bool is_in_scope(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (settings.scope == IPC_SCOPE_TREE) {
    u32 tgid = READ_KERNEL(task, tgid);
    return bpf_map_lookup_elem(&tree, &tgid) != NULL;
  }
  if (settings.scope == IPC_SCOPE_PIDS) {
    u32 tgid = visible_tgid(task);
    return bpf_map_lookup_elem(&pids, &tgid) != NULL;
  }
  struct comm comm = {};
  read_comm(comm.bytes, task);
  cut_comm(&comm);
  return bpf_map_lookup_elem(&comms, &comm) != NULL;
}

VERIFIED_ONCE bool is_number_in_scope(u64 task) { return is_in_scope((struct task_struct *)task); }

/* The same, with the answer of the thread's last time if no process has come or gone since. */
static __always_inline bool scope_matches(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (!READS_DIRECTLY) return is_number_in_scope((u64)task);
  if (settings.scope == IPC_SCOPE_COMMS) return is_in_scope(task);
  u64 question = mix(READ_KERNEL(task, start_time), shared.scope_changes) & ~1ull;
  u32 slot = (u32)READ_KERNEL(task, pid) & (SCOPES - 1);
  u64 *answer = bpf_map_lookup_elem(&scopes, &slot);
  if (!answer) return false;
  u64 last = *answer;
  if ((last & ~1ull) == question) return last & 1;
  bool matches = is_in_scope(task);
  *answer = question | matches;
  return matches;
}

/* Its numbers in ipcdump's pid namespace: the process's in the upper half, the thread's in the lower one. */
VERIFIED_ONCE u64 namespace_ids(u64 task) {
  return (u64)visible_tgid((struct task_struct *)task) << 32 | visible_tid((struct task_struct *)task);
}

/* Its numbers as the user knows them. */
static __always_inline u64 visible_ids(struct task_struct *task) {
  if (shared.self_level != 0) return namespace_ids((u64)task);
  return (u64)(u32)READ_KERNEL(task, tgid) << 32 | (u32)READ_KERNEL(task, pid);
}

/* Number of the current thread, whose task is `task`. */
static __always_inline u32 number_of_current(struct task_struct *task) {
  return READS_DIRECTLY ? (u32)READ_KERNEL(task, pid) : current_thread();
}

static __always_inline void fill_header(struct ipc_header *header, struct task_struct *task, u16 type, u8 kind,
                                        u8 flags) {
  header->time = bpf_ktime_get_ns();
  u64 ids = visible_ids(task);
  header->tgid = ids >> 32;
  header->tid = ids;
  read_comm(header->comm, task);
  header->type = type;
  header->kind = kind;
  header->flags = flags;
  header->lost = kind < IPC_KIND_COUNT ? (u32)shared.lost[kind].records : 0;
}

#define NO_FD 0xffffffffu

/* Open file behind a descriptor of the current task. */
static __always_inline struct file *file_of(struct task_struct *task, u32 fd) {
  struct fdtable *table = READ_KERNEL(task, files, fdt);
  if (fd >= READ_KERNEL(table, max_fds)) return NULL;
  struct file **files = READ_KERNEL(table, fd);
  return READ_AT(struct file *, files + fd);
}

static __always_inline u32 mode_of(struct file *file) { return READ_KERNEL(file, f_inode, i_mode); }

/* Its type as a slot of the tables of files. */
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
