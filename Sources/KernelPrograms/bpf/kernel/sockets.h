// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Sockets and their addresses. Both architectures are little-endian, on which the comparisons of addresses rely. */
#pragma once

#include "kernel/task.h"
#include "kernel/verifier.h"
#include "records.h"

#define SOCK_DEAD 0 /* enum sock_flags, include/net/sock.h */
#define SOCK_URGINLINE 2

/* The socket behind a file that is known to be one. */
static __always_inline struct sock *sock_of_socket(struct file *file) {
  struct socket *socket = READ_KERNEL(file, private_data);
  return READ_KERNEL(socket, sk);
}

/* The socket behind an open file; NULL if it is none. */
static __always_inline struct sock *sock_of(struct file *file) {
  return file && (mode_of(file) & S_IFMT) == S_IFSOCK ? sock_of_socket(file) : NULL;
}

/* Number of the socket's inode, as in ss and /proc; 0 if it is closed, or not accepted yet. */
VERIFIED_ONCE u64 inode_at(u64 address) {
  struct sock *sk = (struct sock *)address;
  struct socket *socket = READ_KERNEL(sk, sk_socket);
  if (!socket) return 0;
  struct inode *inode = (void *)socket + bpf_core_field_offset(struct socket_alloc, vfs_inode);
  return READ_KERNEL(inode, i_ino);
}

static __always_inline u64 inode_of_sock(struct sock *sk) { return inode_at((u64)sk); }

static __always_inline struct sock *peer_of(struct sock *sk) {
  struct unix_sock *unix = (void *)sk;
  return READ_KERNEL(unix, peer);
}

static __always_inline bool is_closed(struct sock *sk) {
  return READ_KERNEL(sk, __sk_common.skc_flags) & (1ul << SOCK_DEAD);
}

static __always_inline bool is_named(struct sock *sk) {
  struct unix_sock *unix = (void *)sk;
  return READ_KERNEL(unix, addr) != NULL;
}

/* Name of what a unix socket is bound to, shared by a listening socket and its connections; 0 if it is not bound. */
static __always_inline u64 unix_service_key(struct sock *sk) {
  struct unix_sock *unix = (void *)sk;
  return (u64)READ_KERNEL(unix, addr);
}

static __always_inline bool is_listening(struct sock *sk) {
  return READ_KERNEL(sk, __sk_common.skc_state) == TCP_LISTEN;
}

/* Whether the other side has said that nothing more comes, or this one that it takes no more. */
static __always_inline bool is_receive_shut(struct sock *sk) { return READ_KERNEL(sk, sk_shutdown) & RCV_SHUTDOWN; }

static __always_inline bool takes_urgent_inline(struct sock *sk) {
  return READ_KERNEL(sk, __sk_common.skc_flags) & (1ul << SOCK_URGINLINE);
}

static __always_inline u32 netns_of(struct sock *sk) { return READ_KERNEL(sk, __sk_common.skc_net.net, ns.inum); }

#define MAPPED_PREFIX 0xffff0000u /* ::ffff:0:0/96, the third 32 bits */

/* An IPv4 address in the form of IPv6. */
static __always_inline void map_address(u8 *address, u32 ipv4) {
  u32 *words = (u32 *)address;
  words[0] = 0;
  words[1] = 0;
  words[2] = MAPPED_PREFIX;
  words[3] = ipv4;
}

static __always_inline bool is_mapped(const u8 *address) {
  const u32 *words = (const u32 *)address;
  return words[0] == 0 && words[1] == 0 && words[2] == MAPPED_PREFIX;
}

static __always_inline bool is_loopback(const u8 *address) {
  const u32 *words = (const u32 *)address;
  if (is_mapped(address)) return address[12] == 127;
  return words[0] == 0 && words[1] == 0 && words[2] == 0 && words[3] == 0x01000000;
}

static __always_inline bool is_multicast(const u8 *address) {
  if (is_mapped(address)) return (address[12] & 0xf0) == 0xe0 || *(const u32 *)(address + 12) == 0xffffffff;
  return address[0] == 0xff;
}

static __always_inline bool is_unspecified(const u8 *address) {
  const u32 *words = (const u32 *)address;
  return words[0] == 0 && words[1] == 0 && (words[2] == 0 || words[2] == MAPPED_PREFIX) && words[3] == 0;
}

/* Addresses and ports that the socket itself knows; the remote ones only if it is connected. */
static __always_inline void read_local(struct sock *sk, u8 *address, u16 *port) {
  if (READ_KERNEL(sk, __sk_common.skc_family) == AF_INET)
    map_address(address, READ_KERNEL(sk, __sk_common.skc_rcv_saddr));
  else
    read_16(address, &sk->__sk_common.skc_v6_rcv_saddr);
  /* skc_num is 0 again when a connection is over, even if there are bytes to read (inet_put_port). */
  struct inet_sock *inet = (void *)sk;
  *port = __builtin_bswap16(READ_KERNEL(inet, inet_sport));
}

static __always_inline void read_remote(struct sock *sk, u8 *address, u16 *port) {
  if (READ_KERNEL(sk, __sk_common.skc_family) == AF_INET)
    map_address(address, READ_KERNEL(sk, __sk_common.skc_daddr));
  else
    read_16(address, &sk->__sk_common.skc_v6_daddr);
  *port = __builtin_bswap16(READ_KERNEL(sk, __sk_common.skc_dport));
}

/* Whether what the socket sends is routed over the loopback device. */
static __always_inline bool is_routed_locally(struct sock *sk) {
  struct dst_entry *route = READ_KERNEL(sk, sk_dst_cache);
  return route && READ_KERNEL(route, dev, ifindex) == LOOPBACK_IFINDEX;
}

static __always_inline bool equals(const u8 *left, const u8 *right) {
  const u64 *a = (const u64 *)left, *b = (const u64 *)right;
  return a[0] == b[0] && a[1] == b[1];
}

/* Whether a connection stays on the loopback device: by its addresses, or because they are this host's own. */
static __always_inline bool is_on_loopback(struct sock *sk, const u8 *local, const u8 *remote) {
  return is_loopback(remote) || equals(local, remote) || is_routed_locally(sk);
}

/* Bytes that wait in a stream socket's queue. */
#define COUNTED_BUFFERS 64
VERIFIED_ONCE u32 queued_bytes(u64 address) {
  struct sock *sk = (struct sock *)address;
  struct sk_buff *end = (void *)sk + bpf_core_field_offset(struct sock, sk_receive_queue);
  if (READ_KERNEL(sk, sk_receive_queue.qlen) > COUNTED_BUFFERS) return IPC_UNREAD_UNKNOWN;
  struct sk_buff *skb = READ_KERNEL(sk, sk_receive_queue.next);
  u32 sum = 0;
  for (u32 i = 0; i < COUNTED_BUFFERS; i++) {
    if (skb == end || !skb) break;
    struct unix_skb_parms *parms = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);
    sum += READ_KERNEL(skb, len) - READ_KERNEL(parms, consumed);
    skb = READ_KERNEL(skb, next);
  }
  return sum;
}
