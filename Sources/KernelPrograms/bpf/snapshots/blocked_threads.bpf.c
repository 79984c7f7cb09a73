// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who waits for whom now: the threads that are asleep in a transfer, or until one is possible. */
#include "core/scope.h"
#include "kernel/compat.h"
#include "kernel/wait_syscalls.h"
#include "snapshots/sleep.h"

/* include/uapi/linux/eventpoll.h; poll has the same numbers. */
#define EPOLLIN 0x1u
#define EPOLLOUT 0x4u
#define EPOLLRDNORM 0x40u
#define EPOLLWRNORM 0x100u
#define EPOLLET (1u << 31)
/* What is no event, but says how it is waited for (EP_PRIVATE_BITS, fs/eventpoll.c). */
#define EPOLL_PRIVATE 0xf0000000u

/* How far below its registers a thread's stack is searched for what poll and select keep there. */
#define POLL_DEPTH 4096u

/* Sets of epoll that are written of one file. */
#define WATCHING_SETS 16

static __always_inline u8 readiness_of(u32 events) {
  return (events & (EPOLLIN | EPOLLRDNORM) ? IPC_READY_TO_READ : 0)
         | (events & (EPOLLOUT | EPOLLWRNORM) ? IPC_READY_TO_WRITE : 0);
}

/* Writes one file that a thread waits for. */
static __always_inline void add_file(struct seq_file *seq, struct ipc_waiting *wait, struct file *file, u8 readiness) {
  wait->file = (u64)file;
  wait->inode = file ? READ_KERNEL(file, f_inode, i_ino) : 0;
  wait->readiness = readiness;
  bpf_seq_write(seq, wait, sizeof(*wait));
}

/* Writes a file that the thread has named by a descriptor. */
static __always_inline void add_descriptor(struct seq_file *seq, struct ipc_waiting *wait, struct task_struct *task,
                                            u32 fd, u8 readiness) {
  struct file *file = file_of(task, fd);
  if (file) add_file(seq, wait, file, readiness);
}

/* Writes both files of a transfer from one into the other, which the thread has named by descriptors. */
static __always_inline void add_splice(struct seq_file *seq, struct ipc_waiting *wait, struct task_struct *task,
                                        u32 from, u32 to) {
  wait->call = IPC_WAITING_SPLICE;
  add_descriptor(seq, wait, task, from, IPC_READY_TO_READ);
  add_descriptor(seq, wait, task, to, IPC_READY_TO_WRITE);
}

/*
 * Where poll and select keep what they wait for: on the stack of the thread (do_sys_poll, do_select), for as long as it
 * waits. It names the thread, and its entries name it in return.
 */
static __always_inline u64 polled_by(u64 task, u64 registers) {
  for (u32 depth = sizeof(u64); depth <= POLL_DEPTH; depth += sizeof(u64)) {
    u64 word = 0, owner = 0;
    bpf_probe_read_kernel(&word, sizeof(word), (void *)(registers - depth));
    if (word != task) continue;
    u64 queues = registers - depth - bpf_core_field_offset(struct poll_wqueues, polling_task);
    u64 first = queues + bpf_core_field_offset(struct poll_wqueues, inline_entries);
    bpf_probe_read_kernel(&owner, sizeof(owner),
                          (void *)(first + bpf_core_field_offset(struct poll_table_entry, wait.private)));
    if (owner == queues) return queues;
  }
  return 0;
}

/* Writes every file that a thread polls. */
static __always_inline void add_polled(struct seq_file *seq, struct ipc_waiting *wait, struct task_struct *task,
                                        struct pt_regs *regs) {
  /* As numbers, which the verifier lets be reckoned with. */
  u64 address = 0, registers = 0;
  bpf_probe_read_kernel(&address, sizeof(address), &task);
  bpf_probe_read_kernel(&registers, sizeof(registers), &regs);
  struct poll_wqueues *queues = (void *)polled_by(address, registers);
  if (!queues) return;
  u64 size = bpf_core_type_size(struct poll_table_entry);
  struct poll_table_page *page = READ_KERNEL(queues, table);
  u64 entry = (u64)queues + bpf_core_field_offset(struct poll_wqueues, inline_entries);
  u64 end = entry + READ_KERNEL(queues, inline_index) * size;
  for (u32 i = 0; i < IPC_WAITING_FILES; i++) {
    if (entry == end) {
      if (!page) return;
      entry = (u64)page + bpf_core_field_offset(struct poll_table_page, entries);
      end = (u64)READ_KERNEL(page, entry);
      page = READ_KERNEL(page, next);
    }
    struct poll_table_entry *polled = (void *)entry;
    add_file(seq, wait, READ_KERNEL(polled, filp), readiness_of(READ_KERNEL(polled, key)));
    entry += size;
  }
  if (entry != end || page) add_file(seq, wait, NULL, 0);
}

/* Every thread that is asleep in a transfer, or in waiting for one. */
SEC("iter/task") int blocked_threads(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task) return 0;
  if (READ_KERNEL(task, flags) & PF_NO_CALLER || !(state_of(task) & TASK_INTERRUPTIBLE)) return 0;
  struct pt_regs *regs = registers_of(task);
  if (!regs) return 0;
  s64 number = syscall_number(regs);
  struct seq_file *seq = ctx->meta->seq;
  struct ipc_waiting wait = {.tgid = visible_tgid(task), .tid = visible_tid(task), .since = asleep_for(task)};
  /* Not scope_matches: an iterator's task is no number to the verifier. */
  wait.in_scope = is_in_scope(task);
  read_process_comm(wait.comm, task);
  read_comm(wait.thread, task);
  bool compat = is_compat(task);
  u32 first = argument(regs, 0, compat);
  switch (wait_form(compat ? native_number_of_wait(number) : (u32)number)) {
    case WAIT_READ: add_descriptor(seq, &wait, task, first, IPC_READY_TO_READ); return 0;
    case WAIT_WRITE: add_descriptor(seq, &wait, task, first, IPC_READY_TO_WRITE); return 0;
    case WAIT_EITHER: {
      struct file *file = file_of(task, first);
      bool writes = file && READ_KERNEL(file, f_mode) & FMODE_WRITE;
      if (file) add_file(seq, &wait, file, writes ? IPC_READY_TO_WRITE : IPC_READY_TO_READ);
      return 0;
    }
    case WAIT_SPLICE: add_splice(seq, &wait, task, first, argument(regs, 2, compat)); return 0;
    case WAIT_TEE: add_splice(seq, &wait, task, first, argument(regs, 1, compat)); return 0;
    case WAIT_SENDFILE: add_splice(seq, &wait, task, argument(regs, 1, compat), first); return 0;
    case WAIT_POLL:
      wait.call = IPC_WAITING_POLL;
      add_polled(seq, &wait, task, regs);
      return 0;
    case WAIT_SET: {
      struct file *file = file_of(task, first);
      if (!file) return 0;
      wait.call = IPC_WAITING_SET;
      wait.file = (u64)READ_KERNEL(file, private_data);
      bpf_seq_write(seq, &wait, sizeof(wait));
      return 0;
    }
    case WAIT_NONE: return 0;
  }
  return 0;
}

/* Every open file that is in a set of epoll, once for each of its sets. */
SEC("iter/task_file") int watched_files(struct bpf_iter__task_file *ctx) {
  struct file *file = ctx->file;
  if (!ctx->task || !file) return 0;
  void *first = first_watch(file);
  if (!first) return 0;
  u64 address = 0;
  bpf_probe_read_kernel(&address, sizeof(address), &file);
  u64 link = (u64)first;
  for (u32 i = 0; i < WATCHING_SETS; i++) {
    if (link == end_of_watches(address)) break;
    struct epitem *item = (void *)(link - place_of_watch());
    u32 events = READ_KERNEL(item, event.events);
    struct ipc_watched wait = {
      .set = (u64)READ_KERNEL(item, ep),
      .file = address,
      .inode = READ_KERNEL(file, f_inode, i_ino),
      .readiness = readiness_of(events),
    };
    /* A thread that waits for changes only asks for room beforehand, while there is some. */
    if (events & EPOLLET && wait.readiness & IPC_READY_TO_READ) wait.readiness = IPC_READY_TO_READ;
    /* One that is waited for once (EPOLLONESHOT) has no events left afterwards. */
    if (events & ~EPOLL_PRIVATE) bpf_seq_write(ctx->meta->seq, &wait, sizeof(wait));
    bpf_probe_read_kernel(&link, sizeof(link), (void *)link);
  }
  return 0;
}
