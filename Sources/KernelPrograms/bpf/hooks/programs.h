// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The syscall hook: the end of every syscall, and the start of those that may block while others go on.
 *
 * A dispatcher looks up the syscall's number in a table of programs; a number without a handler costs one failed tail
 * call. Each handler exists twice, as raw tracepoint and as classic one, over the same function; Swift loads one set.
 * Raw and not BTF-typed, because a table takes programs of one tracepoint only if they are typed, and the tail-call
 * stages serve io_uring, too.
 *
 * Program names say where a program belongs: LABEL__TABLE_SLOTS__KIND__VARIANT (Sources/ProgramNames), which is checked
 * when the object is embedded. KIND is `any` for those that every kind needs, VARIANT `any` for those that exist once;
 * SLOTS are the table entries that lead to the program.
 */
#pragma once

#include "core/scope.h"
#include "core/scratch.h"
#include "core/tables.h"
#include "kernel/compat.h"
#include "kernel/syscalls.h"

/* A syscall that the dispatcher has handed over, or a request of io_uring. */
struct call {
  struct scratch *scratch;
  u32 slot; /* of the scratch */
  u32 thread; /* number of who runs */
  struct task_struct *task;
  struct pt_regs *regs; /* NULL for a request */
  s64 result; /* at the end only */
  bool compat;
};

/* Tables of one side of an operation. */
enum side { AT_START, AT_END };

/* Takes over the call that the dispatcher has left in the hook's scratch. */
static __always_inline bool call_at(enum ipc_hook hook, struct pt_regs *regs, s64 result, struct call *call) {
  u32 slot = scratch_slot(hook);
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct task_struct *task = scratch->call.task;
  *call = (struct call){
    .scratch = scratch,
    .slot = slot,
    .thread = number_of_current(task),
    .task = task,
    .regs = regs,
    .result = result,
    .compat = scratch->call.is_compat,
  };
  return true;
}

/* Goes on with the stage of a file's type, by a jump that the kernel makes a direct one; returns if there is none. */
static __always_inline void go_to_file(void *ctx, enum side side, u32 type) {
  void *table = side == AT_END ? (void *)&exit_stages : (void *)&enter_stages;
  if (type == STAGE_PIPE)
    bpf_tail_call_static(ctx, table, STAGE_PIPE);
  else if (type == STAGE_SOCKET)
    bpf_tail_call_static(ctx, table, STAGE_SOCKET);
  else if (type == STAGE_CHARACTER_DEVICE)
    bpf_tail_call_static(ctx, table, STAGE_CHARACTER_DEVICE);
}

/* Takes over what every transfer has, with one message and nothing beside it. */
static __always_inline void begin_transfer(struct call *call, struct file *file, u32 fd, bool is_write) {
  struct scratch *scratch = call->scratch;
  scratch->call.task = call->task;
  scratch->call.file = file;
  scratch->call.fd = fd;
  scratch->call.result = call->result;
  scratch->call.returned = call->result;
  scratch->call.thread = call->thread;
  scratch->call.is_write = is_write;
  scratch->call.is_compat = call->compat;
  scratch->call.message_flags = 0;
  scratch->call.name = 0;
  scratch->call.control = 0;
  scratch->call.control_length = 0;
  scratch->call.is_spliced = false;
  scratch->call.is_socket_pair = false;
  scratch->batch.vector = 0;
  scratch->batch.count = 1;
  scratch->batch.index = 0;
  scratch->splice.is_pending = false;
}

/* Ends the work for a call: goes on to the other end if it was a splice, whether or not this one was recorded. */
static __always_inline int finish_call(void *ctx, struct scratch *scratch) {
  if (scratch->splice.is_pending) bpf_tail_call(ctx, &exit_stages, STAGE_OTHER_END);
  return 0;
}

#define JOIN(a, b, c, d, e, f) a##b##c##d##e##f
#define NAME(label, table, slot, kind, variant) JOIN(label, table, slot, kind, __, variant)

/* Defines both variants of a handler of syscalls; `body(void *ctx, struct call *call)` does the work. */
#define EXIT_PROGRAM(label, table, slot, kind, body)                                                    \
  SEC("raw_tp/sys_exit") int NAME(label, table, slot, kind, raw)(u64 * ctx) {                            \
    struct call call;                                                                                    \
    return call_at(IPC_HOOK_SYS_EXIT, (void *)ctx[0], ctx[1], &call) ? body(ctx, &call) : 0;             \
  }                                                                                                      \
  SEC("tp/raw_syscalls/sys_exit")                                                                        \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_exit * ctx) {                   \
    struct call call;                                                                                    \
    return call_at(IPC_HOOK_SYS_EXIT, current_registers(), ctx->ret, &call) ? body(ctx, &call) : 0;      \
  }

#define ENTER_PROGRAM(label, table, slot, kind, body)                                                   \
  SEC("raw_tp/sys_enter") int NAME(label, table, slot, kind, raw)(u64 * ctx) {                           \
    struct call call;                                                                                    \
    return call_at(IPC_HOOK_SYS_ENTER, (void *)ctx[0], 0, &call) ? body(ctx, &call) : 0;                 \
  }                                                                                                      \
  SEC("tp/raw_syscalls/sys_enter")                                                                       \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_enter * ctx) {                  \
    struct call call;                                                                                    \
    return call_at(IPC_HOOK_SYS_ENTER, current_registers(), 0, &call) ? body(ctx, &call) : 0;            \
  }

/* A handler of one to four syscalls, whose numbers become part of the program's name. */
#define SLOTS1(a) NR_##a
#define SLOTS2(a, b) JOIN_SLOTS(NR_##a, _, NR_##b, , , , )
#define SLOTS3(a, b, c) JOIN_SLOTS(NR_##a, _, NR_##b, _, NR_##c, , )
#define SLOTS4(a, b, c, d) JOIN_SLOTS(NR_##a, _, NR_##b, _, NR_##c, _, NR_##d)
#define JOIN_SLOTS(a, b, c, d, e, f, g) JOIN_SEVEN(a, b, c, d, e, f, g)
#define JOIN_SEVEN(a, b, c, d, e, f, g) a##b##c##d##e##f##g
#define SYSCALL_EXIT(label, slots, kind, body) EXIT_PROGRAM(label, __exit_, slots, __##kind, body)
#define SYSCALL_ENTER(label, slots, kind, body) ENTER_PROGRAM(label, __enter_, slots, __##kind, body)

/*
 * Which scratch an operation is in that comes to a stage as raw tracepoint: that of the syscall hook, or that of
 * io_uring, whose tracepoints can overtake it on this CPU (PREEMPT_LAZY and PREEMPT, where programs of one tracepoint
 * keep each other out and those of two do not). The dispatcher has left in its scratch what its tracepoint hands over
 * first: the registers on the caller's stack, which no ring and no request lies at. Without a branch, of which the
 * verifier would follow both ways.
 */
static __always_inline u32 slot_of_origin(u32 slot, struct scratch *scratch, u64 origin) {
  u64 difference = scratch->origin ^ origin;
  return slot + (IPC_HOOK_URING_SUBMIT - IPC_HOOK_SYS_ENTER) * (u32)((difference | -difference) >> 63);
}

/*
 * Defines both variants of a tail-call stage; `body(void *ctx, u32 slot, struct scratch *scratch)` does the work. As
 * classic tracepoint, io_uring has the syscall hook's scratch: one program runs on a CPU at a time (bpf_prog_active,
 * trace_call_bpf).
 */
#define STAGE_PROGRAM(hook, label, table, slot, kind, body)                                                   \
  SEC("raw_tp") int NAME(label, table, slot, kind, raw)(u64 * ctx) {                                          \
    u32 own = scratch_slot(hook);                                                                             \
    struct scratch *scratch = scratch_at(own);                                                                \
    if (!scratch) return 0;                                                                                   \
    own = slot_of_origin(own, scratch, ctx[0]);                                                               \
    scratch = scratch_at(own);                                                                                \
    return scratch ? body(ctx, own, scratch) : 0;                                                             \
  }                                                                                                           \
  SEC("tp") int NAME(label, table, slot, kind, classic)(void *ctx) {                                          \
    u32 own = scratch_slot(hook);                                                                             \
    struct scratch *scratch = scratch_at(own);                                                                \
    return scratch ? body(ctx, own, scratch) : 0;                                                             \
  }

/* Stages at the end and at the start of operations. */
#define EXIT_STAGE(label, slot, kind, body) \
  STAGE_PROGRAM(IPC_HOOK_SYS_EXIT, label, __exitstage_, slot, __##kind, body)
#define ENTER_STAGE(label, slot, kind, body) \
  STAGE_PROGRAM(IPC_HOOK_SYS_ENTER, label, __enterstage_, slot, __##kind, body)
