// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who waits for whom now. */

#define TASK_INTERRUPTIBLE 1 /* include/linux/sched.h */

/* Threads that have never been in user space, whose registers are made up: PF_IO_WORKER, PF_USER_WORKER (6.4; vhost),
 * PF_KTHREAD (include/linux/sched.h). */
#define PF_NO_CALLER (0x10u | 0x4000u | 0x200000u)

enum waiting { WAITING_NOT, WAITING_TO_READ, WAITING_TO_WRITE };

/* What a syscall whose first argument is a descriptor waits for. */
static __always_inline u32 waiting_in(u32 number) {
  switch (number) {
    case NR_read:
    case NR_readv:
    case NR_preadv2:
    case NR_recvfrom:
    case NR_recvmsg:
    case NR_recvmmsg:
    case NR_recvmmsg_time64:
      return WAITING_TO_READ;
    case NR_write:
    case NR_writev:
    case NR_pwritev2:
    case NR_sendto:
    case NR_sendmsg:
    case NR_sendmmsg:
      return WAITING_TO_WRITE;
  }
  return WAITING_NOT;
}

/* How long a task that sleeps has had no CPU. What CPU time ipcdump itself has used since it got its own is not counted;
 * it sleeps for a moment before it asks. */
static __always_inline u64 asleep_for(struct task_struct *task) {
  if (!bpf_core_field_exists(task->sched_info.last_arrival)) return IPC_WAITING_UNKNOWN;
  struct task_struct *self = (void *)bpf_get_current_task();
  u64 now = READ_KERNEL(self, sched_info.last_arrival);
  u64 then = READ_KERNEL(task, sched_info.last_arrival);
  if (then == 0) return IPC_WAITING_UNKNOWN;
  return now > then ? now - then : 0;
}

/* Whether a channel is known to be one that processes of interest use. */
static __always_inline bool is_of_interest(struct ipc_held *held) {
  u64 keys[2] = {held->sends, held->receives};
  return bpf_map_lookup_elem(&channels, &keys[0]) || bpf_map_lookup_elem(&channels, &keys[1]);
}

/* Every thread that is asleep in a transfer over a channel of the wanted kinds and processes. */
SEC("iter/task") int waiting_threads(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  if (READ_KERNEL(task, flags) & PF_NO_CALLER || !(state_of(task) & TASK_INTERRUPTIBLE)) return 0;
  struct pt_regs *regs = registers_of(task);
  if (!regs) return 0;
#if defined(__TARGET_ARCH_x86)
  s64 number = READ_KERNEL(regs, orig_ax);
#else
  s64 number = READ_KERNEL(regs, syscallno);
#endif
  u32 waiting = waiting_in(number_of(task, number));
  if (waiting == WAITING_NOT) return 0;
  struct file *file = file_of(task, argument(regs, 0, is_compat(task)));
  if (!file) return 0;
  struct ipc_waiting told = {};
  if (!describe_held(file, &told.held, false)) return 0;
  /* Not scope_matches: an iterator's task is no number to the verifier. */
  if (!is_in_scope(task) && !is_of_interest(&told.held)) return 0;
  told.held.tgid = visible_tgid(task);
  read_comm(told.held.comm, task);
  told.tid = visible_tid(task);
  told.since = asleep_for(task);
  told.is_write = waiting == WAITING_TO_WRITE;
  bpf_seq_write(ctx->meta->seq, &told, sizeof(told));
  return 0;
}
