// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What the lower floors ask of the kinds. kinds/kinds.h answers, by asking the kind that it concerns, so that nothing
 * below needs to know which there are.
 */
#pragma once

#include "core/positions.h"
#include "core/scratch.h"
#include "core/stages.h"

/* What a file can send to and receive from, as records name it; false if it is no channel of a wanted kind. With
 * `counts`, unread bytes are added up. */
static __always_inline bool describe_open(struct file *file, struct ipc_held *open, bool counts);

/* Name under which a listening socket is of interest before anybody has connected; 0 if there is none. */
static __always_inline u64 service_key(struct sock *sk);

/* Makes a direction of a channel of interest. */
static __always_inline void enter_direction(u32 kind, u64 key, u64 inode);

/* Fills in what distinguishes one of several messages that were sent; false if it is not to be recorded. */
static __always_inline bool describe_sent(u32 slot, struct scratch *scratch);

/* Fills in what distinguishes a message that was received, of which the call says that it brought `length` bytes. */
static __always_inline void describe_received(u32 slot, struct scratch *scratch, u64 length);

/* Fills in the direction of a message that lies in the queue at hand; false if it is not of interest. */
static __always_inline bool name_unread(struct scratch *scratch, struct sk_buff *skb);

/* Whether an open file is an end of a channel, and not a socket that is none yet, or listens. */
static __always_inline bool is_end(struct scratch *scratch, const struct ipc_held *open);

/* Whether a connection was made to a listening socket of interest. */
static __always_inline bool is_served(struct scratch *scratch, const struct ipc_held *open);

/* Whether an open file is an end of a channel that the filter can want by what it is called. */
static __always_inline bool is_wanted_file(u32 slot, struct file *file, const struct ipc_held *open);

/* Sends the names of both ends of a channel, as far as they have not gone out. */
static __always_inline void name_ends(u32 slot, struct scratch *scratch, const struct ipc_held *open);

/* Fills in what the record about an end says of the channel. */
static __always_inline void describe_end(struct scratch *scratch, const struct ipc_held *open);

/* Stage of a file that is told by its file system; 0 if it is of no wanted kind. */
static __always_inline u32 stage_of_system(struct file *file);

/* Stage of a socket's kind; 0 if it is none of ours. */
static __always_inline u32 socket_stage(struct sock *sk) {
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  u16 type = READ_KERNEL(sk, sk_type);
  if (family == AF_UNIX)
    return type == SOCK_STREAM      ? STAGE_UNIX_STREAM
           : type == SOCK_DGRAM     ? STAGE_UNIX_DGRAM
           : type == SOCK_SEQPACKET ? STAGE_UNIX_SEQPACKET
                                    : 0;
  if (family == AF_VSOCK) return is_wanted(IPC_KIND_VSOCK) && type != SOCK_DGRAM ? STAGE_VSOCK : 0;
  if (family == AF_NETLINK) return is_wanted(IPC_KIND_NETLINK) ? STAGE_NETLINK : 0;
  if (family != AF_INET && family != AF_INET6) return 0;
  u16 protocol = READ_KERNEL(sk, sk_protocol);
  if (type == SOCK_STREAM)
    return protocol == IPPROTO_TCP || (has_multipath() && protocol == IPPROTO_MPTCP) ? STAGE_TCP : 0;
  return type == SOCK_DGRAM && protocol == IPPROTO_UDP ? STAGE_UDP : 0;
}
