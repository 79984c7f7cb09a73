// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What becomes of the ends of channels (--lifecycle): connect, accept, close, shutdown, end of file, EPIPE.
 *
 * A close is recorded when it begins, because the open file is gone at its end, and only if nobody else has that: of an
 * end that processes share, it is the last one's. What exit(2) and execve(2) close is looked for among all that is open.
 * The programs stand beside the dispatcher, which they leave as it is.
 */
#include "hooks/programs.h"
#include "kernel/life_syscalls.h"
#include "record/life.h"

/* Open files of which a process that closes many has several descriptors, and how many of these have come by. Bounded
 * by what one process has open several times; one that falls out is not reported as closed. */
struct released {
  u64 sweep; /* when it began */
  u32 seen;
  u32 pad;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1); /* more with --lifecycle, set by Swift */
  __type(key, u64);
  __type(value, struct released);
} released_files SEC(".maps");

/* Whether a file of this type can be an end of a channel. */
static __always_inline bool may_be_end(struct file *file) {
  u32 type = file_type(file);
  return type == STAGE_PIPE || type == STAGE_SOCKET || type == STAGE_CHARACTER_DEVICE;
}

/* Takes over the current task; NULL if it is ipcdump's own. */
static __always_inline struct scratch *begin_life_hook(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  struct task_struct *task = (void *)bpf_get_current_task();
  if (!scratch || is_self(task)) return NULL;
  scratch->call.task = task;
  scratch->call.thread = number_of_current(task);
  return scratch;
}

/* Records the close of a descriptor, if nobody else has what it stands for. */
static __always_inline void close_descriptor(u32 slot, struct scratch *scratch, u32 fd) {
  struct file *file = file_of(scratch->call.task, fd);
  if (file && may_be_end(file) && references_to(file) == 1)
    record_end(slot, (u64)file, fd, LIFE_OF(IPC_OPERATION_CLOSE, 0, 0), 0);
}

/* Records the close of one of many descriptors of a process: of a file that it has several times, with the last of
 * them. The sweep's number is in the scratch. */
CALLED_WITHOUT_TAIL_CALLS int release_descriptor(u32 slot, u32 fd, u32 traits) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct file *file = file_of(scratch->call.task, fd);
  if (!file || !may_be_end(file)) return 0;
  u64 references = references_to(file);
  if (references > 1) {
    u64 key = (u64)file;
    struct released *known = bpf_map_lookup_elem(&released_files, &key);
    struct released now = {.sweep = scratch->origin, .seen = 1};
    if (known && known->sweep == now.sweep) now.seen = known->seen + 1;
    bpf_map_update_elem(&released_files, &key, &now, BPF_ANY);
    if (now.seen < references) return 0;
  }
  return record_end(slot, (u64)file, fd, LIFE_OF(IPC_OPERATION_CLOSE, 0, traits), 0);
}

#define WORD_BITS 64

/* Goes through the descriptors of one word of the table's bits, from the first to the last that is meant. */
CALLED_WITHOUT_TAIL_CALLS int release_word(u32 slot, u32 word, u32 first, u32 last, u32 traits) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct fdtable *table = READ_KERNEL(scratch->call.task, files, fdt);
  unsigned long *open = READ_KERNEL(table, open_fds), *closing = READ_KERNEL(table, close_on_exec);
  u64 bits = READ_AT(u64, open + word);
  if (traits & IPC_LIFE_IF_EXECUTED) bits &= READ_AT(u64, closing + word);
  if (bits == 0) return 0;
  for (u32 i = 0; i < WORD_BITS; i++) {
    u32 fd = word * WORD_BITS + i;
    if (bits & 1ull << i && fd >= first && fd <= last) release_descriptor(slot, fd, traits);
  }
  return 0;
}

/* Words of descriptors that are looked at: 16,384 descriptors, where the usual limit is 1024. */
#define RELEASED_WORDS 256

/* Goes through all descriptors that are closed at once. */
static __always_inline void release_all(u32 slot, struct scratch *scratch, u32 first, u32 last, u32 traits) {
  u32 words = READ_KERNEL(scratch->call.task, files, fdt, max_fds) / WORD_BITS;
  scratch->origin = bpf_ktime_get_ns();
  for (u32 word = 0; word < RELEASED_WORDS; word++) {
    if (word >= words) break;
    release_word(slot, word, first, last, traits);
  }
  /* What lies beyond may have been an end of any kind. */
  if (words > RELEASED_WORDS && last >= RELEASED_WORDS * WORD_BITS && is_wanted(IPC_KIND_PIPE))
    loss_add(IPC_KIND_PIPE, 0);
}

static __always_inline int life_enter(u32 number, struct pt_regs *regs, bool compat) {
  u32 first = argument(regs, 0, compat), second = argument(regs, 1, compat);
  bool is_range = number == NR_close_range && !(argument(regs, 2, compat) & CLOSE_RANGE_CLOEXEC);
  bool is_exec = number == NR_execve || number == NR_execveat;
  bool is_dup = (number == NR_dup2 || number == NR_dup3) && first != second;
  if (number != NR_close && !is_range && !is_exec && !is_dup) return 0;
  u32 slot = life_scratch_slot(IPC_LIFE_HOOK_ENTER);
  struct scratch *scratch = begin_life_hook(slot);
  if (!scratch) return 0;
  if (is_range || is_exec)
    release_all(slot, scratch, is_exec ? 0 : first, is_exec ? -1 : second, is_exec ? IPC_LIFE_IF_EXECUTED : 0);
  else if (!is_dup || file_of(scratch->call.task, first))
    close_descriptor(slot, scratch, is_dup ? second : first);
  return 0;
}

/* Whether a read that has brought nothing has come to the end: not one of no bytes, nor an empty message. */
static __always_inline bool is_end_of_file(u32 number, struct pt_regs *regs, bool compat, struct file *file) {
  u32 type = file_type(file);
  if (type == STAGE_SOCKET) {
    struct sock *sk = sock_of_socket(file);
    return sk && is_receive_shut(sk);
  }
  bool has_length = number == NR_read;
  return !has_length || argument(regs, 2, compat) != 0;
}

/* Records how connect(2) has ended. One that goes on in the background has come to its end already on this host, unless
 * the listener's queue is full. */
static __always_inline void record_connect(u32 slot, struct scratch *scratch, struct file *file, struct pt_regs *regs,
                                           s64 result, bool compat) {
  struct sock *sk = sock_of(file);
  if (!sk) return;
  u32 error = -result;
  if (error == EINPROGRESS) {
    u32 failure = READ_KERNEL(sk, sk_err);
    if (failure) error = failure;
    if (READ_KERNEL(sk, __sk_common.skc_state) == TCP_ESTABLISHED) error = 0;
  }
  /* What was wrong with the call itself, or was done before, is no news of a channel. */
  bool is_misuse = error == EBADF || error == ENOTSOCK || error == EFAULT || error == EINVAL;
  if (is_misuse || error == EALREADY || error == EISCONN) return;
  u32 fd = argument(regs, 0, compat);
  if (error == 0) {
    record_end(slot, (u64)file, fd, LIFE_OF(IPC_OPERATION_CONNECT, 0, 0), 0);
    return;
  }
  scratch->call.fd = fd;
  record_refusal(slot, (u64)sk, argument(regs, 1, compat), argument(regs, 2, compat), error);
}

/* Records that an execve(2) is over, so that what was to be closed by it is known to be, or not to be. */
static __always_inline void record_exec(struct scratch *scratch, s64 result) {
  struct ipc_life *life = begin_life(scratch, IPC_KIND_COUNT, false, LIFE_OF(IPC_OPERATION_EXEC, 0, 0));
  life->error = -result;
  ring_submit(life, sizeof(*life));
}

static __always_inline int life_exit(u32 number, struct pt_regs *regs, s64 result, bool compat) {
  enum life_form form = life_form(number);
  if (form == LIFE_NONE || (result > 0 && form != LIFE_ACCEPT)) return 0;
  bool is_read = form == LIFE_READ || (form == LIFE_SPLICE && result == 0);
  bool is_write = !is_read && form <= LIFE_SPLICE;
  if (is_read && result != 0 && result != -EIO) return 0;
  if (is_write && result != -EPIPE) return 0;
  if ((form == LIFE_ACCEPT || form == LIFE_SHUTDOWN) && result < 0) return 0;
  u32 slot = life_scratch_slot(IPC_LIFE_HOOK_EXIT);
  struct scratch *scratch = begin_life_hook(slot);
  if (!scratch) return 0;
  if (form == LIFE_EXEC) {
    record_exec(scratch, result);
    return 0;
  }
  u32 place = form == LIFE_WRITE_SECOND ? 1 : form == LIFE_SPLICE && is_write ? 2 : 0;
  u32 fd = form == LIFE_ACCEPT ? (u32)result : (u32)argument(regs, place, compat);
  struct file *file = file_of(scratch->call.task, fd);
  if (!file || !may_be_end(file)) return 0;
  if (form == LIFE_CONNECT) {
    record_connect(slot, scratch, file, regs, result, compat);
    return 0;
  }
  u32 what = LIFE_OF(IPC_OPERATION_ACCEPT, 0, 0), error = 0;
  if (is_read) {
    if (result == 0 && !is_end_of_file(number, regs, compat, file)) return 0;
    /* A pseudoterminal's master says by EIO that nobody has the other side open (n_tty_read). */
    if (result != 0 && file_type(file) != STAGE_CHARACTER_DEVICE) return 0;
    what = LIFE_OF(IPC_OPERATION_EOF, 0, 0);
    error = -result;
  } else if (is_write) {
    what = LIFE_OF(IPC_OPERATION_EPIPE, 0, 0);
    error = EPIPE;
  } else if (form == LIFE_SHUTDOWN) {
    /* SHUT_RD, SHUT_WR and SHUT_RDWR are 0, 1 and 2 (shutdown(2)). */
    what = LIFE_OF(IPC_OPERATION_SHUTDOWN, ((u32)argument(regs, 1, compat) + 1) & 3, 0);
  }
  record_end(slot, (u64)file, fd, what, error);
  return 0;
}

/* Number of the current syscall in the 64-bit table. */
static __always_inline u32 number_of_life(s64 number, bool compat) {
  return compat ? native_number_of_life(number) : number;
}

SEC("raw_tp/sys_enter") int life__hook_enter__lifecycle__raw(u64 *ctx) {
  bool compat = is_compat((void *)bpf_get_current_task());
  return life_enter(number_of_life(ctx[1], compat), (void *)ctx[0], compat);
}

SEC("tp/raw_syscalls/sys_enter") int life__hook_enter__lifecycle__classic(struct trace_event_raw_sys_enter *ctx) {
  bool compat = is_compat((void *)bpf_get_current_task());
  return life_enter(number_of_life(ctx->id, compat), current_registers(), compat);
}

SEC("raw_tp/sys_exit") int life__hook_exit__lifecycle__raw(u64 *ctx) {
  bool compat = is_compat((void *)bpf_get_current_task());
  return life_exit(number_of_life(syscall_number((void *)ctx[0]), compat), (void *)ctx[0], ctx[1], compat);
}

SEC("tp/raw_syscalls/sys_exit") int life__hook_exit__lifecycle__classic(struct trace_event_raw_sys_exit *ctx) {
  bool compat = is_compat((void *)bpf_get_current_task());
  return life_exit(number_of_life(ctx->id, compat), current_registers(), ctx->ret, compat);
}

/*
 * All that a process has open goes with its last thread. Two that go at once may both be the last here; what they
 * record twice is reported once. This comes before the process leaves its tree (hooks/lifecycle.bpf.c).
 */
static __always_inline int life_over(void) {
  u32 slot = life_scratch_slot(IPC_LIFE_HOOK_PROCESS);
  struct scratch *scratch = begin_life_hook(slot);
  if (!scratch) return 0;
  struct task_struct *task = scratch->call.task;
  struct files_struct *files = READ_KERNEL(task, files);
  if (!files || READ_KERNEL(task, signal, live.counter) != 0) return 0;
  /* Other processes may share the table (CLONE_FILES). */
  if (READ_KERNEL(files, count.counter) > READ_KERNEL(task, signal, nr_threads)) return 0;
  release_all(slot, scratch, 0, -1, IPC_LIFE_AT_EXIT);
  return 0;
}

SEC("raw_tp/sched_process_exit") int life__trace_0__lifecycle__raw(u64 *ctx) { return life_over(); }
SEC("tp/sched/sched_process_exit") int life__trace_0__lifecycle__classic(void *ctx) { return life_over(); }
