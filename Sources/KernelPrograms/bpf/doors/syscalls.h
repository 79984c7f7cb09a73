// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The main door: the end of every syscall, and the start of those that may block while others go on.
 *
 * A dispatcher looks up the syscall's number in a table of programs; a number without a handler costs one failed tail
 * call. Each handler exists twice, as tp_btf and as classic tracepoint, over the same function; Swift loads one set.
 *
 * Program names tell Swift where a program belongs: LABEL__TABLE_SLOTS__KIND__VARIANT. KIND is `any` for those that every
 * kind needs, VARIANT `any` for those that exist once; SLOTS are the table entries that lead to the program.
 */
#pragma once

#include "kernel/drift.h"
#include "kernel/syscalls.h"
#include "kernel/task.h"

struct call {
  struct task_struct *task;
  struct pt_regs *regs;
  s64 result; /* at the exit only */
  bool compat;
};

/* Takes over what every transfer has, with one message and nothing beside it. */
static __always_inline void begin_transfer(struct scratch *scratch, struct call *call, struct file *file, u32 fd,
                                           bool is_write) {
  scratch->file = file;
  scratch->fd = fd;
  scratch->result = call->result;
  scratch->is_write = is_write;
  scratch->is_compat = call->compat;
  scratch->message_flags = 0;
  scratch->name = 0;
  scratch->control = 0;
  scratch->control_length = 0;
  scratch->vector = 0;
  scratch->messages = 1;
}

#define JOIN(a, b, c, d, e, f) a##b##c##d##e##f
#define NAME(label, table, slot, kind, variant) JOIN(label, table, slot, kind, __, variant)

static __always_inline struct call call_of_btf_exit(u64 *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return (struct call){task, (struct pt_regs *)ctx[0], (s64)ctx[1], is_compat(task)};
}

static __always_inline struct call call_of_btf_enter(u64 *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return (struct call){task, (struct pt_regs *)ctx[0], 0, is_compat(task)};
}

static __always_inline struct call call_of_classic_exit(struct trace_event_raw_sys_exit *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return (struct call){task, current_registers(), ctx->ret, is_compat(task)};
}

static __always_inline struct call call_of_classic_enter(struct trace_event_raw_sys_enter *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  return (struct call){task, current_registers(), 0, is_compat(task)};
}

/* Defines both variants of a program in a table of the exit door; `body(void *ctx, struct call *call)` does the work. */
#define EXIT_PROGRAM(label, table, slot, kind, body)                                   \
  SEC("tp_btf/sys_exit") int NAME(label, table, slot, kind, btf)(u64 * ctx) {           \
    struct call call = call_of_btf_exit(ctx);                                           \
    return body(ctx, &call);                                                            \
  }                                                                                     \
  SEC("tp/raw_syscalls/sys_exit")                                                       \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_exit * ctx) {  \
    struct call call = call_of_classic_exit(ctx);                                       \
    return body(ctx, &call);                                                            \
  }

#define ENTER_PROGRAM(label, table, slot, kind, body)                                   \
  SEC("tp_btf/sys_enter") int NAME(label, table, slot, kind, btf)(u64 * ctx) {          \
    struct call call = call_of_btf_enter(ctx);                                          \
    return body(ctx, &call);                                                            \
  }                                                                                     \
  SEC("tp/raw_syscalls/sys_enter")                                                      \
  int NAME(label, table, slot, kind, classic)(struct trace_event_raw_sys_enter * ctx) { \
    struct call call = call_of_classic_enter(ctx);                                      \
    return body(ctx, &call);                                                            \
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

/* A handler of all transfers on files of one type (S_IFMT >> 12), called by the syscall's handler. */
#define FILE_EXIT(kind, slot, body) EXIT_PROGRAM(kind, __exitfile_, slot, __##kind, body)
#define FILE_ENTER(kind, slot, body) ENTER_PROGRAM(kind, __enterfile_, slot, __##kind, body)

/* A step that programs of every kind share. */
#define EXIT_STEP(name, slot, body) EXIT_PROGRAM(name, __exitfile_, slot, __any, body)
