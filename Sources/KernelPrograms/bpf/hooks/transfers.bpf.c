// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Syscalls that move bytes through a descriptor: they find the file and hand over to the program of its type.
 * A regular file costs five reads of kernel memory and one failed tail call.
 */

static __always_inline int hand_over(void *ctx, struct call *call, u32 door, bool is_write, bool is_vector) {
  u32 fd = argument(call->regs, 0, call->compat);
  struct file *file = file_of(call->task, fd);
  if (!file) return 0;
  u32 type = file_type(file);
  if (type == S_IFREG >> 12) return 0; /* by far the most frequent */
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  begin_transfer(scratch, call, file, fd, is_write);
  scratch->base = argument(call->regs, 1, call->compat);
  scratch->length = argument(call->regs, 2, call->compat);
  scratch->is_vector = is_vector;
  scratch->is_plain = true;
  go_to_file(ctx, door, type);
  return 0;
}

/* Nothing was transferred, but something may have been noted. A read of 0 bytes may have been an empty message. */
static __always_inline int failed_read(struct call *call) {
  if (call->result != -EAGAIN) forget_note(call->thread);
  return 0;
}

static __always_inline int read_exit(void *ctx, struct call *call) {
  if (call->result < 0) return failed_read(call);
  return hand_over(ctx, call, DOOR_EXIT, false, false);
}

static __always_inline int readv_exit(void *ctx, struct call *call) {
  if (call->result < 0) return failed_read(call);
  return hand_over(ctx, call, DOOR_EXIT, false, true);
}

static __always_inline int write_exit(void *ctx, struct call *call) {
  return hand_over(ctx, call, DOOR_EXIT, true, false);
}

static __always_inline int writev_exit(void *ctx, struct call *call) {
  return hand_over(ctx, call, DOOR_EXIT, true, true);
}

static __always_inline int write_enter(void *ctx, struct call *call) {
  return hand_over(ctx, call, DOOR_ENTER, true, false);
}

static __always_inline int writev_enter(void *ctx, struct call *call) {
  return hand_over(ctx, call, DOOR_ENTER, true, true);
}

/* preadv2 and pwritev2 take a pipe with offset −1; pread and pwrite fail with ESPIPE and need no handler. */
SYSCALL_EXIT(read, SLOTS1(read), any, read_exit)
SYSCALL_EXIT(readv, SLOTS2(readv, preadv2), any, readv_exit)
SYSCALL_EXIT(write, SLOTS1(write), any, write_exit)
SYSCALL_EXIT(writev, SLOTS2(writev, pwritev2), any, writev_exit)
SYSCALL_ENTER(write, SLOTS1(write), any, write_enter)
SYSCALL_ENTER(writev, SLOTS2(writev, pwritev2), any, writev_enter)

/*
 * The zero-copy family, seen from the pipe or socket: who splices bytes out of it has read them, who splices them in
 * has written them. No buffer of the caller holds them.
 */
static __always_inline void begin_splice(struct scratch *scratch, struct call *call, struct file *file, u32 fd,
                                         bool is_write) {
  begin_transfer(scratch, call, file, fd, is_write);
  scratch->base = 0;
  scratch->length = 0;
  scratch->is_vector = false;
  scratch->is_plain = true;
  scratch->is_spliced = true;
}

static __always_inline bool is_channel(struct file *file) {
  u32 type = file ? file_type(file) : 0;
  return type == S_IFIFO >> 12 || type == S_IFSOCK >> 12;
}

/* From one file to another; `from` is NULL if what is moved stays there. */
static __always_inline int move(void *ctx, struct call *call, struct file *from, u32 from_fd, struct file *to,
                                u32 to_fd) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch || call->result <= 0 || !to) return 0;
  if (is_channel(from)) {
    begin_splice(scratch, call, from, from_fd, false);
    scratch->has_other_end = true;
    scratch->other_file = to;
    scratch->other_fd = to_fd;
    /* Fails if its kind is not traced. */
    go_to_file(ctx, DOOR_EXIT, file_type(from));
  }
  begin_splice(scratch, call, to, to_fd, true);
  go_to_file(ctx, DOOR_EXIT, file_type(to));
  return 0;
}

static __always_inline int splice_exit(void *ctx, struct call *call) {
  u32 from = argument(call->regs, 0, call->compat), to = argument(call->regs, 2, call->compat);
  return move(ctx, call, file_of(call->task, from), from, file_of(call->task, to), to);
}

/* tee copies: what it reads stays in the pipe. */
static __always_inline int tee_exit(void *ctx, struct call *call) {
  u32 to = argument(call->regs, 1, call->compat);
  return move(ctx, call, NULL, 0, file_of(call->task, to), to);
}

static __always_inline int sendfile_exit(void *ctx, struct call *call) {
  u32 to = argument(call->regs, 0, call->compat);
  return move(ctx, call, NULL, 0, file_of(call->task, to), to);
}

/* Goes the way that the descriptor allows; a FIFO opened for both is written to (vmsplice_type, fs/splice.c). */
static __always_inline int vmsplice_exit(void *ctx, struct call *call) {
  if (call->result <= 0) return 0;
  struct file *file = file_of(call->task, argument(call->regs, 0, call->compat));
  if (!file) return 0;
  bool is_write = READ_KERNEL(file, f_mode) & FMODE_WRITE;
  return hand_over(ctx, call, DOOR_EXIT, is_write, true);
}

static __always_inline int other_end_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  begin_splice(scratch, call, scratch->other_file, scratch->other_fd, true);
  go_to_file(ctx, DOOR_EXIT, file_type(scratch->file));
  return 0;
}

SYSCALL_EXIT(splice, SLOTS1(splice), any, splice_exit)
SYSCALL_EXIT(tee, SLOTS1(tee), any, tee_exit)
SYSCALL_EXIT(sendfile, SLOTS2(sendfile, sendfile64), any, sendfile_exit)
SYSCALL_EXIT(vmsplice, SLOTS1(vmsplice), any, vmsplice_exit)
FILE_EXIT(other_end, STAGE_OTHER_END, any, other_end_stage)
