// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The programs that are attached; everything else of the main door is called by them. */

/*
 * Hands the call over to its handler, if it has one; whoever calls what has none pays for a look at the number only. To
 * the most frequent ones go jumps that the kernel makes direct: where processors guard indirect ones, those cost as much
 * as the rest.
 */
static __always_inline int dispatch(void *ctx, u32 door, u64 number) {
  if (number >= IPC_SYSCALL_LIMIT || !(settings.handled[door][number] || compat_numbers[number])) return 0;
  void *table = door == DOOR_EXIT ? (void *)&syscall_exits : (void *)&syscall_enters;
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  scratch->task = task;
  scratch->is_compat = is_compat(task);
  u32 slot = scratch->is_compat ? native_number(number) : number;
  if (slot == NR_read)
    bpf_tail_call_static(ctx, table, NR_read);
  else if (slot == NR_write)
    bpf_tail_call_static(ctx, table, NR_write);
  else
    bpf_tail_call(ctx, table, slot);
  return 0;
}

SEC("raw_tp/sys_exit") int dispatch__door_exit__any__raw(u64 *ctx) {
  return dispatch(ctx, DOOR_EXIT, syscall_number((void *)ctx[0]));
}

SEC("tp/raw_syscalls/sys_exit") int dispatch__door_exit__any__classic(struct trace_event_raw_sys_exit *ctx) {
  return dispatch(ctx, DOOR_EXIT, ctx->id);
}

SEC("raw_tp/sys_enter") int dispatch__door_enter__any__raw(u64 *ctx) { return dispatch(ctx, DOOR_ENTER, ctx[1]); }

SEC("tp/raw_syscalls/sys_enter") int dispatch__door_enter__any__classic(struct trace_event_raw_sys_enter *ctx) {
  return dispatch(ctx, DOOR_ENTER, ctx->id);
}
