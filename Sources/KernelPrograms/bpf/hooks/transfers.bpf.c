// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Syscalls that move bytes through a descriptor: they find the file and hand over to the stage of its type.
 * A regular file costs eight reads of kernel memory, and nothing more.
 */
#include "core/call_context.h"
#include "core/kinds.h"
#include "hooks/transfers.h"

static __always_inline int hand_over(void *ctx, struct call *call, enum side side, bool is_write, bool is_vector) {
  u32 fd = argument(call->regs, 0, call->compat);
  struct file *file = file_of(call->task, fd);
  if (!file) return 0;
  u32 type = file_type(file);
  bool is_plain_file = type == FILE_REGULAR || type == FILE_ANONYMOUS; /* by far the most frequent */
  u32 stage = is_plain_file ? stage_of_system(file) : 0;
  if (is_plain_file && !stage) return 0;
  struct scratch *scratch = call->scratch;
  begin_transfer(call, file, fd, is_write);
  scratch->call.base = argument(call->regs, 1, call->compat);
  scratch->call.length = argument(call->regs, 2, call->compat);
  scratch->call.is_vector = is_vector;
  scratch->call.is_plain = true;
  if (is_plain_file)
    bpf_tail_call(ctx, side == AT_END ? (void *)&exit_stages : (void *)&enter_stages, stage);
  else
    go_to_file(ctx, side, type);
  return 0;
}

/* Nothing was transferred, but something may have been seen of it. A read of 0 bytes may have been an empty message. */
static __always_inline int failed_read(struct call *call) {
  if (call->result != -EAGAIN) context_clear(call->thread);
  return 0;
}

static __always_inline int read_exit(void *ctx, struct call *call) {
  if (call->result < 0) return failed_read(call);
  return hand_over(ctx, call, AT_END, false, false);
}

static __always_inline int readv_exit(void *ctx, struct call *call) {
  if (call->result < 0) return failed_read(call);
  return hand_over(ctx, call, AT_END, false, true);
}

static __always_inline int write_exit(void *ctx, struct call *call) {
  return hand_over(ctx, call, AT_END, true, false);
}

static __always_inline int writev_exit(void *ctx, struct call *call) {
  return hand_over(ctx, call, AT_END, true, true);
}

static __always_inline int write_enter(void *ctx, struct call *call) {
  return hand_over(ctx, call, AT_START, true, false);
}

static __always_inline int writev_enter(void *ctx, struct call *call) {
  return hand_over(ctx, call, AT_START, true, true);
}

/* preadv2 and pwritev2 take a pipe with offset −1; pread and pwrite fail with ESPIPE and need no handler. */
SYSCALL_EXIT(read, SLOTS1(read), any, read_exit)
SYSCALL_EXIT(readv, SLOTS2(readv, preadv2), any, readv_exit)
SYSCALL_EXIT(write, SLOTS1(write), any, write_exit)
SYSCALL_EXIT(writev, SLOTS2(writev, pwritev2), any, writev_exit)
SYSCALL_ENTER(write, SLOTS1(write), any, write_enter)
SYSCALL_ENTER(writev, SLOTS2(writev, pwritev2), any, writev_enter)

static __always_inline int splice_exit(void *ctx, struct call *call) {
  u32 from = argument(call->regs, 0, call->compat), to = argument(call->regs, 2, call->compat);
  return splice_transfer(ctx, call, file_of(call->task, from), from, file_of(call->task, to), to);
}

/* tee copies: what it reads stays in the pipe. */
static __always_inline int tee_exit(void *ctx, struct call *call) {
  u32 to = argument(call->regs, 1, call->compat);
  return splice_transfer(ctx, call, NULL, 0, file_of(call->task, to), to);
}

static __always_inline int sendfile_exit(void *ctx, struct call *call) {
  u32 to = argument(call->regs, 0, call->compat);
  return splice_transfer(ctx, call, NULL, 0, file_of(call->task, to), to);
}

/* Goes the way that the descriptor allows; a FIFO opened for both is written to (vmsplice_type, fs/splice.c). */
static __always_inline int vmsplice_exit(void *ctx, struct call *call) {
  if (call->result <= 0) return 0;
  struct file *file = file_of(call->task, argument(call->regs, 0, call->compat));
  if (!file) return 0;
  bool is_write = READ_KERNEL(file, f_mode) & FMODE_WRITE;
  return hand_over(ctx, call, AT_END, is_write, true);
}

static __always_inline int other_end_stage(void *ctx, u32 slot, struct scratch *scratch) {
  struct call call = {
    .scratch = scratch,
    .slot = slot,
    .thread = scratch->call.thread,
    .task = scratch->call.task,
    .result = scratch->call.returned,
    .compat = scratch->call.is_compat,
  };
  begin_splice(&call, scratch->splice.file, scratch->splice.fd, true);
  go_to_file(ctx, AT_END, file_type(scratch->call.file));
  return 0;
}

SYSCALL_EXIT(splice, SLOTS1(splice), any, splice_exit)
SYSCALL_EXIT(tee, SLOTS1(tee), any, tee_exit)
SYSCALL_EXIT(sendfile, SLOTS2(sendfile, sendfile64), any, sendfile_exit)
SYSCALL_EXIT(vmsplice, SLOTS1(vmsplice), any, vmsplice_exit)
EXIT_STAGE(other_end, STAGE_OTHER_END, any, other_end_stage)
