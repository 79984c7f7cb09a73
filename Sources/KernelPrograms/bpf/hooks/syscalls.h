// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The main door: the end of every syscall, and the start of those that may block while others go on.
 *
 * A dispatcher looks up the syscall's number in a table of programs; a number without a handler costs one failed tail
 * call. Each handler exists twice, as raw tracepoint and as classic one, over the same function; Swift loads one set.
 * Raw and not BTF-typed, because a table takes programs of one tracepoint only if they are typed, and what lies behind
 * the tables serves io_uring, too.
 *
 * Program names tell Swift where a program belongs: LABEL__TABLE_SLOTS__KIND__VARIANT. KIND is `any` for those that every
 * kind needs, VARIANT `any` for those that exist once; SLOTS are the table entries that lead to the program.
 */
#pragma once

#include "kernel/compat.h"
#include "kernel/syscalls.h"
#include "kernel/task.h"

struct call {
  struct task_struct *task;
  struct pt_regs *regs;
  s64 result; /* at the exit only */
  u32 thread; /* number of who runs */
  bool compat;
};

/* The call that the dispatcher has handed over. */
static __always_inline bool call_at(u32 door, struct pt_regs *regs, s64 result, struct call *call) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return false;
  scratch->thread = number_of_current(scratch->task);
  *call = (struct call){scratch->task, regs, result, scratch->thread, scratch->is_compat};
  return true;
}

/* The call that a program behind the door's tables works for. */
static __always_inline bool call_behind(u32 door, struct call *call) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return false;
  *call = (struct call){scratch->task, NULL, scratch->call_result, scratch->thread, scratch->is_compat};
  return true;
}

/* Goes on with the program of a file's type, by a jump that the kernel makes a direct one; returns if there is none. */
static __always_inline void go_to_file(void *ctx, u32 door, u32 type) {
  void *table = door == DOOR_EXIT ? (void *)&exit_files : (void *)&enter_files;
  if (type == STAGE_PIPE)
    bpf_tail_call_static(ctx, table, STAGE_PIPE);
  else if (type == STAGE_SOCKET)
    bpf_tail_call_static(ctx, table, STAGE_SOCKET);
  else if (type == STAGE_CHARACTER_DEVICE)
    bpf_tail_call_static(ctx, table, STAGE_CHARACTER_DEVICE);
}

/* Takes over what every transfer has, with one message and nothing beside it. */
static __always_inline void begin_transfer(struct scratch *scratch, struct call *call, struct file *file, u32 fd,
                                           bool is_write) {
  scratch->task = call->task;
  scratch->file = file;
  scratch->fd = fd;
  scratch->result = call->result;
  scratch->call_result = call->result;
  scratch->thread = call->thread;
  scratch->is_write = is_write;
  scratch->is_compat = call->compat;
  scratch->message_flags = 0;
  scratch->name = 0;
  scratch->control = 0;
  scratch->control_length = 0;
  scratch->vector = 0;
  scratch->messages = 1;
  scratch->message = 0;
  scratch->is_spliced = false;
  scratch->has_other_end = false;
}

/* Whether what is told is no syscall, but a request of io_uring. */
static __always_inline bool is_request(struct scratch *scratch) { return scratch->fd == NO_FD; }

/* Ends the work for a call: goes on to the other end if it was a splice, whether or not this one was told. */
static __always_inline int pass_on(void *ctx, struct scratch *scratch) {
  if (scratch->has_other_end) bpf_tail_call(ctx, &exit_files, STAGE_OTHER_END);
  return 0;
}

#define JOIN(a, b, c, d, e, f) a##b##c##d##e##f
#define NAME(label, table, slot, kind, variant) JOIN(label, table, slot, kind, __, variant)

/* Defines both variants of a program in a table of a door; `body(void *ctx, struct call *call)` does the work. */
#define EXIT_PROGRAM(label, table, slot, kind, body)                                         \
  SEC("raw_tp/sys_exit") int NAME(label, table, slot, kind, raw)(u64 * ctx) {                 \
    struct call call;                                                                         \
    return call_at(DOOR_EXIT, (void *)ctx[0], ctx[1], &call) ? body(ctx, &call) : 0;          \
  }                                                                                           \
  SEC("tp/raw_syscalls/sys_exit")                                                             \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_exit * ctx) {        \
    struct call call;                                                                         \
    return call_at(DOOR_EXIT, current_registers(), ctx->ret, &call) ? body(ctx, &call) : 0;   \
  }

#define ENTER_PROGRAM(label, table, slot, kind, body)                                        \
  SEC("raw_tp/sys_enter") int NAME(label, table, slot, kind, raw)(u64 * ctx) {                \
    struct call call;                                                                         \
    return call_at(DOOR_ENTER, (void *)ctx[0], 0, &call) ? body(ctx, &call) : 0;              \
  }                                                                                           \
  SEC("tp/raw_syscalls/sys_enter")                                                            \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_enter * ctx) {       \
    struct call call;                                                                         \
    return call_at(DOOR_ENTER, current_registers(), 0, &call) ? body(ctx, &call) : 0;         \
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

/* Defines both variants of a program behind a door's tables, to which the call comes by the scratch. */
#define PROGRAM_BEHIND(door, label, table, slot, kind, body)                                                  \
  SEC("raw_tp") int NAME(label, table, slot, kind, raw)(void *ctx) {                                          \
    struct call call;                                                                                         \
    return call_behind(door, &call) ? body(ctx, &call) : 0;                                                   \
  }                                                                                                           \
  SEC("tp") int NAME(label, table, slot, kind, classic)(void *ctx) {                                          \
    struct call call;                                                                                         \
    return call_behind(door, &call) ? body(ctx, &call) : 0;                                                   \
  }

/* A handler of all transfers on files of one type (S_IFMT >> 12), or a step that several of them share. */
#define FILE_EXIT(label, slot, kind, body) PROGRAM_BEHIND(DOOR_EXIT, label, __exitfile_, slot, __##kind, body)
#define FILE_ENTER(label, slot, kind, body) PROGRAM_BEHIND(DOOR_ENTER, label, __enterfile_, slot, __##kind, body)
