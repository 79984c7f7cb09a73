// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Where TCP sockets stand in their streams.
 *
 * A socket of Multipath TCP (RFC 8684) has subflows, which are TCP sockets that no descriptor stands for, and numbers
 * its bytes itself, as both ends know them. If the other end is plain TCP, there is one subflow, and only its numbers
 * mean anything there: then, a position is what that one calls it.
 */
#pragma once

#include "kernel/sockets.h"

/* Whether the kernel has Multipath TCP in a form that can be followed, in which received bytes keep their numbers: 5.10
 * with CONFIG_MPTCP. */
static __always_inline bool has_multipath(void) {
  struct mptcp_skb_cb *segment = NULL;
  return bpf_core_field_exists(segment->end_seq);
}

static __always_inline bool is_multipath(struct sock *sk) {
  return has_multipath() && READ_KERNEL(sk, sk_protocol) == IPPROTO_MPTCP;
}

/* The TCP socket that carries what a socket sends: itself, or the first subflow; 0 if that is gone. */
VERIFIED_ONCE u64 carrier_of(u64 address) {
  struct mptcp_sock *multipath = (void *)address;
  return is_multipath((struct sock *)address) ? (u64)READ_KERNEL(multipath, first) : address;
}

static __always_inline bool has_multipath_peer(struct mptcp_sock *multipath) {
  return READ_KERNEL(multipath, remote_key) != 0;
}

/* What is to be added to a Multipath TCP socket's own numbers to get those of its plain peer. */
struct shifts {
  u32 sent;
  u32 received;
};

/* By sockets' inodes. Kept, because a subflow whose both ends are closed is let go of before all is read. The least
 * recently used ones fall out, and are found again as long as there is the subflow. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u64);
  __type(value, struct shifts);
} multipath_shifts SEC(".maps");

/* Finds them out, and keeps them if all that was written has reached the subflow, so that no other thread moves it
 * there right now (__mptcp_push_pending). 5.10 writes to the subflow at once. */
static __always_inline struct shifts find_shifts(struct mptcp_sock *multipath, u64 inode) {
  struct tcp_sock *tcp = (void *)READ_KERNEL(multipath, first);
  struct inet_connection_sock *carrier = (void *)tcp;
  struct mptcp_subflow_context *subflow = READ_KERNEL(carrier, icsk_ulp_data);
  struct shifts shifts = {};
  if (READ_KERNEL(tcp, rcv_nxt) == 0) return shifts; /* not connected yet, or gone */
  u32 position = READ_KERNEL(tcp, write_seq), number = READ_KERNEL(multipath, write_seq);
  u32 pushed = bpf_core_field_exists(multipath->snd_nxt) ? (u32)READ_KERNEL(multipath, snd_nxt) : number;
  shifts.sent = position - pushed;
  /* It counts what it gets from 0 on. */
  shifts.received = READ_KERNEL(subflow, ssn_offset) + 1;
  if (inode != 0 && pushed == number && READ_KERNEL(tcp, write_seq) == position)
    bpf_map_update_elem(&multipath_shifts, &inode, &shifts, BPF_ANY);
  return shifts;
}

/* Both, the sent one in the upper half. */
VERIFIED_ONCE u64 shifts_of(u64 address) {
  struct mptcp_sock *multipath = (void *)address;
  if (!has_multipath() || has_multipath_peer(multipath)) return 0;
  u64 inode = inode_at(address);
  struct shifts *known = bpf_map_lookup_elem(&multipath_shifts, &inode);
  struct shifts shifts = known ? *known : find_shifts(multipath, inode);
  return (u64)shifts.sent << 32 | shifts.received;
}

/* Keeps what a connection's positions are found by, as soon as it has come about. */
static __always_inline void meet_multipath(struct sock *sk) {
  if (is_multipath(sk)) shifts_of((u64)sk);
}

/* Position behind all that has been written to a socket. */
VERIFIED_ONCE u32 written_position(u64 address) {
  struct tcp_sock *tcp = (void *)address;
  struct mptcp_sock *multipath = (void *)address;
  if (!is_multipath((struct sock *)address)) return READ_KERNEL(tcp, write_seq);
  return (u32)READ_KERNEL(multipath, write_seq) + (u32)(shifts_of(address) >> 32);
}

/* The number of the first byte of a Multipath TCP skb that nobody has read. */
static __always_inline u32 first_number_in(struct sk_buff *skb) {
  struct mptcp_skb_cb *segment = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);
  return (u32)READ_KERNEL(segment, end_seq) - READ_KERNEL(skb, len) + READ_KERNEL(segment, offset);
}

/* The queue that a Multipath TCP socket is read from before its own, up to 6.13 (bc68b0efa1bf); NULL if it has none. */
static __always_inline struct sk_buff_head *queue_read_first(struct mptcp_sock *multipath) {
  struct mptcp_sock___613 *old = (void *)multipath;
  if (!bpf_core_field_exists(old->receive_queue)) return NULL;
  return (void *)multipath + bpf_core_field_offset(struct mptcp_sock___613, receive_queue);
}

static __always_inline struct sk_buff *first_in(struct sk_buff_head *queue) {
  struct sk_buff *skb = queue ? READ_KERNEL(queue, next) : NULL;
  return skb == (void *)queue ? NULL : skb;
}

/* The number of the byte of a Multipath TCP socket that is read next; what comes meanwhile lies behind it. */
static __always_inline u32 next_number_read(struct mptcp_sock *multipath) {
  u32 received = READ_KERNEL(multipath, ack_seq);
  struct sk_buff *skb = first_in(queue_read_first(multipath));
  if (!skb) skb = first_in((void *)multipath + bpf_core_field_offset(struct sock, sk_receive_queue));
  return skb ? first_number_in(skb) : received;
}

/* Position behind all that has been read from a socket. The kernel counts the end of the stream as one more, if all
 * before has been read (tcp_recvmsg_locked; mptcp_check_data_fin, which a plain peer never causes). */
VERIFIED_ONCE u32 read_position(u64 address) {
  struct tcp_sock *tcp = (void *)address;
  struct mptcp_sock *multipath = (void *)address;
  bool is_shut = is_receive_shut((struct sock *)address);
  if (!is_multipath((struct sock *)address)) {
    u32 end = READ_KERNEL(tcp, copied_seq);
    return end - (is_shut && READ_KERNEL(tcp, rcv_nxt) == end);
  }
  u32 next = next_number_read(multipath);
  bool counts_end = is_shut && has_multipath_peer(multipath) && (u32)READ_KERNEL(multipath, ack_seq) == next;
  return next - counts_end + (u32)shifts_of(address);
}

/* Bytes that wait to be read, and the end of the stream as one more if it is among them. */
VERIFIED_ONCE u32 unread_in_stream(u64 address) {
  struct tcp_sock *tcp = (void *)address;
  struct mptcp_sock *multipath = (void *)address;
  if (!is_multipath((struct sock *)address)) return READ_KERNEL(tcp, rcv_nxt) - READ_KERNEL(tcp, copied_seq);
  u32 next = next_number_read(multipath);
  return (u32)READ_KERNEL(multipath, ack_seq) - next;
}

/* Position from which on an skb is about to be copied to a reader of its socket. */
VERIFIED_ONCE u32 copied_position(u64 address, u64 skb) {
  struct tcp_sock *tcp = (void *)address;
  if (!is_multipath((struct sock *)address)) return READ_KERNEL(tcp, copied_seq);
  return first_number_in((struct sk_buff *)skb) + (u32)shifts_of(address);
}
