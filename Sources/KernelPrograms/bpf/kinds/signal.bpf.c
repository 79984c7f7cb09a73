// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Signals that a process generates. The tracepoint is passed with the target's siglock held and interrupts off, so a
 * raw_tp program is never preempted in it and misses nothing, on any kernel; the classic one would not carry the value.
 */
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

SEC("raw_tp/signal_generate") int generate__trace_0__signal__any(u64 *ctx) {
  struct kernel_siginfo *info = (void *)ctx[1];
  /* SEND_SIG_NOINFO and SEND_SIG_PRIV: the kernel itself (include/linux/sched/signal.h). */
  if ((u64)info <= 1) return 0;
  s32 code = READ_KERNEL(info, si_code);
  if (code > 0) return 0;
  if (code != SI_USER && code != SI_QUEUE && code != SI_TKILL && !is_queueing()) return 0;

  struct task_struct *sender = (void *)bpf_get_current_task();
  struct task_struct *target = (void *)ctx[2];
  if (is_self(sender) || is_self(target)) return 0;
  bool sender_matches = scope_matches(sender), target_matches = scope_matches(target);
  if (!sender_matches && !target_matches) return 0;

  struct ipc_signal *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    loss_add(IPC_KIND_SIGNAL, 0);
    return 0;
  }
  fill_header(&record->header, sender, IPC_RECORD_SIGNAL, IPC_KIND_SIGNAL, sender_matches ? IPC_FLAG_IN_SCOPE : 0);
  u64 target_ids = visible_ids(target);
  record->target_tgid = target_ids >> 32;
  record->target_tid = target_ids;
  fill_names(record->target_comm, record->target_thread, &record->target_image, target, target_ids);
  record->number = ctx[0];
  record->code = code;
  record->has_value = code != SI_USER && code != SI_TKILL;
  record->value = record->has_value ? (u64)READ_KERNEL(info, _sifields._rt._sigval.sival_ptr) : 0;
  record->to_thread = ctx[3] == 0;
  record->result = ctx[4];
  record->target_in_scope = target_matches;
  record->pad = 0;
  bpf_ringbuf_submit(record, ring_wakeup(sizeof(*record)));
  return 0;
}
