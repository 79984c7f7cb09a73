// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Processes that come into the filter's scope and leave it: by exec, fork, exit and rename. */
#include "core/scope.h"
#include "kernel/compat.h"
#include "record/record.h"
#include "snapshots/open_files.h"

/* The traced command enters the scope when it is executed, not while it is still a copy of ipcdump. */
static __always_inline int on_exec(void) {
  struct task_struct *task = (void *)bpf_get_current_task();
  u32 tgid = bpf_get_current_pid_tgid() >> 32;
  if (settings.scope == IPC_SCOPE_PROCESSES) {
    /* Processes outside of ipcdump's pid namespace have no number there, and nothing armed has number 0. */
    u32 number = visible_tgid(task);
    if (number == 0 || number != shared.armed) return 0;
    shared.armed = 0;
    enter_scope(tgid, birth_of(READ_KERNEL(task, group_leader)));
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

#define CLONE_THREAD 0x10000 /* include/uapi/linux/sched.h */

/* A process of the scope has made another one, which enters it, too; or is left out, which the user is to learn. */
static __always_inline int on_newtask(u32 child, u64 birth, u64 flags) {
  struct task_struct *task = (void *)bpf_get_current_task();
  if (flags & CLONE_THREAD || !is_of_processes(task)) return 0;
  if (settings.follows_children)
    enter_scope(child, birth);
  else if (shared.parent == 0)
    shared.parent = visible_tgid(task);
  return 0;
}

/* Not sched_process_fork, which does not tell threads from processes. */
SEC("raw_tp/task_newtask") int newtask__trace_0__processes__raw(u64 *ctx) {
  struct task_struct *child = (void *)ctx[0];
  return on_newtask(READ_KERNEL(child, pid), birth_of(child), ctx[1]);
}

SEC("tp/task/task_newtask") int newtask__trace_0__processes__classic(struct trace_event_raw_task_newtask *ctx) {
  return on_newtask(ctx->pid, 0, ctx->clone_flags);
}

/* Tells of a process of the scope that it is over, if it has not ended as it should. */
static __always_inline void tell_exit(struct task_struct *task) {
  u32 status = exit_status_of(task);
  if (status == 0 || is_self(task) || !scope_matches(task)) return;
  struct ipc_exit record = {.status = status};
  fill_header(&record.header, task, IPC_RECORD_EXIT, IPC_KIND_COUNT, 0);
  ring_submit(&record, sizeof(record));
}

/* The first thread may go before the others. */
static __always_inline int on_exit(void) {
  struct task_struct *task = (void *)bpf_get_current_task();
  if (is_process_alive(task)) return 0;
  /* While it is still in the scope. */
  if (settings.tells_exits) tell_exit(task);
  leave_scope(bpf_get_current_pid_tgid() >> 32);
  return 0;
}

SEC("raw_tp/sched_process_exit") int exit__trace_0__exits__raw(u64 *ctx) { return on_exit(); }
SEC("tp/sched/sched_process_exit") int exit__trace_0__exits__classic(void *ctx) { return on_exit(); }

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
