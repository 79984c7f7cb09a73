// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The programs that are attached; everything else of the main door is called by them. */

static __always_inline u32 number_of(struct task_struct *task, s64 number) {
  if (is_compat(task)) return native_number((u32)number);
  return number < 0 || number >= SYSCALL_LIMIT ? NO_SYSCALL : (u32)number;
}

SEC("raw_tp/sys_exit") int dispatch__door_exit__any__raw(u64 *ctx) {
  struct pt_regs *regs = (void *)ctx[0];
#if defined(__TARGET_ARCH_x86)
  s64 number = READ_KERNEL(regs, orig_ax);
#else
  s64 number = READ_KERNEL(regs, syscallno);
#endif
  bpf_tail_call(ctx, &syscall_exits, number_of((void *)bpf_get_current_task(), number));
  return 0;
}

SEC("tp/raw_syscalls/sys_exit") int dispatch__door_exit__any__classic(struct trace_event_raw_sys_exit *ctx) {
  bpf_tail_call(ctx, &syscall_exits, number_of((void *)bpf_get_current_task(), ctx->id));
  return 0;
}

SEC("raw_tp/sys_enter") int dispatch__door_enter__any__raw(u64 *ctx) {
  bpf_tail_call(ctx, &syscall_enters, number_of((void *)bpf_get_current_task(), ctx[1]));
  return 0;
}

SEC("tp/raw_syscalls/sys_enter") int dispatch__door_enter__any__classic(struct trace_event_raw_sys_enter *ctx) {
  bpf_tail_call(ctx, &syscall_enters, number_of((void *)bpf_get_current_task(), ctx->id));
  return 0;
}
