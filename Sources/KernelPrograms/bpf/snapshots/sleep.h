// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What is asked of every thread that sleeps. */
#pragma once

#include "core/state.h"
#include "kernel/compat.h"

/* Threads that have never been in user space, whose registers are made up: PF_IO_WORKER, PF_USER_WORKER (6.4; vhost),
 * PF_KTHREAD (include/linux/sched.h). */
#define PF_NO_CALLER (0x10u | 0x4000u | 0x200000u)

/* How long a task that sleeps has had no CPU. What CPU time ipcdump itself has used since it got its own is not
 * counted; it sleeps for a moment before it asks. */
static __always_inline u64 asleep_for(struct task_struct *task) {
  if (!bpf_core_field_exists(task->sched_info.last_arrival)) return IPC_WAITING_UNKNOWN;
  struct task_struct *self = (void *)bpf_get_current_task();
  u64 now = READ_KERNEL(self, sched_info.last_arrival);
  u64 then = READ_KERNEL(task, sched_info.last_arrival);
  if (then == 0) return IPC_WAITING_UNKNOWN;
  return now > then ? now - then : 0;
}
