// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What /proc does not tell of threads: for how long they have slept, and which signals timers are about to send. */
#include "core/scope.h"
#include "snapshots/sleep.h"

/* Timers of a process that are looked at (timer_create(2)). */
#define TIMER_LIMIT 64

#define SIGALRM 14
#define SIGEV_NONE 1 /* include/uapi/asm-generic/siginfo.h */

/* Whether a timer of the kernel's runs: HRTIMER_STATE_ENQUEUED, a flag of its own since 6.19. */
static __always_inline bool is_enqueued(struct hrtimer *timer) {
  struct hrtimer___618 *old = (void *)timer;
  if (bpf_core_field_exists(old->state)) return READ_KERNEL(old, state) & 1;
  return bpf_core_field_exists(timer->is_queued) && READ_KERNEL(timer, is_queued);
}

/* Whether a timer of timer_create runs: a status since 6.13 (5d916a0988ee), of which 0 is disarmed. */
static __always_inline bool is_armed(struct k_itimer *timer) {
  struct k_itimer___612 *old = (void *)timer;
  if (bpf_core_field_exists(old->it_active)) return READ_KERNEL(old, it_active) != 0;
  return bpf_core_field_exists(timer->it_status) && READ_KERNEL(timer, it_status) != 0;
}

/* The signal that it sends: kept beside it before 6.13, within it since. */
static __always_inline u32 signal_of(struct k_itimer *timer) {
  u64 queued = (u64)timer + bpf_core_field_offset(struct k_itimer, sigq);
  if (bpf_core_field_size(timer->sigq) == sizeof(void *)) queued = READ_AT(u64, queued);
  return READ_AT(u32, queued + bpf_core_field_offset(struct sigqueue, info));
}

/* Clocks that stand while a process sleeps: those of CPU time (include/linux/posix-timers.h). */
static __always_inline bool is_of_cpu_time(s32 clock) { return clock < 0 || clock == 2 || clock == 3; }

/* Signals that running timers will send to a process, as a set. */
static __always_inline u64 awaited_signals(struct task_struct *task) {
  struct signal_struct *signal = READ_KERNEL(task, signal);
  u64 set = 0;
  if (bpf_core_field_exists(signal->real_timer) && is_enqueued(&signal->real_timer)) set |= 1ull << (SIGALRM - 1);
  if (!bpf_core_field_exists(signal->posix_timers)) return set;
  u64 head = (u64)signal + bpf_core_field_offset(struct signal_struct, posix_timers);
  /* A list and an hlist both begin with the pointer to what is next. */
  u64 node = READ_AT(u64, head);
  for (u32 i = 0; i < TIMER_LIMIT; i++) {
    if (node == 0 || node == head) break;
    struct k_itimer *timer = (void *)(node - bpf_core_field_offset(struct k_itimer, list));
    u32 number = signal_of(timer);
    if (is_armed(timer) && !is_of_cpu_time(READ_KERNEL(timer, it_clock))
        && READ_KERNEL(timer, it_sigev_notify) != SIGEV_NONE && number >= 1 && number <= 64)
      set |= 1ull << ((number - 1) & 63);
    node = READ_AT(u64, node);
  }
  return set;
}

SEC("iter/task") int sleepers(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || READ_KERNEL(task, flags) & PF_NO_CALLER) return 0;
  struct ipc_sleeper sleeper = {.tgid = visible_tgid(task), .tid = visible_tid(task), .idle = asleep_for(task)};
  if (bpf_core_field_exists(task->sched_info.last_arrival)) sleeper.arrival = READ_KERNEL(task, sched_info.last_arrival);
  if (sleeper.tid == 0) return 0;
  if (sleeper.tid == sleeper.tgid) sleeper.timers = awaited_signals(task);
  bpf_seq_write(ctx->meta->seq, &sleeper, sizeof(sleeper));
  return 0;
}
