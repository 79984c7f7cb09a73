/*
 * Syscalls that move bytes through a descriptor: they find the file and hand over to the program of its type.
 * A regular file costs five reads of kernel memory and one failed tail call.
 */

static __always_inline int hand_over(void *ctx, struct call *call, u32 door, bool is_write, bool is_vector) {
  u32 fd = argument(call->regs, 0, call->compat);
  struct file *file = file_of(call->task, fd);
  if (!file) return 0;
  u32 type = (mode_of(file) & S_IFMT) >> 12;
  if (type == 8) return 0; /* S_IFREG, by far the most frequent */
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  scratch->file = file;
  scratch->base = argument(call->regs, 1, call->compat);
  scratch->length = argument(call->regs, 2, call->compat);
  scratch->result = call->result;
  scratch->fd = fd;
  scratch->is_write = is_write;
  scratch->is_vector = is_vector;
  scratch->is_compat = call->compat;
  if (door == DOOR_EXIT)
    bpf_tail_call(ctx, &exit_files, type);
  else
    bpf_tail_call(ctx, &enter_files, type);
  return 0;
}

static __always_inline int read_exit(void *ctx, struct call *call) {
  if (call->result <= 0) return 0; /* end of file, EAGAIN, a bad address: nothing was transferred */
  return hand_over(ctx, call, DOOR_EXIT, false, false);
}

static __always_inline int readv_exit(void *ctx, struct call *call) {
  if (call->result <= 0) return 0;
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
