// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Threads that sleep already when the trace begins in calls that others end. */
#include "kernel/compat.h"
#include "kernel/syscalls.h"
#include "kinds/kinds.h"
#include "snapshots/sleep.h"

SEC("iter/task") int sleeping_calls(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || READ_KERNEL(task, flags) & PF_NO_CALLER || !(state_of(task) & TASK_INTERRUPTIBLE)) return 0;
  struct pt_regs *regs = registers_of(task);
  s64 number = syscall_number(regs);
  bool compat = is_compat(task);
  if (number < 0 || number >= IPC_SYSCALL_LIMIT) return 0;
  if (compat) number = native_number(number);
  if (is_wanted(IPC_KIND_SYSV_SEM)) meet_sem_wait(task, regs, compat, number);
  if (is_wanted(IPC_KIND_FUTEX)) meet_futex_wait(task, regs, compat, number);
  return 0;
}
