// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What a tracer does to another process: attaching to it, and changing its memory or registers a word at a time. */
#include "hooks/programs.h"
#include "kernel/numbers.h"
#include "record/target.h"

/* include/uapi/linux/ptrace.h */
#define PTRACE_POKETEXT 4
#define PTRACE_POKEDATA 5
#define PTRACE_POKEUSR 6
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206

static __always_inline int ptrace_exit(void *ctx, struct call *call) {
  if (call->result != 0) return 0;
  u32 request = argument(call->regs, 0, call->compat);
  bool is_poke = request >= PTRACE_POKETEXT && request <= PTRACE_POKEUSR;
  if (!is_poke && request != PTRACE_ATTACH && request != PTRACE_SEIZE) return 0;
  struct scratch *scratch = call->scratch;
  begin_transfer(call, NULL, NO_FD, true);
  struct task_struct *target = thread_numbered(call->task, argument(call->regs, 1, call->compat));
  if (!reaches(scratch, target)) return 0;
  fill_access(call->slot, IPC_KIND_PTRACE, (u64)target, argument(call->regs, 2, call->compat), request);
  transfer_send(call->slot, 0);
  return 0;
}
SYSCALL_EXIT(ptrace, SLOTS1(ptrace), ptrace, ptrace_exit)
