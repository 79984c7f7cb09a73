// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Eventfds: what is added to the counter and what is taken from it. Which adds a read has taken follows from the order
 * and the sums, and when the call of an add began; that is kept for the end of the call.
 */
#include "core/call_beginning.h"
#include "core/channels.h"
#include "hooks/transfers.h"
#include "kinds/open_file.h"
#include "record/buffers.h"
#include "record/record.h"

#define EVENTFD_NAME 0x6466746e6576655bull /* the first 8 bytes of "[eventfd]" */
#define EFD_SEMAPHORE 1

/* Pieces of a writev that are added up; each is an add of its own. */
#define COUNTER_PIECES 8

/* The counter behind a file of anonymous inodes; NULL if it is another thing. */
static __always_inline struct eventfd_ctx *counter_of(struct file *file) {
  if (!has_eventfds()) return NULL;
  const unsigned char *name = READ_KERNEL(file, f_path.dentry, d_name.name);
  return READ_AT(u64, name) == EVENTFD_NAME ? READ_KERNEL(file, private_data) : NULL;
}

static __always_inline u64 counter_identity(struct eventfd_ctx *counter) { return (u32)READ_KERNEL(counter, id); }

/* Sends the record of what was added, taken, or made. */
VERIFIED_ONCE int counter_send(u32 slot, u32 type, u64 address, u64 value, u64 began) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (!has_eventfds()) return 0;
  struct eventfd_ctx *counter = (struct eventfd_ctx *)address;
  struct ipc_counter *record = &scratch->counter;
  __builtin_memset(record, 0, sizeof(*record));
  fill_header(&record->transfer.header, scratch->call.task, type, IPC_KIND_EVENTFD, transfer_flags(scratch));
  record->transfer.channel = address;
  record->transfer.identity = counter_identity(counter);
  record->transfer.count = sizeof(u64);
  record->transfer.fd = scratch->call.fd;
  record->value = value;
  record->began = began;
  record->left = READ_KERNEL(counter, count);
  record->traits = READ_KERNEL(counter, flags) & EFD_SEMAPHORE ? IPC_COUNTER_SEMAPHORE : 0;
  scratch->cursor.fill = 0;
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

/* The values in the call's buffers, which are added one after the other. */
VERIFIED_ONCE u64 sum_of_buffers(u32 slot, u64 bytes) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  u64 sum = 0, done = 0;
  for (u32 i = 0; i < COUNTER_PIECES; i++) {
    u64 value = 0;
    if (done >= bytes || !load_buffer(slot, i)) break;
    if (scratch->cursor.buffer_length >= sizeof(value)) {
      bpf_probe_read_user(&value, sizeof(value), (void *)scratch->cursor.buffer);
      done += sizeof(value);
    }
    sum += value;
  }
  return sum;
}

static __always_inline int eventfd_enter(void *ctx, u32 slot, struct scratch *scratch) {
  call_begins(scratch->call.thread);
  return 0;
}
ENTER_STAGE(eventfd, STAGE_EVENTFD, eventfd, eventfd_enter)

static __always_inline int eventfd_exit(void *ctx, u32 slot, struct scratch *scratch) {
  struct task_struct *task = scratch->call.task;
  if (scratch->call.result <= 0 || is_self(task)) return 0;
  struct eventfd_ctx *counter = counter_of(scratch->call.file);
  if (!counter) return 0;
  bool in_scope = scratch->call.in_scope = scope_matches(task);
  if (!channel_in_scope(IPC_KIND_EVENTFD, (u64)counter, counter_identity(counter), in_scope, 0)) return 0;
  u64 began = scratch->call.is_write ? take_beginning(scratch->call.thread) : 0;
  u64 value = sum_of_buffers(slot, scratch->call.result);
  u32 type = scratch->call.is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  return counter_send(slot, type, (u64)counter, value, began);
}
EXIT_STAGE(eventfd, STAGE_EVENTFD, eventfd, eventfd_exit)

/* One that is made under our eyes: what it begins with nobody has added. */
static __always_inline int eventfd2_exit(void *ctx, struct call *call) {
  if (call->result < 0 || is_self(call->task) || !scope_matches(call->task)) return 0;
  struct file *file = file_of(call->task, call->result);
  struct eventfd_ctx *counter = file ? counter_of(file) : NULL;
  if (!counter) return 0;
  begin_transfer(call, file, call->result, true);
  call->scratch->call.in_scope = true;
  channel_of((u64)counter, counter_identity(counter), 0);
  u32 first = argument(call->regs, 0, call->compat);
  return counter_send(call->slot, IPC_RECORD_CREATED, (u64)counter, first, 0);
}
SYSCALL_EXIT(eventfd2, SLOTS2(eventfd2, eventfd), eventfd, eventfd2_exit)

static __always_inline bool eventfd_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  if (!is_wanted(IPC_KIND_EVENTFD) || (file->type != FILE_ANONYMOUS && file->type != FILE_REGULAR)) return false;
  if (READ_KERNEL(file->file, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC) return false;
  struct eventfd_ctx *counter = counter_of(file->file);
  if (!counter) return false;
  open->kind = IPC_KIND_EVENTFD;
  open->sends = (u64)counter;
  open->sends_identity = counter_identity(counter);
  open->can_read = 1;
  open->can_write = 1;
  return true;
}
