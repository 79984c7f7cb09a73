// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * UDP datagrams that stay on this host. Where a datagram goes and whether it stays is seen when the loopback device
 * gets it, and whom it is from when it is let go of after the copy (hooks/call_context.bpf.c).
 */
#include "hooks/programs.h"
#include "kernel/packets.h"
#include "kinds/open_file.h"
#include "record/own_output.h"
#include "record/socket_record.h"
#include "record/wanted.h"

#define UDP_SEGMENT 103 /* include/uapi/linux/udp.h */

/* Whether either port is of interest, so that nobody's first message to it is missed. */
static __always_inline struct channel *udp_channel_in_scope(u32 slot, struct scratch *scratch, bool in_scope,
                                                            u64 bytes) {
  struct ipc_socket *record = &scratch->socket;
  u64 source = udp_port_key(record->netns, record->source_port);
  u64 destination = udp_port_key(record->netns, record->destination_port);
  struct channel *channel = channel_in_scope(IPC_KIND_LOOPBACK_UDP, source, 0, in_scope, bytes);
  struct channel *other = channel_in_scope(IPC_KIND_LOOPBACK_UDP, destination, 0, in_scope, bytes);
  if (!channel) channel = other;
  if (!channel) return NULL;
  if (goes_on_with_output(slot, channel->flags, source)) {
    /* The receiver's port may get others' datagrams as well. */
    if (scratch->call.is_write) exclude_channel(source, 0);
    return NULL;
  }
  return other && other->flags & CHANNEL_EXCLUDED ? NULL : channel;
}

/* Whether the record's datagram can be wanted. The other ones of a batch can have other ports. */
static __always_inline bool is_wanted_datagram(struct scratch *scratch) {
  return scratch->batch.vector || are_wanted_ports(scratch->socket.source_port, scratch->socket.destination_port);
}

/* Names the direction of a datagram. Other addresses than loopback ones can be reached from other namespaces. */
static __always_inline void name_datagram(struct ipc_socket *record) {
  u32 netns = is_loopback(record->destination_address) ? record->netns : 0;
  record->transfer.channel =
    direction_of(netns, NULL, record->source_port, record->destination_address, record->destination_port);
  record->transfer.identity = direction_check(netns, record->source_port, record->destination_port);
}

/* Fills in where a sent message goes: as seen, as the call says, or as the socket is connected. */
VERIFIED_ONCE bool udp_describe_sent(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct context_message *seen = is_at_end(slot) ? context_message_at(scratch, scratch->batch.index) : NULL;
  struct ipc_socket *record = &scratch->socket;
  struct sock *sk = scratch->call.sk;
  read_local(sk, record->source_address, &record->source_port);
  if (!read_name(scratch, record->destination_address, &record->destination_port))
    read_remote(sk, record->destination_address, &record->destination_port);
  record->netns = netns_of(sk);
  bool is_loop = is_loopback(record->destination_address) || is_unspecified(record->destination_address);
  bool is_noted = seen && seen->destination_port == record->destination_port
                  && seen->source_port == record->source_port;
  if (is_noted) {
    __builtin_memcpy(record->source_address, seen->source_address, 16);
    __builtin_memcpy(record->destination_address, seen->destination_address, 16);
    fill_queued(record, seen);
  } else if (!is_loop && !is_multicast(record->destination_address) && !is_routed_locally(sk)
             && !equals(record->source_address, record->destination_address)) {
    return false;
  } else if (is_unspecified(record->source_address)) {
    /* Packets to a loopback address come from one (ip_route_output_key_hash, net/ipv4/route.c). */
    __builtin_memcpy(record->source_address, record->destination_address, 16);
  }
  if (is_multicast(record->destination_address)) record->traits |= IPC_SOCKET_MULTICAST;
  else if (is_noted ? seen->is_local : true) record->traits |= IPC_SOCKET_LOCAL;
  name_datagram(record);
  return true;
}

/* Whether a datagram of which nothing was seen came from this host, by the addresses that the call has given. */
static __always_inline bool is_udp_local(struct scratch *scratch) {
  struct ipc_socket *record = &scratch->socket;
  read_name(scratch, record->source_address, &record->source_port);
  return is_loopback(record->source_address) || is_loopback(record->destination_address)
         || (record->source_port != 0 && equals(record->source_address, record->destination_address));
}

/* Size of the datagrams that a message was cut into, from the message itself or the socket's option. */
static __always_inline u16 segment_size(struct scratch *scratch) {
  struct udp_sock *udp = (void *)scratch->call.sk;
  u16 size = READ_KERNEL(udp, gso_size);
  struct {
    u64 length;
    s32 level;
    s32 type;
    u16 size;
  } control = {};
  u32 room = offsetof(typeof(control), size) + sizeof(control.size);
  if (scratch->call.control && scratch->call.control_length >= room && !scratch->call.is_compat
      && bpf_probe_read_user(&control, room, (void *)scratch->call.control) == 0 && control.level == IPPROTO_UDP
      && control.type == UDP_SEGMENT)
    size = control.size;
  return size;
}

static __always_inline int udp_enter(void *ctx, u32 slot, struct scratch *scratch) {
  struct udp_sock *udp = (void *)scratch->call.sk;
  struct call_context *context = context_enter_send(scratch->call.thread);
  if (context) context->is_joined = READ_KERNEL(udp, pending) != 0;
  if (!scratch->batch.vector) return 0;
  bool in_scope = scratch->call.in_scope = scope_matches(scratch->call.task);
  fill_socket(scratch, IPC_RECORD_WRITE_BEGIN, IPC_KIND_LOOPBACK_UDP, 0);
  if (!udp_describe_sent(slot) || !udp_channel_in_scope(slot, scratch, in_scope, 0)) return 0;
  scratch->socket.traits |= IPC_SOCKET_BATCH;
  transfer_send(slot, 0);
  return 0;
}
ENTER_STAGE(udp, STAGE_UDP, loopback_udp, udp_enter)

static __always_inline int udp_exit(void *ctx, u32 slot, struct scratch *scratch) {
  if (scratch->call.result < 0) goto nothing;
  bool in_scope = scratch->call.in_scope = scope_matches(scratch->call.task);
  struct ipc_socket *record = &scratch->socket;
  struct call_context *context = context_of(scratch->call.thread);
  struct context_message *seen = first_context_message(scratch);
  u8 type = scratch->call.is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  fill_socket(scratch, type, IPC_KIND_LOOPBACK_UDP, scratch->call.result);
  if (scratch->call.is_write) {
    struct udp_sock *udp = (void *)scratch->call.sk;
    if (!udp_describe_sent(slot) || !is_wanted_datagram(scratch)) goto nothing;
    if (!udp_channel_in_scope(slot, scratch, in_scope, scratch->call.result)) goto nothing;
    record->segment = segment_size(scratch);
    record->extent.call_ns = time_in_call(scratch);
    if (READ_KERNEL(udp, pending)) record->traits |= IPC_SOCKET_CORKED;
    if (context && context->is_joined) record->traits |= IPC_SOCKET_JOINED;
    return emit_sent(ctx, scratch, scratch->call.result);
  }
  /* Nothing at all is the end of a socket that is shut down, and no empty message. */
  if (scratch->call.result == 0 && is_receive_shut(scratch->call.sk)) goto nothing;
  /* read(2) of no bytes does not even ask the socket (sock_read_iter, net/socket.c). */
  if (scratch->call.result == 0 && scratch->call.is_plain && asked_length(slot, scratch) == 0) goto nothing;
  read_local(scratch->call.sk, record->destination_address, &record->destination_port);
  read_remote(scratch->call.sk, record->source_address, &record->source_port);
  record->netns = netns_of(scratch->call.sk);
  record->end.destination = (u64)scratch->call.sk;
  record->destination_inode = inode_of_sock(scratch->call.sk);
  bool is_noted = seen && seen->destination_port == record->destination_port;
  u32 port = record->destination_port;
  u8 *is_served = bpf_map_lookup_elem(&udp_ports, &port);
  if (is_noted ? seen->is_local : is_udp_local(scratch)) record->traits |= IPC_SOCKET_LOCAL;
  else if (!is_served || !*is_served) goto nothing;
  if (is_noted) record->source_port = seen->source_port;
  if (!is_wanted_datagram(scratch)) goto nothing;
  if (!udp_channel_in_scope(slot, scratch, in_scope, scratch->call.result)) goto nothing;
  scratch->batch.compared = COMPARED_MESSAGE_BYTES;
  return emit_received(ctx, scratch);
nothing:
  context_clear(scratch->call.thread);
  return 0;
}
EXIT_STAGE(udp, STAGE_UDP, loopback_udp, udp_exit)

/* Fills in whom a datagram is from, and its real length. */
static __always_inline void udp_describe_received(u32 slot, struct scratch *scratch) {
  struct ipc_socket *record = &scratch->socket;
  struct context_message *seen = context_message_at(scratch, scratch->batch.index);
  record->transfer.channel = 0;
  record->transfer.identity = 0;
  if (seen && seen->destination_port == record->destination_port) {
    __builtin_memcpy(record->source_address, seen->source_address, 16);
    __builtin_memcpy(record->destination_address, seen->destination_address, 16);
    record->source_port = seen->source_port;
    record->transfer.count = seen->length;
    if (seen->is_local) record->traits |= IPC_SOCKET_LOCAL;
  } else {
    /* Its real length is not known. */
    if (asked_length(slot, scratch) <= record->transfer.count) record->traits |= IPC_SOCKET_FILLED;
    if (!read_name(scratch, record->source_address, &record->source_port) && record->source_port == 0) return;
    /* A socket that is bound to any address does not tell to which one the datagram came. */
    if (is_unspecified(record->destination_address)) return;
  }
  if (is_multicast(record->destination_address)) record->traits |= IPC_SOCKET_MULTICAST;
  name_datagram(record);
}

/* Fills in the direction of a datagram that lies unread, by its headers. */
static __always_inline bool udp_name_unread(struct scratch *scratch, struct sk_buff *skb) {
  if (!is_internet_packet(skb)) return false;
  u8 source[16], destination[16];
  read_packet_addresses(skb, source, destination);
  u32 ports = packet_ports(skb), own = netns_of((struct sock *)scratch->queue.sk);
  u16 source_port = __builtin_bswap16(ports), destination_port = __builtin_bswap16(ports >> 16);
  struct channel *channel = entry_of(udp_port_key(own, destination_port));
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return false;
  u32 netns = is_loopback(destination) ? own : 0;
  scratch->unread.channel = direction_of(netns, NULL, source_port, destination, destination_port);
  scratch->unread.identity = direction_check(netns, source_port, destination_port);
  return true;
}

static __always_inline bool udp_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  struct sock *sk = file->sk;
  u8 local[16];
  u16 port = 0;
  read_local(sk, local, &port);
  if (port == 0) return false;
  open->kind = IPC_KIND_LOOPBACK_UDP;
  open->can_read = 1;
  open->can_write = 1;
  open->sends = udp_port_key(netns_of(sk), port);
  return is_wanted(IPC_KIND_LOOPBACK_UDP);
}

/* Whether all that goes over a socket stays on this host, as its addresses say. */
static __always_inline bool udp_is_end(struct sock *sk) {
  u8 local[16], remote[16];
  u16 port;
  read_local(sk, local, &port);
  read_remote(sk, remote, &port);
  return is_loopback(local) || is_loopback(remote);
}
