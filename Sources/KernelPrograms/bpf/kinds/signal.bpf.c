// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Signals that a process generates. The tracepoint is passed with the target's siglock held and interrupts off, so a
 * raw_tp program is never preempted in it and misses nothing, on any kernel; the classic one would not carry the value.
 */
#include "kinds/signal.h"

SEC("raw_tp/signal_generate") int generate__trace_0__signal__any(u64 *ctx) {
  struct kernel_siginfo *info = (void *)ctx[1];
  if (!is_sent_by_process(info)) return 0;
  s32 code = READ_KERNEL(info, si_code);
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
  fill_signal_target(record, target);
  record->number = ctx[0];
  record->code = code;
  record->has_value = code != SI_USER && code != SI_TKILL;
  record->value = record->has_value ? (u64)READ_KERNEL(info, _sifields._rt._sigval.sival_ptr) : 0;
  record->to_thread = ctx[3] == 0;
  record->result = ctx[4];
  record->target_in_scope = target_matches;
  record->is_from_kernel = false;
  record->pad = 0;
  record->error = 0;
  bpf_ringbuf_submit(record, ring_wakeup(sizeof(*record)));
  return 0;
}
