// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Signals that the kernel itself sends, and those that it refuses to send for a process (--kernel-signals). */
#include "hooks/programs.h"
#include "kernel/life_syscalls.h"
#include "kinds/signal.h"

#define SI_KERNEL 0x80

/* The code that a handler would see; of a signal without information, what __send_signal_locked makes up. */
static __always_inline s32 code_of(struct kernel_siginfo *info) {
  return (u64)info == 0 ? SI_USER : (u64)info == 1 ? SI_KERNEL : READ_KERNEL(info, si_code);
}

SEC("raw_tp/signal_generate") int kernel__trace_0__kernelsignals__any(u64 *ctx) {
  struct kernel_siginfo *info = (void *)ctx[1];
  struct task_struct *target = (void *)ctx[2];
  if (is_sent_by_process(info) || is_self(target) || !scope_matches(target)) return 0;
  struct ipc_signal *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    loss_add(IPC_KIND_SIGNAL, 0);
    return 0;
  }
  __builtin_memset(record, 0, sizeof(*record));
  record->header.time = bpf_ktime_get_ns();
  record->header.type = IPC_RECORD_SIGNAL;
  record->header.kind = IPC_KIND_SIGNAL;
  record->header.lost = (u32)shared.lost[IPC_KIND_SIGNAL].records;
  fill_signal_target(record, target);
  record->number = ctx[0];
  record->code = code_of(info);
  record->to_thread = ctx[3] == 0;
  record->result = ctx[4];
  record->target_in_scope = true;
  record->is_from_kernel = true;
  bpf_ringbuf_submit(record, ring_wakeup(sizeof(*record)));
  return 0;
}

/* Number of a process that the current task knows by it, in ipcdump's pid namespace; 0 if that is another one. */
static __always_inline u32 number_as_seen_by(struct task_struct *task, s32 number) {
  struct pid *own = READ_KERNEL(task, thread_pid);
  bool is_same = READ_KERNEL(own, level) == shared.self_level && visible_number(own) != 0;
  return is_same && number > 0 ? number : 0;
}

static __always_inline int refused_signal(u32 number, struct pt_regs *regs, bool compat) {
  bool is_group = number == NR_tgkill || number == NR_rt_tgsigqueueinfo;
  bool is_thread = number == NR_tkill || is_group;
  bool is_plain = number == NR_kill || number == NR_rt_sigqueueinfo || number == NR_pidfd_send_signal;
  if (!is_thread && !is_plain) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  s32 signal = argument(regs, is_group ? 2 : 1, compat);
  /* Number 0 only inquires. */
  if (signal == 0 || is_self(task)) return 0;
  s32 first = number == NR_pidfd_send_signal ? 0 : argument(regs, 0, compat);
  u32 target = number_as_seen_by(task, first);
  bool in_scope = scope_matches(task);
  bool is_target = settings.scope == IPC_SCOPE_PROCESSES && bpf_map_lookup_elem(&processes, &target) != NULL;
  if (!in_scope && !is_target) return 0;
  struct ipc_signal *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    loss_add(IPC_KIND_SIGNAL, 0);
    return 0;
  }
  __builtin_memset(record, 0, sizeof(*record));
  fill_header(&record->header, task, IPC_RECORD_SIGNAL, IPC_KIND_SIGNAL, in_scope ? IPC_FLAG_IN_SCOPE : 0);
  record->target_tgid = number == NR_tkill ? 0 : target;
  record->target_tid = !is_thread         ? target
                       : number == NR_tkill ? target
                                            : number_as_seen_by(task, argument(regs, 1, compat));
  record->number = signal;
  record->code = number == NR_kill || number == NR_pidfd_send_signal ? SI_USER
                 : number == NR_tkill || number == NR_tgkill         ? SI_TKILL
                                                                     : SI_QUEUE;
  record->to_thread = is_thread;
  record->target_in_scope = is_target;
  record->error = EPERM;
  bpf_ringbuf_submit(record, ring_wakeup(sizeof(*record)));
  return 0;
}

SEC("raw_tp/sys_exit") int refused__hook_exit__kernelsignals__raw(u64 *ctx) {
  if ((s64)ctx[1] != -EPERM) return 0;
  struct pt_regs *regs = (void *)ctx[0];
  bool compat = is_compat((void *)bpf_get_current_task());
  s64 number = syscall_number(regs);
  return refused_signal(compat ? native_number_of_life(number) : number, regs, compat);
}

SEC("tp/raw_syscalls/sys_exit") int refused__hook_exit__kernelsignals__classic(struct trace_event_raw_sys_exit *ctx) {
  if (ctx->ret != -EPERM) return 0;
  bool compat = is_compat((void *)bpf_get_current_task());
  return refused_signal(compat ? native_number_of_life(ctx->id) : ctx->id, current_registers(), compat);
}
