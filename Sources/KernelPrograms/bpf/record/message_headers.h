// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* struct msghdr, struct mmsghdr and addresses in the caller's memory. */
#pragma once

#include "core/scratch.h"
#include "kernel/sockets.h"

struct user_msghdr {
  u64 name;
  u32 name_length;
  u32 pad;
  u64 vector;
  u64 vector_length;
  u64 control;
  u64 control_length;
  u32 flags;
  u32 pad2;
};

struct compat_msghdr {
  u32 name;
  u32 name_length;
  u32 vector;
  u32 vector_length;
  u32 control;
  u32 control_length;
  u32 flags;
};

/* With what was transferred of the message (msg_len). */
struct user_mmsghdr {
  struct user_msghdr header;
  u32 length;
  u32 pad;
};

struct compat_mmsghdr {
  struct compat_msghdr header;
  u32 length;
};

_Static_assert(sizeof(struct user_mmsghdr) == 64, "struct mmsghdr");
_Static_assert(sizeof(struct compat_mmsghdr) == 32, "struct compat_mmsghdr");

/* Takes over where a message's parts are. */
static __always_inline bool load_message(struct scratch *scratch, u64 address) {
  if (scratch->call.is_compat) {
    struct compat_msghdr header;
    if (bpf_probe_read_user(&header, sizeof(header), (void *)address)) return false;
    scratch->call.name = header.name;
    scratch->call.base = header.vector;
    scratch->call.length = header.vector_length;
    scratch->call.control = header.control;
    scratch->call.control_length = header.control_length;
  } else {
    struct user_msghdr header;
    if (bpf_probe_read_user(&header, sizeof(header), (void *)address)) return false;
    scratch->call.name = header.name;
    scratch->call.base = header.vector;
    scratch->call.length = header.vector_length;
    scratch->call.control = header.control;
    scratch->call.control_length = header.control_length;
  }
  scratch->call.is_vector = true;
  return true;
}

/* Where message number `index` of a batch is (struct mmsghdr, struct compat_mmsghdr). */
static __always_inline u64 batch_message(struct scratch *scratch, u32 index) {
  u32 size = scratch->call.is_compat ? sizeof(struct compat_mmsghdr) : sizeof(struct user_mmsghdr);
  return scratch->batch.vector + (u64)index * size;
}

/* Reads what was transferred of message number `index` of a batch; false if it cannot be read. */
static __always_inline bool read_moved(struct scratch *scratch, u32 index, u32 *moved) {
  u32 header = scratch->call.is_compat ? sizeof(struct compat_msghdr) : sizeof(struct user_msghdr);
  return bpf_probe_read_user(moved, sizeof(*moved), (void *)(batch_message(scratch, index) + header)) == 0;
}

/* Takes over message number `index` of a batch; `length` is what was transferred of it. */
static __always_inline bool load_batch_message(struct scratch *scratch, u32 index, u64 *length) {
  u32 moved = 0;
  if (!read_moved(scratch, index, &moved)) return false;
  *length = moved;
  return load_message(scratch, batch_message(scratch, index));
}

/* Copies an address that a call passed or got; false if there is none. */
static __always_inline bool read_name(struct scratch *scratch, u8 *address, u16 *port) {
  struct {
    u16 family;
    u16 port;
    u32 ipv4; /* sin6_flowinfo */
    u8 ipv6[16];
  } name = {};
  if (!scratch->call.name || bpf_probe_read_user(&name, 8, (void *)scratch->call.name)) return false;
  if (name.family == AF_INET) {
    map_address(address, name.ipv4);
  } else {
    if (name.family != AF_INET6) return false;
    if (bpf_probe_read_user(name.ipv6, sizeof(name.ipv6), (void *)(scratch->call.name + 8))) return false;
    __builtin_memcpy(address, name.ipv6, sizeof(name.ipv6));
  }
  *port = __builtin_bswap16(name.port);
  return true;
}
