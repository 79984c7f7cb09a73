// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Descriptors that a process takes from another one by pidfd_getfd. */
#include "hooks/programs.h"
#include "kernel/numbers.h"
#include "record/names.h"
#include "record/target.h"

static __always_inline int pidfd_getfd_exit(void *ctx, struct call *call) {
  if (call->result < 0) return 0;
  struct scratch *scratch = call->scratch;
  begin_transfer(call, NULL, NO_FD, false);
  struct file *pidfd = file_of(call->task, argument(call->regs, 0, call->compat));
  struct pid *pid = pidfd ? pid_of_pidfd(pidfd) : NULL;
  struct task_struct *target = pid ? task_of(pid, PIDTYPE_PID) : NULL;
  if (!reaches(scratch, target)) return 0;
  struct ipc_taken *record = &scratch->taken;
  __builtin_memset(record, 0, sizeof(*record));
  scratch->cursor.fill = 0;
  record->fd_there = argument(call->regs, 1, call->compat);
  record->descriptor.fd = call->result;
  struct file *file = file_of(call->task, call->result);
  if (file) {
    record->descriptor.mode = mode_of(file);
    record->descriptor.inode = READ_KERNEL(file, f_inode, i_ino);
    name_descriptor(call->slot, scratch, &record->descriptor, file);
  }
  fill_header(&record->header, call->task, IPC_RECORD_TAKEN, IPC_KIND_PIDFD_GETFD, transfer_flags(scratch));
  fill_target(&record->target, target);
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}
SYSCALL_EXIT(pidfd_getfd, SLOTS1(pidfd_getfd), pidfd_getfd, pidfd_getfd_exit)
