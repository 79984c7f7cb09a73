// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Netlink: messages between processes, and those to and from the kernel (--kernel-netlink). Whom a message is from is
 * seen when it is copied to the reader (hooks/call_context.bpf.c): its sender's port, which no other socket of its
 * family and namespace has. All messages between processes are recorded, whosever they are: these are few, and nobody
 * knows who listens to a group.
 */
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "record/socket_record.h"

static __always_inline u64 netlink_name(struct sock *sk, u32 port) { return IPC_NETLINK_NAME(netns_of(sk), port); }

/* Names the direction of a message. */
VERIFIED_ONCE int fill_netlink_ends(u32 slot, u32 source, u32 destination, u32 group) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_socket *record = &scratch->socket;
  struct sock *sk = scratch->call.sk;
  u32 family = READ_KERNEL(sk, sk_protocol);
  struct ipc_netlink_end from = {.port = source, .family = family};
  struct ipc_netlink_end to = {.port = destination, .group = group, .family = family};
  __builtin_memcpy(record->source_address, &from, sizeof(from));
  __builtin_memcpy(record->destination_address, &to, sizeof(to));
  record->netns = netns_of(sk);
  u64 hash = hash_mix((u64)record->netns << 32 | family, (u64)source << 32 | group);
  record->transfer.channel = hash_mix(hash, group ? 0 : destination) | 1;
  record->transfer.identity = source ? (u64)family << 32 | source : 0;
  if (group) record->traits |= IPC_SOCKET_MULTICAST;
  return 0;
}

/* The lowest of the groups in a mask, from 1 on, as the kernel takes it (netlink_sendmsg, net/netlink/af_netlink.c). */
static __always_inline u32 first_group(u32 mask) {
  u32 lowest = mask & -mask, number = lowest != 0;
  number += ((lowest & 0xffff0000) != 0) << 4;
  number += ((lowest & 0xff00ff00) != 0) << 3;
  number += ((lowest & 0xf0f0f0f0) != 0) << 2;
  number += ((lowest & 0xcccccccc) != 0) << 1;
  number += (lowest & 0xaaaaaaaa) != 0;
  return number;
}

/* Port << 32 | group that the message at hand goes to: as the call says, or as the socket is connected. */
VERIFIED_ONCE u64 netlink_destination(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct {
    u16 family;
    u16 pad;
    u32 port;
    u32 groups;
  } name = {};
  if (scratch->call.name && bpf_probe_read_user(&name, sizeof(name), (void *)scratch->call.name) == 0)
    return (u64)name.port << 32 | first_group(name.groups);
  struct netlink_sock *netlink = (void *)scratch->call.sk;
  return (u64)READ_KERNEL(netlink, dst_portid) << 32 | READ_KERNEL(netlink, dst_group);
}

static __always_inline u32 netlink_port(struct sock *sk) {
  struct netlink_sock *netlink = (void *)sk;
  return READ_KERNEL(netlink, portid);
}

/* Fills in where a sent message goes; false if that is the kernel. */
VERIFIED_ONCE bool netlink_describe_sent(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  u64 destination = netlink_destination(slot);
  if (destination == 0) return false;
  struct sock *sk = scratch->call.sk;
  scratch->socket.traits &= ~IPC_SOCKET_MULTICAST;
  fill_netlink_ends(slot, netlink_port(sk), destination >> 32, destination);
  if ((u32)destination != 0) return true;
  scratch->socket.traits |= IPC_SOCKET_LOCAL;
  /* So that it is recorded if nobody receives it. */
  channel_of(netlink_name(sk, destination >> 32), READ_KERNEL(sk, sk_protocol), 0);
  return true;
}

/* Fills in whom a received message is from, and its real length; of one that goes to the kernel, that. */
VERIFIED_ONCE int netlink_describe_received(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_socket *record = &scratch->socket;
  u32 own = netlink_port(scratch->call.sk);
  record->traits = IPC_SOCKET_LOCAL;
  if (scratch->call.is_write) {
    record->traits |= IPC_SOCKET_TO_KERNEL;
    return fill_netlink_ends(slot, own, 0, 0);
  }
  struct context_message *seen = context_message_at(scratch, scratch->batch.index);
  if (!seen) return 0;
  if (seen->sock >> 32 == 0) record->traits |= IPC_SOCKET_FROM_KERNEL;
  record->transfer.count = seen->length;
  return fill_netlink_ends(slot, seen->sock >> 32, own, seen->sock);
}

/* sendmmsg can be blocked between its messages, while the first ones are received. */
static __always_inline int netlink_enter(void *ctx, u32 slot, struct scratch *scratch) {
  context_enter_send(scratch->call.thread);
  if (!scratch->batch.vector) return 0;
  scratch->call.in_scope = scope_matches(scratch->call.task);
  fill_socket(scratch, IPC_RECORD_WRITE_BEGIN, IPC_KIND_NETLINK, 0);
  if (!netlink_describe_sent(slot)) return 0;
  scratch->socket.traits |= IPC_SOCKET_BATCH;
  transfer_send(slot, 0);
  return 0;
}
ENTER_STAGE(netlink, STAGE_NETLINK, netlink, netlink_enter)

/* A message to the kernel, which is there as soon as it is sent. */
static __always_inline int emit_to_kernel(void *ctx, struct scratch *scratch) {
  if (!settings.tells_kernel_netlink || !scratch->call.in_scope || scratch->call.result < 0) {
    context_clear(scratch->call.thread);
    return 0;
  }
  scratch->batch.compared = 0;
  fill_socket(scratch, IPC_RECORD_READ, IPC_KIND_NETLINK, scratch->call.result);
  return emit_received(ctx, scratch);
}

static __always_inline int netlink_exit(void *ctx, u32 slot, struct scratch *scratch) {
  scratch->call.in_scope = scope_matches(scratch->call.task);
  if (scratch->call.is_write) {
    fill_socket(scratch, IPC_RECORD_WRITE, IPC_KIND_NETLINK, 0);
    if (!netlink_describe_sent(slot)) return emit_to_kernel(ctx, scratch);
    s64 count = scratch->call.result;
    /* A group has its message, also if the kernel, which gets one, too, does not listen (netlink_sendmsg). */
    if (count == -ECONNREFUSED && scratch->socket.traits & IPC_SOCKET_MULTICAST) count = asked_length(slot, scratch);
    if (count < 0) goto nothing;
    scratch->socket.extent.call_ns = time_in_call(scratch);
    return emit_sent(ctx, scratch, count);
  }
  if (scratch->call.result < 0) goto nothing;
  struct context_message *seen = first_context_message(scratch);
  if (!seen) {
    /* Another thread's call has taken the place where it was kept; of nothing, there was none. */
    if (scratch->call.result > 0) loss_add(IPC_KIND_NETLINK, scratch->call.result);
    goto nothing;
  }
  bool is_kernel = seen->sock >> 32 == 0 && scratch->batch.count == 1;
  if (is_kernel && (!settings.tells_kernel_netlink || !scratch->call.in_scope)) goto nothing;
  fill_socket(scratch, IPC_RECORD_READ, IPC_KIND_NETLINK, scratch->call.result);
  scratch->socket.end.destination = (u64)scratch->call.sk;
  scratch->batch.compared = COMPARED_MESSAGE_BYTES;
  return emit_received(ctx, scratch);
nothing:
  context_clear(scratch->call.thread);
  return 0;
}
EXIT_STAGE(netlink, STAGE_NETLINK, netlink, netlink_exit)

/* Fills in the direction of a message that lies unread; its memory says whom it is from. */
static __always_inline bool netlink_name_unread(struct scratch *scratch, struct sk_buff *skb) {
  struct sock *sk = (struct sock *)scratch->queue.sk;
  struct netlink_skb_parms *parms = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);
  u32 source = READ_KERNEL(parms, portid), family = READ_KERNEL(sk, sk_protocol);
  if (source == 0 || READ_KERNEL(parms, dst_group) != 0) return false;
  u64 hash = hash_mix((u64)netns_of(sk) << 32 | family, (u64)source << 32);
  scratch->unread.channel = hash_mix(hash, netlink_port(sk)) | 1;
  scratch->unread.identity = (u64)family << 32 | source;
  return true;
}

static __always_inline bool netlink_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  u32 port = netlink_port(file->sk);
  if (port == 0) return false; /* neither bound, nor used yet */
  open->kind = IPC_KIND_NETLINK;
  open->can_read = 1;
  open->can_write = 1;
  open->sends = netlink_name(file->sk, port);
  open->sends_identity = READ_KERNEL(file->sk, sk_protocol);
  return true;
}
