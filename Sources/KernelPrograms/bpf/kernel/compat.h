// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Where kernels differ: each case with the version or commit that made the difference. */
#pragma once

#include "kernel/read.h"

/* Helper ids stand in the kernel's own BTF, so a kernel can be asked for them. */
enum bpf_func_id___515 { BPF_FUNC_task_pt_regs___515 = 175, BPF_FUNC_get_current_task_btf___515 = 158 };

/* bpf_task_pt_regs came with 5.15 (dd6e10fbd9fb). */
static __always_inline bool has_task_registers(void) {
  return bpf_core_enum_value_exists(enum bpf_func_id___515, BPF_FUNC_task_pt_regs___515);
}

/*
 * Before, they lie at the top of the kernel stack: 16 KiB on x86-64 and arm64 without KASAN (THREAD_SIZE), without
 * padding (arch/x86/include/asm/processor.h, task_pt_regs).
 */
static __always_inline struct pt_regs *registers_on_stack(struct task_struct *task) {
  return READ_KERNEL(task, stack) + 16384 - bpf_core_type_size(struct pt_regs);
}

/* Registers of the current syscall, for program types that are not handed them. */
static __always_inline struct pt_regs *current_registers(void) {
  if (has_task_registers()) return (struct pt_regs *)bpf_task_pt_regs((void *)bpf_get_current_task_btf());
  return registers_on_stack((void *)bpf_get_current_task());
}

/* The same of a task that an iterator has come to. */
static __always_inline struct pt_regs *registers_of(struct task_struct *task) {
  return has_task_registers() ? (struct pt_regs *)bpf_task_pt_regs((void *)task) : registers_on_stack(task);
}

/* What a task is in (include/linux/sched.h). */
#define TASK_INTERRUPTIBLE 1
#define PF_EXITING 0x4

/* State of a task, which has been called __state since 5.14. */
static __always_inline u32 state_of(struct task_struct *task) {
  struct task_struct___513 *old = (void *)task;
  return bpf_core_field_exists(old->state) ? READ_KERNEL(old, state) : READ_KERNEL(task, __state);
}

/* What a kernel may be built without: CONFIG_POSIX_MQUEUE, CONFIG_SYSVIPC, CONFIG_EVENTFD. */
static __always_inline bool has_mqueues(void) {
  struct mqueue_inode_info *queue = NULL;
  return bpf_core_field_exists(queue->attr);
}

static __always_inline bool has_sysv_messages(void) {
  struct msg_queue *queue = NULL;
  return bpf_core_field_exists(queue->q_qnum);
}

static __always_inline bool has_sysv_semaphores(void) {
  struct sem_array *set = NULL;
  return bpf_core_field_exists(set->sems);
}

static __always_inline bool has_sysv_memory(void) {
  struct shmid_kernel *segment = NULL;
  return bpf_core_field_exists(segment->shm_file);
}

/* What a process undoes of a set, a short for each semaphore: behind the rest, or beside it before 6.6. */
static __always_inline u64 undo_amounts(struct sem_undo *undo) {
  struct sem_undo___65 *old = (void *)undo;
  return bpf_core_field_exists(old->semadj) ? (u64)READ_KERNEL(old, semadj)
                                            : (u64)undo + bpf_core_field_offset(struct sem_undo, semadj);
}

static __always_inline bool has_eventfds(void) {
  struct eventfd_ctx *counter = NULL;
  return bpf_core_field_exists(counter->count);
}

/* The cgroup above another one; the field has been called __parent since 6.15. */
static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *node) {
  struct kernfs_node___615 *new = (void *)node;
  return bpf_core_field_exists(new->__parent) ? READ_KERNEL(new, __parent) : READ_KERNEL(node, parent);
}

/* The first link by which a file is in a set of epoll, what stands behind the last one, and where in its epitem a link
 * lies. Before 5.11 (319c15174757) it was a list around the file. */
static __always_inline void *first_watch(struct file *file) {
  struct file___510 *old = (void *)file;
  if (bpf_core_field_exists(old->f_ep_links)) return READ_KERNEL(old, f_ep_links.next);
  struct hlist_head *head = READ_KERNEL(file, f_ep);
  return head ? READ_KERNEL(head, first) : NULL;
}

static __always_inline u64 end_of_watches(u64 file) {
  struct file___510 *old = NULL;
  return bpf_core_field_exists(old->f_ep_links) ? file + bpf_core_field_offset(struct file___510, f_ep_links) : 0;
}

static __always_inline u64 place_of_watch(void) {
  struct file___510 *old = NULL;
  return bpf_core_field_exists(old->f_ep_links) ? bpf_core_field_offset(struct epitem___510, fllink)
                                                : bpf_core_field_offset(struct epitem, fllink);
}

/* How many have an open file: descriptors, and calls that go on. The count begins with 0 since 6.13 (90ee6ed776c0). */
static __always_inline u64 references_to(struct file *file) {
  struct file___612 *old = (void *)file;
  return bpf_core_field_exists(old->f_count) ? READ_KERNEL(old, f_count.counter)
                                             : READ_KERNEL(file, f_ref.refcnt.counter) + 1;
}

/*
 * Whether the tracepoints of io_uring name the request, and the request keeps its result: 5.19. Debian's 5.10 has the
 * io_uring of 5.15, which does not.
 */
static __always_inline bool has_uring_requests(void) {
  struct io_kiocb *request = NULL;
  return bpf_core_field_exists(request->cqe);
}

/* Who submitted a request: its task before 6.13, then by way of its io_uring_task. */
static __always_inline struct task_struct *submitter_of(struct io_kiocb *request) {
  struct io_kiocb___612 *old = (void *)request;
  return bpf_core_field_exists(old->task) ? READ_KERNEL(old, task) : READ_KERNEL(request, tctx, task);
}

/* Whether a ring was made by a 32-bit program: a bit field in 6.18 and before, one of the flags in 7.2. */
static __always_inline bool is_compat_ring(struct io_kiocb *request) {
  struct io_ring_ctx *ring = READ_KERNEL(request, ctx);
  struct io_ring_ctx___72 *flags = (void *)ring;
  if (bpf_core_field_exists(ring->compat)) return BPF_CORE_READ_BITFIELD_PROBED(ring, compat);
  return bpf_core_field_exists(flags->int_flags) && READ_KERNEL(flags, int_flags) & 1 << 11; /* IO_RING_F_COMPAT */
}

/* Whether io_uring_complete has the completion entry as its third argument: 6.13, which took the task out of the
 * request, too. Before, the entry's members are arguments of their own. */
static __always_inline bool traces_completion_entry(void) {
  struct io_kiocb___612 *old = NULL;
  return !bpf_core_field_exists(old->task);
}

/* What controls a terminal lies in tty_struct.ctrl since 5.15, before in tty_struct itself. */
static __always_inline struct pid *session_of(struct tty_struct *tty) {
  struct tty_struct___514 *old = (void *)tty;
  return bpf_core_field_exists(old->session) ? READ_KERNEL(old, session) : READ_KERNEL(tty, ctrl.session);
}

static __always_inline struct pid *foreground_of(struct tty_struct *tty) {
  struct tty_struct___514 *old = (void *)tty;
  return bpf_core_field_exists(old->pgrp) ? READ_KERNEL(old, pgrp) : READ_KERNEL(tty, ctrl.pgrp);
}

/*
 * Whether a terminal's driver is that of pseudoterminals, and of their masters. Type and subtype are shorts up to 6.12
 * and enums in 6.18, where the types are numbered anew (include/linux/tty_driver.h).
 */
static __always_inline bool is_pty_driver(struct tty_driver *driver) {
  struct tty_driver___short *old = (void *)driver;
  if (bpf_core_field_exists(old->type)) return READ_KERNEL(old, type) == 4;
  return READ_KERNEL(driver, type) == bpf_core_enum_value(enum tty_driver_type, TTY_DRIVER_TYPE_PTY);
}

static __always_inline bool is_master_driver(struct tty_driver *driver) {
  struct tty_driver___short *old = (void *)driver;
  if (bpf_core_field_exists(old->subtype)) return READ_KERNEL(old, subtype) == 1;
  return READ_KERNEL(driver, subtype) == bpf_core_enum_value(enum tty_driver_subtype, PTY_TYPE_MASTER);
}
