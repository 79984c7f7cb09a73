// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What happens in the middle of a thread's call on a socket, and is gone at its end: which message it was, from whom,
 * and where in the stream the call began. It is noted for the syscall's handler, which decides.
 *
 * The kernel skips a classic program that interrupts another one. That is no loss here: what an interrupt does is not
 * of the interrupted thread's call.
 */

/* Defines both variants of an attached program; `type` is the classic tracepoint's struct, `field` its pointer. */
#define NOTE_PROGRAM(label, kind, category, tracepoint, type, field, body)                                     \
  SEC("raw_tp/" #tracepoint) int label##__note_##category##__##kind##__raw(u64 *ctx) {                        \
    return body((void *)ctx[0]);                                                                              \
  }                                                                                                           \
  SEC("tp/" #category "/" #tracepoint)                                                                        \
  int label##__note_##category##__##kind##__classic(struct trace_event_raw_##type *ctx) {                     \
    return body((void *)ctx->field);                                                                          \
  }

static __always_inline struct noted_message *append_message(struct note *note) {
  struct noted_message *message = &note->messages[note->count & (NOTED_MESSAGES - 1)];
  note->count++;
  message->sock = 0;
  message->inode = 0;
  message->time = 0;
  message->is_named = 0;
  message->is_local = 0;
  return message;
}

/* A sender that is closed has no inode any more; its memory goes with its last message, but until then it has its entry. */
static __always_inline u64 inode_of_sender(struct sock *sk) {
  u64 key = (u64)sk, inode = inode_of_sock(sk);
  struct channel *known = inode == 0 ? bpf_map_lookup_elem(&channels, &key) : NULL;
  return known ? told_inode(known) : inode;
}

/* Bytes are about to be copied to a reader: skb->sk is the sender of a unix socket, the receiver of TCP. */
static __always_inline int copy_noted(struct sk_buff *skb) {
  struct sock *sk = READ_KERNEL(skb, sk);
  if (!sk) return 0;
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  if (family == AF_UNIX) {
    if (READ_KERNEL(sk, sk_type) == SOCK_STREAM) return 0;
    struct note *note = note_to_write(current_thread());
    if (!note) return 0;
    struct noted_message *message = append_message(note);
    message->sock = (u64)sk;
    message->inode = inode_of_sender(sk);
    message->is_named = is_named(sk);
    message->length = READ_KERNEL(skb, len);
    return 0;
  }
  if (family != AF_INET && family != AF_INET6) return 0;
  if (READ_KERNEL(sk, sk_protocol) != IPPROTO_TCP) return 0;
  struct note *note = note_to_write(current_thread());
  if (!note || (note->has_position && !note->is_continued)) return 0;
  struct tcp_sock *tcp = (void *)sk;
  note->position = READ_KERNEL(tcp, copied_seq);
  note->has_position = true;
  note->receiver = sk;
  note->is_continued = false;
  return 0;
}
NOTE_PROGRAM(copied, sockets, skb, skb_copy_datagram_iovec, skb_copy_datagram_iovec, skbaddr, copy_noted)

/* Notes ends and length of a UDP packet; NULL if the packet is none, or of no thread's call. */
static __always_inline struct noted_message *note_packet(struct sk_buff *skb) {
  u16 protocol = READ_KERNEL(skb, protocol);
  if (protocol != __builtin_bswap16(0x0800) && protocol != __builtin_bswap16(0x86dd)) return NULL;
  u32 thread = current_thread();
  if (thread == 0) return NULL;
  unsigned char *head = READ_KERNEL(skb, head);
  unsigned char *network = head + READ_KERNEL(skb, network_header);
  bool is_ipv4 = protocol == __builtin_bswap16(0x0800);
  u8 next = READ_AT(u8, network + (is_ipv4 ? 9 : 6));
  if (next != IPPROTO_UDP) return NULL;
  struct note *note = note_to_write(thread);
  if (!note) return NULL;
  struct noted_message *message = append_message(note);
  if (is_ipv4) {
    map_address(message->source_address, READ_AT(u32, network + 12));
    map_address(message->destination_address, READ_AT(u32, network + 16));
  } else {
    read_16(message->source_address, network + 8);
    read_16(message->destination_address, network + 24);
  }
  u32 ports = READ_AT(u32, head + READ_KERNEL(skb, transport_header));
  message->source_port = __builtin_bswap16(ports);
  message->destination_port = __builtin_bswap16(ports >> 16);
  message->length = READ_KERNEL(skb, len);
  return message;
}

/*
 * A datagram has been received and is let go of (skb_consume_udp, net/ipv4/udp.c). Not so in 6.18, which lets go of it
 * later (skb_attempt_defer_free); there, only the sender's side tells (ready_noted).
 */
static __always_inline int consume_noted(struct sk_buff *skb) {
  struct noted_message *message = note_packet(skb);
  if (message) message->is_local = READ_KERNEL(skb, skb_iif) == LOOPBACK_IFINDEX;
  return 0;
}
NOTE_PROGRAM(consumed, loopback_udp, skb, consume_skb, consume_skb, skbaddr, consume_noted)

/* A packet that is sent stays on this host: the loopback device has it, or a virtual one. */
static __always_inline int loop_noted(struct sk_buff *skb) {
  struct noted_message *message = note_packet(skb);
  if (!message) return 0;
  message->is_local = READ_KERNEL(skb, dev, ifindex) == LOOPBACK_IFINDEX;
  u32 port = message->destination_port;
  u8 *is_served = bpf_map_lookup_elem(&udp_ports, &port);
  if (is_served) *is_served = true;
  return 0;
}
NOTE_PROGRAM(looped, loopback_udp, net, netif_rx, net_dev_template, skbaddr, loop_noted)

/*
 * A message has been queued at a socket: in a sender's call, that is where it went. A datagram on loopback comes there
 * within the sender's call, too, behind the loopback device. Linux 6.3 (sock_def_readable).
 */
static __always_inline int ready_noted(struct sock *sk) {
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  struct noted_message *message = NULL;
  if (family == AF_UNIX && READ_KERNEL(sk, sk_type) == SOCK_DGRAM) {
    struct note *note = note_to_write(current_thread());
    if (!note) return 0;
    message = append_message(note);
    message->is_named = is_named(sk);
  } else if ((family == AF_INET || family == AF_INET6) && READ_KERNEL(sk, sk_protocol) == IPPROTO_UDP) {
    struct note *note = note_of_call(current_thread());
    if (!note || note->count == 0) return 0;
    message = &note->messages[(note->count - 1) & (NOTED_MESSAGES - 1)];
    if (message->sock || message->destination_port != READ_KERNEL(sk, __sk_common.skc_num)) return 0;
  }
  if (!message) return 0;
  message->sock = (u64)sk;
  message->inode = inode_of_sock(sk);
  message->time = bpf_ktime_get_ns();
  return 0;
}
NOTE_PROGRAM(ready, sockets, sock, sk_data_ready, sk_data_ready, skaddr, ready_noted)

/*
 * Bytes are about to be put into a TCP stream, with the socket's lock held: the first time, that is where the call's
 * bytes begin; later, what has been put there since must be the call's own. Not in 6.12, but in 6.18; without it, where
 * a write lies is known only as far as no other thread writes at the same time.
 */
static __always_inline int send_noted(u64 left) {
  struct note *note = note_of_call(current_thread());
  if (!note || !note->sender) return 0;
  struct tcp_sock *tcp = (void *)note->sender;
  u32 position = READ_KERNEL(tcp, write_seq);
  if (!note->is_placed) {
    note->position = position;
    note->asked = left;
    note->is_placed = true;
    note->is_whole = true;
  } else if (position - note->position != (u32)(note->asked - left)) {
    note->is_whole = false;
  }
  return 0;
}

SEC("raw_tp/tcp_sendmsg_locked") int sending__note_tcp__loopback_tcp__raw(u64 *ctx) {
  struct msghdr *message = (void *)ctx[1];
  return send_noted(READ_KERNEL(message, msg_iter.count));
}

SEC("tp/tcp/tcp_sendmsg_locked")
int sending__note_tcp__loopback_tcp__classic(struct trace_event_raw_tcp_sendmsg_locked *ctx) {
  return send_noted(ctx->msg_left);
}
