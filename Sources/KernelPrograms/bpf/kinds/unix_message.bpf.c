// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Unix datagram and sequenced-packet sockets: every message is reported when it is received. Who sent it is seen when
 * it is copied to the reader (hooks/call_context.bpf.c), so that it does not matter what became of the sender.
 */
#include "hooks/programs.h"
#include "kinds/unix.h"

/* sendmmsg can be blocked between its messages, while the first ones are received. */
static __always_inline int unix_message_enter(void *ctx, u32 slot, struct scratch *scratch) {
  context_enter_send(scratch->call.thread);
  if (!scratch->batch.vector) return 0;
  set_unix_ends(scratch, scratch->call.sk, peer_of(scratch->call.sk));
  struct channel *channel = unix_channel_in_scope(slot, scratch, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  fill_unix(slot, IPC_RECORD_WRITE_BEGIN, 0, recorded_inode(channel), channel->flags);
  scratch->socket.traits |= IPC_SOCKET_BATCH;
  transfer_send(slot, 0);
  return 0;
}
ENTER_STAGE(unix_dgram, STAGE_UNIX_DGRAM, unix_dgram, unix_message_enter)
ENTER_STAGE(unix_seqpacket, STAGE_UNIX_SEQPACKET, unix_seqpacket, unix_message_enter)

/* Finds the ends of the call's first message; false if it has brought none. */
static __always_inline bool find_message_ends(struct scratch *scratch, struct context_message *seen) {
  struct sock *sk = scratch->call.sk;
  if (scratch->call.is_write) {
    if (scratch->call.result < 0) return false;
    /* A message that names its receiver: where it was queued was seen, if the kernel tells. */
    struct sock *destination = seen                 ? (struct sock *)seen->sock
                               : scratch->call.name ? NULL
                                                    : peer_of(sk);
    set_unix_ends(scratch, sk, destination);
    if (seen) scratch->ends.destination_inode = seen->inode;
    return true;
  }
  /* Nothing at all is the end of a connection, and no empty message. */
  if (scratch->call.result == 0 && !seen) return false;
  set_unix_ends(scratch, seen ? (struct sock *)seen->sock : peer_of(sk), sk);
  if (seen) scratch->ends.source_inode = seen->inode;
  return true;
}

/* How many messages lay unread before the call; those of others may be among them. */
static __always_inline u32 most_unread_before(struct scratch *scratch) {
  struct sock *destination = scratch->ends.destination;
  if (!destination || scratch->call.is_write) return IPC_UNREAD_UNKNOWN;
  return READ_KERNEL(destination, sk_receive_queue.qlen) + scratch->batch.count;
}

static __always_inline int unix_message_exit(void *ctx, u32 slot, struct scratch *scratch) {
  bool is_write = scratch->call.is_write;
  struct context_message *seen = first_context_message(scratch);
  if (is_write && seen && seen->time == 0) seen = NULL;
  if (!find_message_ends(scratch, seen)) goto nothing;
  struct channel *channel = unix_channel_in_scope(slot, scratch, scratch->call.result);
  if (!channel)
    keep_past(slot, scratch, (u64)scratch->ends.source, scratch->ends.source_inode, scratch->batch.count, 0);
  if (!channel || is_unix_output(slot, scratch, channel)) goto nothing;
  if (scratch->ends.source && !(channel->flags & CHANNEL_SEEN)) {
    channel->flags |= CHANNEL_SEEN;
    send_past(unix_kind(scratch), (u64)scratch->ends.source, recorded_inode(channel), most_unread_before(scratch));
  }
  u32 type = is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  fill_unix(slot, type, scratch->call.result, recorded_inode(channel), channel->flags);
  if (is_write) {
    if (seen) fill_queued(&scratch->socket, seen);
    scratch->socket.extent.call_ns = time_in_call(scratch);
  } else {
    /* The sender may be gone, so that only what was seen of it holds. */
    if (seen) scratch->socket.traits &= ~IPC_SOCKET_SOURCE_NAMED;
    scratch->batch.compared = COMPARED_MESSAGE_BYTES;
  }
  return emit_unix(ctx, slot, scratch);
nothing:
  context_clear(scratch->call.thread);
  return 0;
}
EXIT_STAGE(unix_dgram, STAGE_UNIX_DGRAM, unix_dgram, unix_message_exit)
EXIT_STAGE(unix_seqpacket, STAGE_UNIX_SEQPACKET, unix_seqpacket, unix_message_exit)

/* Fills in where another message of a batch went. */
static __always_inline void unix_describe_sent(struct scratch *scratch) {
  struct context_message *seen = context_message_at(scratch, scratch->batch.index);
  if (seen) fill_queued(&scratch->socket, seen);
}

/* Fills in whom a message is from that lies unread; its memory keeps that of its sender. */
static __always_inline bool unix_name_unread(struct scratch *scratch, struct sk_buff *skb) {
  u64 source = (u64)READ_KERNEL(skb, sk);
  struct channel *channel = entry_of(source);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return false;
  scratch->unread.channel = source;
  scratch->unread.identity = recorded_inode(channel);
  return true;
}

/* Fills in whom a message is from, and its real length. */
static __always_inline void unix_describe_received(struct scratch *scratch) {
  struct ipc_socket *record = &scratch->socket;
  struct context_message *seen = context_message_at(scratch, scratch->batch.index);
  if (!seen) return;
  record->transfer.channel = seen->sock;
  record->transfer.identity = seen->inode;
  record->transfer.count = seen->length;
  if (seen->is_named) record->traits |= IPC_SOCKET_SOURCE_NAMED;
}
