// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* POSIX message queues. */
#include "core/channels.h"
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "record/names.h"
#include "record/queued.h"

#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */

static __always_inline bool is_mqueue(struct file *file) {
  return has_mqueues() && READ_KERNEL(file, f_inode, i_sb, s_magic) == MQUEUE_MAGIC;
}

static __always_inline struct mqueue_inode_info *mqueue_of(struct inode *inode) {
  return (void *)inode - bpf_core_field_offset(struct mqueue_inode_info, vfs_inode);
}

static __always_inline void describe_mqueue(struct file *file, struct queue *queue) {
  struct inode *inode = READ_KERNEL(file, f_inode);
  queue->address = (u64)inode;
  queue->identity = READ_KERNEL(inode, i_ino);
  queue->kind = IPC_KIND_MQUEUE;
  queue->unread = READ_KERNEL(mqueue_of(inode), attr.mq_curmsgs);
  queue->traits = IPC_QUEUED_SEEN;
}

/* Takes over a call on a queue; whether it is of interest. */
static __always_inline bool begin_mqueue(struct call *call, bool is_write) {
  struct scratch *scratch = call->scratch;
  u32 fd = argument(call->regs, 0, call->compat);
  struct file *file = file_of(call->task, fd);
  if (call->result < 0 || !file || !is_mqueue(file) || is_self(call->task)) return false;
  begin_transfer(call, file, fd, is_write);
  scratch->call.base = argument(call->regs, 1, call->compat);
  scratch->call.length = argument(call->regs, 2, call->compat);
  scratch->call.is_vector = false;
  struct queue queue = {};
  describe_mqueue(file, &queue);
  bool in_scope = scratch->call.in_scope = scope_matches(call->task);
  struct channel *channel = channel_in_scope(IPC_KIND_MQUEUE, queue.address, queue.identity, in_scope, call->result);
  if (!channel) return false;
  if (!(channel->flags & CHANNEL_NAMED)) {
    channel->flags |= CHANNEL_NAMED;
    scratch->cursor.fill = 0;
    walk_path(call->slot, scratch, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt));
    if (!name_send(scratch, IPC_KIND_MQUEUE, queue.address, queue.identity, IPC_NAME_PATH, 0))
      channel->flags &= ~CHANNEL_NAMED;
  }
  begin_queued(scratch, &queue);
  return true;
}

static __always_inline int mq_send_exit(void *ctx, struct call *call) {
  if (!begin_mqueue(call, true)) return 0;
  return queued_sent(call->slot, call->scratch, call->scratch->call.length, (u32)argument(call->regs, 3, call->compat));
}

static __always_inline int mq_receive_exit(void *ctx, struct call *call) {
  if (!begin_mqueue(call, false)) return 0;
  u32 priority = 0;
  u64 place = argument(call->regs, 3, call->compat);
  bool is_told = place && bpf_probe_read_user(&priority, sizeof(priority), (void *)place) == 0;
  return queued_received(ctx, call->slot, call->scratch, call->result, priority, is_told ? IPC_QUEUED_LABELED : 0);
}

SYSCALL_ENTER(mq_send, SLOTS2(mq_timedsend, mq_timedsend_time64), mqueue, queued_enter)
SYSCALL_EXIT(mq_send, SLOTS2(mq_timedsend, mq_timedsend_time64), mqueue, mq_send_exit)
SYSCALL_EXIT(mq_receive, SLOTS2(mq_timedreceive, mq_timedreceive_time64), mqueue, mq_receive_exit)

static __always_inline bool mqueue_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  if (!is_wanted(IPC_KIND_MQUEUE) || file->type != S_IFREG >> 12 || !is_mqueue(file->file)) return false;
  struct inode *inode = READ_KERNEL(file->file, f_inode);
  open->kind = IPC_KIND_MQUEUE;
  open->sends = (u64)inode;
  open->sends_identity = READ_KERNEL(inode, i_ino);
  if (counts) open->unread = READ_KERNEL(mqueue_of(inode), qsize);
  open->can_read = READ_KERNEL(file->file, f_mode) & FMODE_READ ? 1 : 0;
  open->can_write = READ_KERNEL(file->file, f_mode) & FMODE_WRITE ? 1 : 0;
  return true;
}
