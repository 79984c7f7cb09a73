// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * UDP datagrams that stay on this host. Where a datagram goes and whether it stays is noted when the loopback device
 * gets it, and whom it is from when it is let go of after the copy (hooks/call_context.bpf.c).
 */

#define UDP_SEGMENT 103 /* include/uapi/linux/udp.h */

/* Whether either port is of interest, so that nobody's first message to it is missed. */
static __always_inline struct channel *udp_channel_in_scope(u32 door, struct scratch *scratch, bool in_scope, u64 bytes) {
  struct ipc_socket *record = &scratch->socket;
  u64 source = udp_port_key(record->netns, record->source_port);
  u64 destination = udp_port_key(record->netns, record->destination_port);
  struct channel *channel = channel_in_scope(IPC_KIND_LOOPBACK_UDP, source, 0, in_scope, bytes);
  struct channel *other = channel_in_scope(IPC_KIND_LOOPBACK_UDP, destination, 0, in_scope, bytes);
  if (!channel) channel = other;
  if (!channel) return NULL;
  if (goes_on_with_output(door, channel->flags, source)) {
    /* The receiver's port may get others' datagrams as well. */
    if (scratch->is_write) exclude_channel(source, 0);
    return NULL;
  }
  return other && other->flags & CHANNEL_EXCLUDED ? NULL : channel;
}

/* Fills in where a sent message goes: as noted, as the call says, or as the socket is connected. */
VERIFIED_ONCE bool describe_sent(u32 door) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return false;
  struct noted_message *noted = door == DOOR_EXIT ? noted_message(scratch, scratch->message) : NULL;
  struct ipc_socket *record = &scratch->socket;
  struct sock *sk = scratch->sk;
  read_local(sk, record->source_address, &record->source_port);
  if (!read_name(scratch, record->destination_address, &record->destination_port))
    read_remote(sk, record->destination_address, &record->destination_port);
  record->netns = netns_of(sk);
  bool is_loop = is_loopback(record->destination_address) || is_unspecified(record->destination_address);
  bool is_noted = noted && noted->destination_port == record->destination_port
                  && noted->source_port == record->source_port;
  if (is_noted) {
    __builtin_memcpy(record->source_address, noted->source_address, 16);
    __builtin_memcpy(record->destination_address, noted->destination_address, 16);
    note_queued(record, noted);
  } else if (!is_loop && !is_multicast(record->destination_address) && !is_routed_locally(sk)
             && !equals(record->source_address, record->destination_address)) {
    return false;
  } else if (is_unspecified(record->source_address)) {
    /* Packets to a loopback address come from one (ip_route_output_key_hash, net/ipv4/route.c). */
    __builtin_memcpy(record->source_address, record->destination_address, 16);
  }
  if (is_multicast(record->destination_address)) record->traits |= IPC_SOCKET_MULTICAST;
  else if (is_noted ? noted->is_local : true) record->traits |= IPC_SOCKET_LOCAL;
  name_datagram(record);
  return true;
}

/* Whether a datagram of which nothing was noted came from this host, by the addresses that the call told. */
static __always_inline bool is_udp_local(struct scratch *scratch) {
  struct ipc_socket *record = &scratch->socket;
  read_name(scratch, record->source_address, &record->source_port);
  return is_loopback(record->source_address) || is_loopback(record->destination_address)
         || (record->source_port != 0 && equals(record->source_address, record->destination_address));
}

/* Size of the datagrams that a message was cut into, from the message itself or the socket's option. */
static __always_inline u16 segment_size(struct scratch *scratch) {
  struct udp_sock *udp = (void *)scratch->sk;
  u16 size = READ_KERNEL(udp, gso_size);
  struct {
    u64 length;
    s32 level;
    s32 type;
    u16 size;
  } control = {};
  if (scratch->control && scratch->control_length >= 18 && !scratch->is_compat
      && bpf_probe_read_user(&control, 18, (void *)scratch->control) == 0 && control.level == IPPROTO_UDP
      && control.type == UDP_SEGMENT)
    size = control.size;
  return size;
}

static __always_inline int udp_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch) return 0;
  struct udp_sock *udp = (void *)scratch->sk;
  struct note *note = note_sender(call->thread);
  if (note) note->is_joined = READ_KERNEL(udp, pending) != 0;
  if (!scratch->vector) return 0;
  bool in_scope = scope_matches(call->task);
  fill_socket(scratch, call->task, IPC_RECORD_WRITE_BEGIN, IPC_KIND_LOOPBACK_UDP, in_scope, 0);
  if (!describe_sent(DOOR_ENTER) || !udp_channel_in_scope(DOOR_ENTER, scratch, in_scope, 0)) return 0;
  scratch->socket.traits |= IPC_SOCKET_BATCH;
  send_transfer(DOOR_ENTER, 0);
  return 0;
}
FILE_ENTER(udp, STAGE_UDP, loopback_udp, udp_enter)

static __always_inline int udp_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  if (scratch->result < 0) goto nothing;
  bool in_scope = scope_matches(call->task);
  struct ipc_socket *record = &scratch->socket;
  struct note *note = note_of_call(call->thread);
  struct noted_message *noted = first_noted(scratch);
  u8 type = scratch->is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  fill_socket(scratch, call->task, type, IPC_KIND_LOOPBACK_UDP, in_scope, scratch->result);
  if (scratch->is_write) {
    struct udp_sock *udp = (void *)scratch->sk;
    if (!describe_sent(DOOR_EXIT)) goto nothing;
    if (!udp_channel_in_scope(DOOR_EXIT, scratch, in_scope, scratch->result)) goto nothing;
    record->segment = segment_size(scratch);
    record->extent.call_ns = time_in_call(scratch);
    if (READ_KERNEL(udp, pending)) record->traits |= IPC_SOCKET_CORKED;
    if (note && note->is_joined) record->traits |= IPC_SOCKET_JOINED;
    return send_sent(ctx, scratch, scratch->result);
  }
  /* Nothing at all is the end of a socket that is shut down, and no empty message. */
  if (scratch->result == 0 && is_receive_shut(scratch->sk)) goto nothing;
  /* read(2) of no bytes does not even ask the socket (sock_read_iter, net/socket.c). */
  if (scratch->result == 0 && scratch->is_plain && asked_length(DOOR_EXIT, scratch) == 0) goto nothing;
  read_local(scratch->sk, record->destination_address, &record->destination_port);
  read_remote(scratch->sk, record->source_address, &record->source_port);
  record->netns = netns_of(scratch->sk);
  record->end.destination = (u64)scratch->sk;
  record->destination_inode = inode_of_sock(scratch->sk);
  bool is_noted = noted && noted->destination_port == record->destination_port;
  u32 port = record->destination_port;
  u8 *is_served = bpf_map_lookup_elem(&udp_ports, &port);
  if (is_noted ? noted->is_local : is_udp_local(scratch)) record->traits |= IPC_SOCKET_LOCAL;
  else if (!is_served || !*is_served) goto nothing;
  if (is_noted) record->source_port = noted->source_port;
  if (!udp_channel_in_scope(DOOR_EXIT, scratch, in_scope, scratch->result)) goto nothing;
  return send_received(ctx, scratch);
nothing:
  forget_note(call->thread);
  return 0;
}
FILE_EXIT(udp, STAGE_UDP, loopback_udp, udp_exit)
