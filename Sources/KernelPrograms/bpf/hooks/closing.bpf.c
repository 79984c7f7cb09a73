// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The last one who could read what lies in a channel closes it, or ends: what is unread is recorded while it is still
 * there. With calls only: without them, kernels would verify all of this for every descriptor (HAS_CALLS).
 */
#include "hooks/programs.h"
#include "record/unread_file.h"

/* Descriptors that one run of the stage looks at. It calls itself for the next ones, up to 33 times in all. */
#define DESCRIPTORS_A_PASS 64

VERIFIED_ONCE u32 is_descriptor_of(u64 task, u64 file, u32 fd) {
  return (u64)file_of((struct task_struct *)task, fd) == file;
}

/* Descriptors, from one on, that are of an open file. */
VERIFIED_ONCE u32 descriptors_of(u64 task, u64 file, u32 first) {
  u32 count = 0;
  for (u32 i = 0; i < DESCRIPTORS_A_PASS; i++) count += is_descriptor_of(task, file, first + i);
  return count;
}

/* Whether a file receives, and nobody else can by the same channel. */
VERIFIED_ONCE bool is_only_receiver(u64 address) {
  struct file *file = (struct file *)address;
  u32 type = file_type(file);
  if (type == STAGE_SOCKET) return true;
  if (type != STAGE_PIPE || !(READ_KERNEL(file, f_mode) & FMODE_READ)) return false;
  struct pipe_inode_info *pipe = READ_KERNEL(file, private_data);
  return READ_KERNEL(pipe, readers) == 1;
}

/* Records what is lost with one of many descriptors that are closed together: with the first one of its file, if nobody
 * else has any. */
VERIFIED_ONCE int record_closed(u32 slot, u64 task, u32 fd) {
  struct file *file = file_of((struct task_struct *)task, fd);
  if (!file || !is_only_receiver((u64)file)) return 0;
  u64 references = references_to(file);
  if (references != 1 && references != descriptors_of(task, (u64)file, fd)) return 0;
  send_unread(slot, (u64)file, false);
  return 0;
}

static __always_inline int closing_stage(void *ctx, void *table, u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!HAS_CALLS || !scratch) return 0;
  struct scratch_closing *closing = &scratch->closing;
  u64 task = bpf_get_current_task();
  for (u32 i = 0; i < DESCRIPTORS_A_PASS; i++) {
    if (closing->next > closing->last) break;
    record_closed(slot, task, closing->next);
    closing->next++;
  }
  if (closing->next <= closing->last) bpf_tail_call(ctx, table, STAGE_CLOSING);
  return 0;
}

/* The scratch of a call that closes, or of the end of a process, whose tracepoint hands over the task. */
SEC("raw_tp") int NAME(closing, __enterstage_, STAGE_CLOSING, __contents, raw)(u64 *ctx) {
  bool is_end = ctx[0] == bpf_get_current_task();
  return closing_stage(ctx, &enter_stages, scratch_slot(is_end ? IPC_HOOK_CLOSE : IPC_HOOK_SYS_ENTER));
}

/* One program runs on a CPU at a time. */
SEC("tp") int NAME(closing, __enterstage_, STAGE_CLOSING, __contents, classic)(void *ctx) {
  return closing_stage(ctx, &enter_stages, scratch_slot(IPC_HOOK_SYS_ENTER));
}

/* Goes on to look at the descriptors from one number to another, as far as there are such. */
static __always_inline int close_many(void *ctx, struct scratch *scratch, struct task_struct *task, u32 first,
                                      u32 last) {
  u32 limit = READ_KERNEL(task, files, fdt, max_fds);
  scratch->closing.next = first;
  scratch->closing.last = last < limit ? last : limit - 1;
  bpf_tail_call(ctx, &enter_stages, STAGE_CLOSING);
  return 0;
}

static __always_inline int close_enter(void *ctx, struct call *call) {
  if (is_self(call->task)) return 0;
  s64 number = syscall_number(call->regs);
  u32 native = call->compat ? native_number(number) : number;
  u32 first = argument(call->regs, 0, call->compat), second = argument(call->regs, 1, call->compat);
  if (native == NR_close_range) {
    if (argument(call->regs, 2, call->compat) & CLOSE_RANGE_CLOEXEC) return 0;
    return close_many(ctx, call->scratch, call->task, first, second);
  }
  if (native != NR_close && first == second) return 0;
  /* dup2 and dup3 close the second one. */
  u32 fd = native == NR_close ? first : second;
  struct file *file = file_of(call->task, fd);
  if (!file || references_to(file) != 1 || !is_only_receiver((u64)file)) return 0;
  return close_many(ctx, call->scratch, call->task, fd, fd);
}
SYSCALL_ENTER(close, SLOTS4(close, dup2, dup3, close_range), contents, close_enter)

/* The last thread of a process ends; its descriptors are closed behind this (do_exit, kernel/exit.c). */
static __always_inline int on_last_end(void *ctx, enum ipc_hook hook) {
  struct task_struct *task = (void *)bpf_get_current_task();
  struct files_struct *files = READ_KERNEL(task, files);
  struct scratch *scratch = scratch_at(scratch_slot(hook));
  if (!scratch || !files || is_self(task) || READ_KERNEL(files, count.counter) != 1) return 0;
  return close_many(ctx, scratch, task, 0, ~0u);
}

SEC("raw_tp/sched_process_exit") int close_all__trace_0__contents__raw(u64 *ctx) {
  return on_last_end(ctx, IPC_HOOK_CLOSE);
}

SEC("tp/sched/sched_process_exit") int close_all__trace_0__contents__classic(void *ctx) {
  return on_last_end(ctx, IPC_HOOK_SYS_ENTER);
}
