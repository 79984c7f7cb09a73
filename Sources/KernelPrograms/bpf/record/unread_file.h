// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies unread behind an open file. */
#pragma once

#include "core/channels.h"
#include "record/unread_pipe.h"
#include "record/unread_queue.h"

/* Whether what lies in a channel is to be recorded; once only, if the trace ends. */
static __always_inline bool takes_unread(struct channel *channel, bool is_end) {
  if (!channel || channel->flags & (CHANNEL_EXCLUDED | CHANNEL_COLLECTED)) return false;
  if (is_end) channel->flags |= CHANNEL_COLLECTED;
  return true;
}

static __always_inline u64 receive_queue_of(struct sock *sk) {
  return (u64)sk + bpf_core_field_offset(struct sock, sk_receive_queue);
}

/* The same of what UDP has taken over from there to read it (__skb_recv_udp, net/ipv4/udp.c). */
static __always_inline u64 reader_queue_of(struct sock *sk) {
  return (u64)sk + bpf_core_field_offset(struct udp_sock, reader_queue);
}

/* Describes a file in the scratch; false if it is no channel that is wanted. */
VERIFIED_ONCE bool describe_unread(u32 slot, u64 file) {
  struct scratch *scratch = scratch_at(slot);
  struct ipc_held open = {};
  if (!scratch || !describe_open((struct file *)file, &open, false)) return false;
  scratch->open = open;
  fill_header(&scratch->unread.header, (void *)bpf_get_current_task(), IPC_RECORD_UNREAD, open.kind, 0);
  return true;
}

static __always_inline bool is_message_kind(u32 kind) {
  return kind == IPC_KIND_UNIX_DGRAM || kind == IPC_KIND_UNIX_SEQPACKET || kind == IPC_KIND_LOOPBACK_UDP
         || kind == IPC_KIND_NETLINK;
}

/* The entry of what a described file receives from; of messages, which have many senders, its own. */
static __always_inline struct channel *unread_channel(struct ipc_held *open) {
  if (open->kind == IPC_KIND_PIPE) return open->can_read ? known_channel(open->sends, open->sends_identity) : NULL;
  if (open->kind == IPC_KIND_LOOPBACK_TCP) return known_channel(open->receives, open->receives_identity);
  return entry_of(is_message_kind(open->kind) ? open->sends : open->receives);
}

/* Sends what lies unread behind a file, as far as the channel is of interest. */
VERIFIED_ONCE int send_unread(u32 slot, u64 address, bool is_end) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch || !describe_unread(slot, address)) return 0;
  struct ipc_held *open = &scratch->open;
  struct channel *channel = unread_channel(open);
  if (!takes_unread(channel, is_end)) return 0;
  if (open->kind == IPC_KIND_PIPE) {
    scratch->unread.channel = open->sends;
    scratch->unread.identity = open->sends_identity;
    send_unread_pipe(slot, open->sends);
    return 0;
  }
  struct sock *sk = sock_of((struct file *)address);
  if (!sk) return 0;
  bool is_tcp = open->kind == IPC_KIND_LOOPBACK_TCP;
  scratch->queue.behind = 0;
  scratch->unread.channel = open->receives;
  /* Records name a unix socket that is closed by the inode that it had. */
  scratch->unread.identity = is_tcp ? open->receives_identity : recorded_inode(channel);
  if (open->kind == IPC_KIND_LOOPBACK_UDP) send_unread_queue(slot, reader_queue_of(sk), (u64)sk, 0);
  u64 owner = is_message_kind(open->kind) ? (u64)sk : 0, queue = receive_queue_of(sk);
  scratch->queue.is_multipath = is_tcp && is_multipath(sk);
  if (scratch->queue.is_multipath) {
    struct sk_buff_head *before = queue_read_first((struct mptcp_sock *)sk);
    scratch->queue.behind = before ? queue : 0;
    if (before) queue = (u64)before;
  }
  send_unread_queue(slot, queue, owner, is_tcp ? read_position((u64)sk) : 0);
  return 0;
}
