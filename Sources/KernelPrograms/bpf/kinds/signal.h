// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who sends a signal, and whom it is for. */
#pragma once

#include "core/ring.h"
#include "core/scope.h"
#include "kernel/compat.h"
#include "kernel/syscalls.h"
#include "record/record.h"

#define SI_USER 0
#define SI_QUEUE -1
#define SI_TKILL -6

/* Whether the current task sent this itself, by a syscall that lets it choose the code. */
static __always_inline bool is_queueing(void) {
  s64 number = syscall_number(current_registers());
  if (is_compat((void *)bpf_get_current_task())) number = native_number(number);
  return number == NR_rt_sigqueueinfo || number == NR_rt_tgsigqueueinfo || number == NR_pidfd_send_signal;
}

/* Whether a process has sent it, as the signal's own information says. */
static __always_inline bool is_sent_by_process(struct kernel_siginfo *info) {
  /* SEND_SIG_NOINFO and SEND_SIG_PRIV: the kernel itself (include/linux/sched/signal.h). */
  if ((u64)info <= 1) return false;
  s32 code = READ_KERNEL(info, si_code);
  if (code > 0) return false;
  return code == SI_USER || code == SI_QUEUE || code == SI_TKILL || is_queueing();
}

/* Fills in whom a signal is for. */
static __always_inline void fill_signal_target(struct ipc_signal *record, struct task_struct *target) {
  u64 ids = visible_ids(target);
  record->target_tgid = ids >> 32;
  record->target_tid = ids;
  fill_names(record->target_comm, record->target_thread, &record->target_image, target, ids);
}
