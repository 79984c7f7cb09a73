// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What processes run: told when they execute a program, because a short-lived one is gone when Swift looks, and when they
 * make another process, which runs the same.
 */
#include "core/ring.h"
#include "core/scope.h"
#include "kernel/compat.h"
#include "record/names.h"

/* Cgroups above each other that are told. */
#define CGROUP_STEPS 12

#define LEAST_PAGE 4096

/* Puts the path of what a task runs, or of where it is, behind what is in the scratch's bytes; true if it is no path. */
static __always_inline bool append_path(u32 slot, struct scratch *scratch, u32 *length, struct dentry *dentry,
                                        struct vfsmount *mount) {
  u32 start = scratch->cursor.fill;
  bool is_pseudo = walk_path(slot, scratch, dentry, mount);
  *length = scratch->cursor.fill - start;
  return is_pseudo;
}

/* Puts the arguments of what the current task runs behind that. They have just been written to its stack, whose end may
 * have been touched only up to the next page. */
VERIFIED_ONCE int append_arguments(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct mm_struct *mm = READ_KERNEL(scratch->call.task, mm);
  if (!mm) return 0;
  u64 start = READ_KERNEL(mm, arg_start), end = READ_KERNEL(mm, arg_end);
  if (end <= start) return 0;
  u64 fill = at_most(scratch->cursor.fill, 2 * IPC_PATH_LIMIT);
  u64 size = at_most(end - start, IPC_ARGUMENTS_LIMIT);
  if (bpf_probe_read_user(scratch->bytes + fill, size, (void *)start)) {
    u64 in_page = LEAST_PAGE - (start & (LEAST_PAGE - 1));
    size = at_most(size < in_page ? size : in_page, IPC_ARGUMENTS_LIMIT);
    if (bpf_probe_read_user(scratch->bytes + fill, size, (void *)start)) return 0;
  }
  scratch->exec.arguments = size;
  scratch->cursor.fill = fill + size;
  return 0;
}

/* Puts the name of a cgroup behind that, and goes on to the one above it. */
VERIFIED_ONCE u64 append_cgroup(u32 slot, u64 address) {
  struct scratch *scratch = scratch_at(slot);
  struct kernfs_node *node = (struct kernfs_node *)address;
  if (!scratch || !node) return 0;
  u64 fill = at_most(scratch->cursor.fill, 4 * IPC_PATH_LIMIT - 256);
  long size = bpf_probe_read_kernel_str(scratch->bytes + fill, 256, READ_KERNEL(node, name));
  u64 length = size > 0 ? at_most(size, 256) : 0;
  scratch->cursor.fill = fill + length;
  scratch->exec.cgroup += length;
  return (u64)kernfs_parent(node);
}

/* Tells what the current task runs from now on. */
static __always_inline int on_program(void) {
  struct task_struct *task = (void *)bpf_get_current_task();
  if (is_self(task)) return 0;
  u32 slot = scratch_slot(IPC_HOOK_EXEC);
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  scratch->call.task = task;
  scratch->cursor.fill = 0;
  struct ipc_exec *record = &scratch->exec;
  __builtin_memset(record, 0, sizeof(*record));
  fill_header(&record->header, task, IPC_RECORD_EXEC, IPC_KIND_COUNT, 0);
  record->uid = user_of(task);
  record->own_pid = own_tgid((u64)task);
  struct mm_struct *mm = READ_KERNEL(task, mm);
  struct file *file = mm ? READ_KERNEL(mm, exe_file) : NULL;
  if (file)
    record->is_pseudo = append_path(slot, scratch, &record->executable, READ_KERNEL(file, f_path.dentry),
                                    READ_KERNEL(file, f_path.mnt));
  append_path(slot, scratch, &record->directory, READ_KERNEL(task, fs, pwd.dentry), READ_KERNEL(task, fs, pwd.mnt));
  append_arguments(slot);
  u64 node = (u64)READ_KERNEL(task, cgroups, dfl_cgrp, kn);
  for (u32 i = 0; i < CGROUP_STEPS; i++) {
    if (!node) break;
    node = append_cgroup(slot, node);
  }
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

SEC("raw_tp/sched_process_exec") int run__trace_0__images__raw(u64 *ctx) { return on_program(); }
SEC("tp/sched/sched_process_exec") int run__trace_0__images__classic(void *ctx) { return on_program(); }

/* Tells that the current task has made another. The classic tracepoint does not say whether that is a thread of its own
 * process, whose number nothing will ask for. */
static __always_inline int on_child(u32 child, u32 own_child) {
  struct task_struct *task = (void *)bpf_get_current_task();
  if (is_self(task) || child == 0) return 0;
  struct ipc_fork record = {.child = child, .own_child = own_child};
  fill_header(&record.header, task, IPC_RECORD_FORK, IPC_KIND_COUNT, 0);
  ring_submit(&record, sizeof(record));
  return 0;
}

SEC("raw_tp/sched_process_fork") int child__trace_0__images__raw(u64 *ctx) {
  struct task_struct *child = (void *)ctx[1];
  if (READ_KERNEL(child, pid) != READ_KERNEL(child, tgid)) return 0;
  return on_child(visible_tgid(child), own_tgid((u64)child));
}

/* The number is that of the initial pid namespace. */
SEC("tp/sched/sched_process_fork")
int child__trace_0__images__classic(struct trace_event_raw_sched_process_fork *ctx) {
  return shared.self_level == 0 ? on_child(ctx->child_pid, 0) : 0;
}
