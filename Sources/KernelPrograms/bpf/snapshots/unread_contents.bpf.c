// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies unread in open channels when the trace ends. */
#include "record/unread_file.h"

/*
 * Records what lies behind each open file, as long as half of the ring is free; of each that has to wait, a byte comes out,
 * for which Swift empties the ring and asks again. Nothing else runs any more, so that the scratch is free.
 */
SEC("iter/task_file") int unread_contents(struct bpf_iter__task_file *ctx) {
  if (!HAS_CALLS) return 0;
  struct task_struct *task = ctx->task;
  if (!task || !ctx->file) return 0;
  /* Looked up anew, because a typed pointer is no number to the verifier. */
  struct file *file = file_of(task, ctx->fd);
  if (!file || (file_type(file) != STAGE_PIPE && file_type(file) != STAGE_SOCKET)) return 0;
  u64 room = bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE), waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  if (waiting > room / 2)
    bpf_seq_write(ctx->meta->seq, "w", 1);
  else
    send_unread(scratch_slot(IPC_HOOK_CLOSE), (u64)file, true);
  return 0;
}
