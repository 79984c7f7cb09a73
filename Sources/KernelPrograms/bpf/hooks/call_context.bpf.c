// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What happens in the middle of a thread's call on a socket, and is gone at its end: which message it was, from whom,
 * and where in the stream the call began. It is kept in the thread's call context for the syscall's end, which decides.
 *
 * The kernel skips a classic program that interrupts another one. That is no loss here: what an interrupt does is not
 * of the interrupted thread's call.
 */
#include "core/call_context.h"
#include "core/channels.h"
#include "core/positions.h"
#include "hooks/programs.h"
#include "kernel/packets.h"

/* Defines both variants of an attached program; `type` is the classic tracepoint's struct, `field` its pointer. */
#define CONTEXT_PROGRAM(label, kind, category, tracepoint, type, field, body)                                     \
  SEC("raw_tp/" #tracepoint) int label##__context_##category##__##kind##__raw(u64 *ctx) {                        \
    return body((void *)ctx[0]);                                                                              \
  }                                                                                                           \
  SEC("tp/" #category "/" #tracepoint)                                                                        \
  int label##__context_##category##__##kind##__classic(struct trace_event_raw_##type *ctx) {                     \
    return body((void *)ctx->field);                                                                          \
  }

/* A sender that is closed has no inode any more. */
static __always_inline u64 inode_of_sender(struct sock *sk) {
  u64 inode = inode_of_sock(sk);
  return inode != 0 ? inode : inode_before_close((u64)sk);
}

/* A netlink message: its own memory says from whom it is, and to which group. */
static __always_inline int on_netlink_copy(struct sk_buff *skb) {
  struct call_context *context = context_to_write(current_thread());
  if (!context) return 0;
  struct netlink_skb_parms *parms = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);
  struct context_message *message = context_append(context);
  message->sock = (u64)READ_KERNEL(parms, portid) << 32 | READ_KERNEL(parms, dst_group);
  message->length = READ_KERNEL(skb, len);
  return 0;
}

/* Bytes are about to be copied to a reader: skb->sk is the sender of a unix socket, the receiver of TCP and netlink. */
static __always_inline int on_copy(struct sk_buff *skb) {
  struct sock *sk = READ_KERNEL(skb, sk);
  if (!sk) return 0;
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  if (family == AF_UNIX) {
    if (READ_KERNEL(sk, sk_type) == SOCK_STREAM) return 0;
    struct call_context *context = context_to_write(current_thread());
    if (!context) return 0;
    struct context_message *message = context_append(context);
    message->sock = (u64)sk;
    message->inode = inode_of_sender(sk);
    message->is_named = is_named(sk);
    message->length = READ_KERNEL(skb, len);
    return 0;
  }
  if (family == AF_NETLINK) return is_wanted(IPC_KIND_NETLINK) ? on_netlink_copy(skb) : 0;
  if (family != AF_INET && family != AF_INET6) return 0;
  if (READ_KERNEL(sk, sk_protocol) != IPPROTO_TCP && !is_multipath(sk)) return 0;
  struct call_context *context = context_to_write(current_thread());
  if (!context || (context->has_position && !context->is_continued)) return 0;
  context->position = copied_position((u64)sk, (u64)skb);
  context->has_position = true;
  context->receiver = sk;
  context->is_continued = false;
  return 0;
}
CONTEXT_PROGRAM(copied, sockets, skb, skb_copy_datagram_iovec, skb_copy_datagram_iovec, skbaddr, on_copy)

/* Adds ends and length of a UDP packet; NULL if the packet is none, or of no thread's call. */
static __always_inline struct context_message *context_add_packet(struct sk_buff *skb) {
  if (!is_internet_packet(skb)) return NULL;
  u32 thread = current_thread();
  if (thread == 0) return NULL;
  if (transport_of(skb) != IPPROTO_UDP) return NULL;
  struct call_context *context = context_to_write(thread);
  if (!context) return NULL;
  struct context_message *message = context_append(context);
  read_packet_addresses(skb, message->source_address, message->destination_address);
  u32 ports = packet_ports(skb);
  message->source_port = __builtin_bswap16(ports);
  message->destination_port = __builtin_bswap16(ports >> 16);
  message->length = READ_KERNEL(skb, len);
  return message;
}

/*
 * A datagram has been received and is let go of (skb_consume_udp, net/ipv4/udp.c). Not so in 6.18, which lets go of it
 * later (skb_attempt_defer_free); there, only the sender's side is seen (on_ready).
 */
static __always_inline int on_consume(struct sk_buff *skb) {
  struct context_message *message = context_add_packet(skb);
  if (message) message->is_local = READ_KERNEL(skb, skb_iif) == LOOPBACK_IFINDEX;
  return 0;
}
CONTEXT_PROGRAM(consumed, loopback_udp, skb, consume_skb, consume_skb, skbaddr, on_consume)

/* A packet that is sent stays on this host: the loopback device has it, or a virtual one. */
static __always_inline int on_loop(struct sk_buff *skb) {
  struct context_message *message = context_add_packet(skb);
  if (!message) return 0;
  message->is_local = READ_KERNEL(skb, dev, ifindex) == LOOPBACK_IFINDEX;
  u32 port = message->destination_port;
  u8 *is_served = bpf_map_lookup_elem(&udp_ports, &port);
  if (is_served) *is_served = true;
  return 0;
}
CONTEXT_PROGRAM(looped, loopback_udp, net, netif_rx, net_dev_template, skbaddr, on_loop)

/*
 * A message has been queued at a socket: in a sender's call, that is where it went. A datagram on loopback comes there
 * within the sender's call, too, behind the loopback device. Linux 6.3 (sock_def_readable).
 */
static __always_inline int on_ready(struct sock *sk) {
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  struct context_message *message = NULL;
  if (family == AF_UNIX && READ_KERNEL(sk, sk_type) == SOCK_DGRAM) {
    struct call_context *context = context_to_write(current_thread());
    if (!context) return 0;
    message = context_append(context);
    message->is_named = is_named(sk);
  } else if ((family == AF_INET || family == AF_INET6) && READ_KERNEL(sk, sk_protocol) == IPPROTO_UDP) {
    struct call_context *context = context_of(current_thread());
    if (!context || context->count == 0) return 0;
    message = &context->messages[(context->count - 1) & (CONTEXT_MESSAGES - 1)];
    if (message->sock || message->destination_port != READ_KERNEL(sk, __sk_common.skc_num)) return 0;
  }
  if (!message) return 0;
  message->sock = (u64)sk;
  message->inode = inode_of_sock(sk);
  message->time = bpf_ktime_get_ns();
  return 0;
}
CONTEXT_PROGRAM(ready, sockets, sock, sk_data_ready, sk_data_ready, skaddr, on_ready)

/*
 * Bytes are about to be put into a TCP stream, with the socket's lock held: the first time, that is where the call's
 * bytes begin; later, what has been put there since must be the call's own. Not in 6.12, but in 6.18; without it, where
 * a write lies is known only as far as no other thread writes at the same time.
 */
static __always_inline int on_send(u64 left) {
  struct call_context *context = context_of(current_thread());
  if (!context || !context->sender) return 0;
  struct tcp_sock *tcp = (void *)context->sender;
  u32 position = READ_KERNEL(tcp, write_seq);
  if (!context->is_placed) {
    context->position = position;
    context->asked = left;
    context->is_placed = true;
    context->is_whole = true;
  } else if (position - context->position != (u32)(context->asked - left)) {
    context->is_whole = false;
  }
  return 0;
}

SEC("raw_tp/tcp_sendmsg_locked") int sending__context_tcp__loopback_tcp__raw(u64 *ctx) {
  struct msghdr *message = (void *)ctx[1];
  return on_send(READ_KERNEL(message, msg_iter.count));
}

SEC("tp/tcp/tcp_sendmsg_locked")
int sending__context_tcp__loopback_tcp__classic(struct trace_event_raw_tcp_sendmsg_locked *ctx) {
  return on_send(ctx->msg_left);
}
