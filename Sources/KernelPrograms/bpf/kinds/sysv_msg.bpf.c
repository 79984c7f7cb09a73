// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* SysV message queues. A queue is known by its id, since it can be removed before the end of a call on it is seen. */
#include "core/channels.h"
#include "hooks/programs.h"
#include "core/sysv.h"
#include "record/queued.h"

/* include/uapi/linux/ipc.h, include/uapi/linux/msg.h; the version of what the caller gets is in another bit of a
 * command. */
#define IPC_RMID 0
#define IPC_64 0x100
#define MSG_NOERROR 010000
#define MSG_COPY 040000

/* The type before the bytes of a message (struct msgbuf, struct compat_msgbuf). */
static __always_inline s64 message_type(u64 message, bool is_compat) {
  s64 type = 0;
  s32 compat = 0;
  if (!is_compat) {
    bpf_probe_read_user(&type, sizeof(type), (void *)message);
    return type;
  }
  bpf_probe_read_user(&compat, sizeof(compat), (void *)message);
  return compat;
}

/* Takes over a call on a queue; whether it is of interest. */
static __always_inline bool begin_sysv_msg(struct call *call, bool is_write) {
  struct scratch *scratch = call->scratch;
  if (call->result < 0 || is_self(call->task)) return false;
  u32 id = argument(call->regs, 0, call->compat);
  begin_transfer(call, NULL, NO_FD, is_write);
  struct queue queue = {.address = sysv_key(call->task, id), .identity = id, .kind = IPC_KIND_SYSV_MSG};
  bool in_scope = scratch->call.in_scope = scope_matches(call->task);
  if (!channel_in_scope(IPC_KIND_SYSV_MSG, queue.address, queue.identity, in_scope, call->result)) return false;
  struct msg_queue *object = has_sysv_messages() ? sysv_object(call->task, SYSV_MESSAGES, id) : NULL;
  if (object) {
    queue.key = READ_KERNEL(object, q_perm.key);
    queue.unread = READ_KERNEL(object, q_qnum);
    queue.traits = IPC_QUEUED_SEEN;
  }
  scratch->call.base = argument(call->regs, 1, call->compat) + (call->compat ? sizeof(s32) : sizeof(s64));
  scratch->call.length = argument(call->regs, 2, call->compat);
  scratch->call.is_vector = false;
  begin_queued(scratch, &queue);
  return true;
}

static __always_inline int msgsnd_exit(void *ctx, struct call *call) {
  if (!begin_sysv_msg(call, true)) return 0;
  s64 type = message_type(argument(call->regs, 1, call->compat), call->compat);
  return queued_sent(call->slot, call->scratch, call->scratch->call.length, type);
}

static __always_inline int msgrcv_exit(void *ctx, struct call *call) {
  u32 flags = argument(call->regs, 4, call->compat);
  if (flags & MSG_COPY || !begin_sysv_msg(call, false)) return 0;
  s64 type = message_type(argument(call->regs, 1, call->compat), call->compat);
  bool is_filled = flags & MSG_NOERROR && (u64)call->result == call->scratch->call.length;
  return queued_received(ctx, call->slot, call->scratch, call->result, type,
                         IPC_QUEUED_LABELED | (is_filled ? IPC_QUEUED_FILLED : 0));
}

static __always_inline int msgctl_exit(void *ctx, struct call *call) {
  if ((argument(call->regs, 1, call->compat) & ~IPC_64) != IPC_RMID || !begin_sysv_msg(call, true)) return 0;
  fill_message(call->slot, IPC_RECORD_REMOVED, 0, 0, 0);
  transfer_send(call->slot, 0);
  return 0;
}

SYSCALL_ENTER(msgsnd, SLOTS1(msgsnd), sysv_msg, queued_enter)
SYSCALL_EXIT(msgsnd, SLOTS1(msgsnd), sysv_msg, msgsnd_exit)
SYSCALL_EXIT(msgrcv, SLOTS1(msgrcv), sysv_msg, msgrcv_exit)
SYSCALL_EXIT(msgctl, SLOTS1(msgctl), sysv_msg, msgctl_exit)
