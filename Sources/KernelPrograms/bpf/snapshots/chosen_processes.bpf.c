// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Which processes of the scope there are: those that are given by number when the trace begins, and who still lives. */
#include "core/scope.h"

/* Whether a task is the first thread of a process that lives. */
static __always_inline bool is_living_leader(struct task_struct *task) {
  return READ_KERNEL(task, pid) == READ_KERNEL(task, tgid) && is_process_alive(task);
}

/*
 * Given processes enter the scope, and so does whoever's parent has entered it, if children are followed. Each that has
 * entered is written, and each child that is left out. A child can come before its parent, because numbers begin anew:
 * Swift goes on until a pass brings nobody. Who is born meanwhile is seen (hooks/lifecycle.bpf.c).
 */
SEC("iter/task") int chosen_processes(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || !is_living_leader(task)) return 0;
  u32 tgid = READ_KERNEL(task, tgid);
  if (bpf_map_lookup_elem(&processes, &tgid)) return 0;
  struct ipc_process process = {.tgid = visible_tgid(task)};
  bool enters = bpf_map_lookup_elem(&pids, &process.tgid);
  if (!enters) {
    u32 parent = READ_KERNEL(task, real_parent, tgid);
    if (!bpf_map_lookup_elem(&processes, &parent)) return 0;
    process.parent = visible_tgid(READ_KERNEL(task, real_parent));
    enters = settings.follows_children;
  }
  process.is_in_scope = enters;
  if (enters) {
    enter_scope(tgid, birth_of(task));
    /* It may have ended before it was entered, and was not there to leave. */
    if (!is_process_alive(task)) leave_scope(tgid);
  }
  bpf_seq_write(ctx->meta->seq, &process, sizeof(process));
  return 0;
}

/* Who of the scope still lives: the count of them is wrong if the end of one went unseen. */
SEC("iter/task") int living_processes(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || !is_living_leader(task) || !is_of_processes(task)) return 0;
  struct ipc_process process = {.tgid = visible_tgid(task), .is_in_scope = true};
  bpf_seq_write(ctx->meta->seq, &process, sizeof(process));
  return 0;
}
