// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The programs that are attached to the ends and starts of all syscalls; they call everything else of the syscall
 * hook. */
#include "hooks/programs.h"

/*
 * Hands the call over to its handler, if it has one; whoever calls what has none pays for a look at the number only. To
 * the most frequent ones go jumps that the kernel makes direct: where processors guard indirect ones, those cost as
 * much as the rest.
 */
static __always_inline int dispatch(void *ctx, enum ipc_hook hook, u64 origin, u64 number) {
  if (number >= IPC_SYSCALL_LIMIT || !(settings.handled[hook][number] || compat_numbers[number])) return 0;
  void *table = hook == IPC_HOOK_SYS_EXIT ? (void *)&syscall_exits : (void *)&syscall_enters;
  struct scratch *scratch = scratch_at(scratch_slot(hook));
  if (!scratch) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  scratch->origin = origin;
  scratch->call.task = task;
  scratch->call.is_compat = is_compat(task);
  u32 slot = scratch->call.is_compat ? native_number(number) : number;
  if (slot == NR_read)
    bpf_tail_call_static(ctx, table, NR_read);
  else if (slot == NR_write)
    bpf_tail_call_static(ctx, table, NR_write);
  else
    bpf_tail_call(ctx, table, slot);
  return 0;
}

SEC("raw_tp/sys_exit") int dispatch__hook_exit__any__raw(u64 *ctx) {
  return dispatch(ctx, IPC_HOOK_SYS_EXIT, ctx[0], syscall_number((void *)ctx[0]));
}

SEC("tp/raw_syscalls/sys_exit") int dispatch__hook_exit__any__classic(struct trace_event_raw_sys_exit *ctx) {
  return dispatch(ctx, IPC_HOOK_SYS_EXIT, 0, ctx->id);
}

SEC("raw_tp/sys_enter") int dispatch__hook_enter__any__raw(u64 *ctx) {
  return dispatch(ctx, IPC_HOOK_SYS_ENTER, ctx[0], ctx[1]);
}

SEC("tp/raw_syscalls/sys_enter") int dispatch__hook_enter__any__classic(struct trace_event_raw_sys_enter *ctx) {
  return dispatch(ctx, IPC_HOOK_SYS_ENTER, 0, ctx->id);
}
