// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What the headers of an internet packet say. */
#pragma once

#include "kernel/sockets.h"

/* Headers of packets as they are on the wire (RFC 791, RFC 8200). */
struct ipv4_header {
  u8 other[9];
  u8 protocol;
  u16 checksum;
  u32 source;
  u32 destination;
};

struct ipv6_header {
  u8 other[6];
  u8 next;
  u8 hop_limit;
  u8 source[16];
  u8 destination[16];
};

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

static __always_inline bool is_ipv4_packet(struct sk_buff *skb) {
  return READ_KERNEL(skb, protocol) == __builtin_bswap16(ETH_P_IP);
}

static __always_inline bool is_internet_packet(struct sk_buff *skb) {
  return is_ipv4_packet(skb) || READ_KERNEL(skb, protocol) == __builtin_bswap16(ETH_P_IPV6);
}

static __always_inline unsigned char *network_header_of(struct sk_buff *skb) {
  return READ_KERNEL(skb, head) + READ_KERNEL(skb, network_header);
}

/* The protocol behind the internet's header (IPPROTO_UDP). */
static __always_inline u8 transport_of(struct sk_buff *skb) {
  u32 at = is_ipv4_packet(skb) ? offsetof(struct ipv4_header, protocol) : offsetof(struct ipv6_header, next);
  return READ_AT(u8, network_header_of(skb) + at);
}

static __always_inline void read_packet_addresses(struct sk_buff *skb, u8 *source, u8 *destination) {
  unsigned char *network = network_header_of(skb);
  if (is_ipv4_packet(skb)) {
    map_address(source, READ_AT(u32, network + offsetof(struct ipv4_header, source)));
    map_address(destination, READ_AT(u32, network + offsetof(struct ipv4_header, destination)));
  } else {
    read_16(source, network + offsetof(struct ipv6_header, source));
    read_16(destination, network + offsetof(struct ipv6_header, destination));
  }
}

/* Both ports in network byte order, the source's in the lower half. */
static __always_inline u32 packet_ports(struct sk_buff *skb) {
  return READ_AT(u32, READ_KERNEL(skb, head) + READ_KERNEL(skb, transport_header));
}
