// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Processes that come into the filter's scope and leave it: by exec, fork, exit and rename. */
#include "core/scope.h"
#include "kernel/compat.h"
#include "snapshots/open_files.h"

/* After the change: who has asked before it asks again. */
static __always_inline void scope_changed(void) {
  __c11_atomic_fetch_add((_Atomic u32 *)&shared.scope_changes, 1, __ATOMIC_RELAXED);
}

static __always_inline void join_tree(u32 tgid) {
  u8 one = 1;
  if (bpf_map_update_elem(&tree, &tgid, &one, BPF_NOEXIST) == 0)
    __c11_atomic_fetch_add((_Atomic u32 *)&shared.tree_live, 1, __ATOMIC_RELAXED);
  else if (!bpf_map_lookup_elem(&tree, &tgid))
    __c11_atomic_fetch_add((_Atomic u32 *)&shared.tree_lost, 1, __ATOMIC_RELAXED);
  scope_changed();
}

static __always_inline void leave_tree(u32 tgid) {
  if (bpf_map_delete_elem(&tree, &tgid) != 0) return;
  __c11_atomic_fetch_add((_Atomic u32 *)&shared.tree_live, -1, __ATOMIC_RELAXED);
  scope_changed();
}

/* The traced command enters its tree when it is executed, not while it is still a copy of ipcdump. */
static __always_inline int on_exec(void) {
  struct task_struct *task = (void *)bpf_get_current_task();
  u32 tgid = bpf_get_current_pid_tgid() >> 32;
  if (settings.scope == IPC_SCOPE_TREE) {
    /* Processes outside of ipcdump's pid namespace have no number there, and nothing armed has number 0. */
    u32 number = visible_tgid(task);
    if (number == 0 || number != shared.armed) return 0;
    shared.armed = 0;
    join_tree(tgid);
    enter_open_files(task);
  } else if (settings.scope >= IPC_SCOPE_COMMS) {
    /* It runs another file now, perhaps as another user or in another cgroup than when it was made. */
    u64 *answer = remembered_scope(task);
    if (answer) *answer = 0;
    if (scope_matches(task)) enter_open_files(task);
  }
  return 0;
}

SEC("raw_tp/sched_process_exec") int exec__trace_0__any__raw(u64 *ctx) { return on_exec(); }
SEC("tp/sched/sched_process_exec") int exec__trace_0__any__classic(void *ctx) { return on_exec(); }

/* A new task of the tree. A thread is not a process of its own, but the classic tracepoint does not tell; a tid
 * in the map does no harm, because it is looked up by tgid and goes when the thread does. */
static __always_inline int on_fork(u32 child) {
  u32 parent = bpf_get_current_pid_tgid() >> 32;
  if (bpf_map_lookup_elem(&tree, &parent)) join_tree(child);
  return 0;
}

SEC("raw_tp/sched_process_fork") int fork__trace_0__tree__raw(u64 *ctx) {
  struct task_struct *child = (void *)ctx[1];
  return on_fork(READ_KERNEL(child, pid));
}

SEC("tp/sched/sched_process_fork")
int fork__trace_0__tree__classic(struct trace_event_raw_sched_process_fork *ctx) { return on_fork(ctx->child_pid); }

static __always_inline int on_exit(void) {
  u64 id = bpf_get_current_pid_tgid();
  u32 tgid = id >> 32, tid = (u32)id;
  struct task_struct *task = (void *)bpf_get_current_task();
  if (tid != tgid) leave_tree(tid);
  /* The leader may go before its threads (do_exit counts `live` down before this tracepoint). */
  if (READ_KERNEL(task, signal, live.counter) == 0) leave_tree(tgid);
  return 0;
}

SEC("raw_tp/sched_process_exit") int exit__trace_0__tree__raw(u64 *ctx) { return on_exit(); }
SEC("tp/sched/sched_process_exit") int exit__trace_0__tree__classic(void *ctx) { return on_exit(); }

/*
 * A rename comes into effect right after this tracepoint, so it is the new name that is looked up, and what other threads
 * find out until then is not remembered. A process's first thread gives all of them a name.
 */
SEC("raw_tp/task_rename") int rename__trace_0__comms__any(u64 *ctx) {
  struct task_struct *task = (void *)ctx[0];
  if (settings.scope != IPC_SCOPE_COMMS) return 0;
  struct comm before = {}, after = {};
  read_comm(before.bytes, task);
  bpf_probe_read_kernel_str(after.bytes, sizeof(after.bytes), (void *)ctx[1]);
  bool is_wanted_now = is_wanted_comm(&after);
  if (is_wanted_now || is_wanted_comm(&before)) {
    shared.renamed_at = bpf_ktime_get_ns();
    scope_changed();
  }
  if (is_wanted_now) enter_open_files(task);
  return 0;
}
