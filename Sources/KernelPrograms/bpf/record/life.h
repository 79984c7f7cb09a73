// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The records of what becomes of a channel's ends (--lifecycle). */
#pragma once

#include "core/channels.h"
#include "core/kinds.h"
#include "record/record.h"

/* What a record is about, in one number: the operation, its ways, its traits. */
#define LIFE_OF(operation, ways, traits) ((operation) | (ways) << 8 | (traits) << 16)

/* Begins the record in the scratch. */
static __always_inline struct ipc_life *begin_life(struct scratch *scratch, u32 kind, bool in_scope, u32 what) {
  struct ipc_life *life = &scratch->life;
  __builtin_memset(life, 0, sizeof(*life));
  fill_header(&life->header, scratch->call.task, IPC_RECORD_LIFE, kind, in_scope ? IPC_FLAG_IN_SCOPE : 0);
  life->fd = scratch->call.fd;
  life->operation = what;
  life->ways = what >> 8;
  life->traits = what >> 16;
  return life;
}

static __always_inline void send_life(struct scratch *scratch) {
  struct ipc_life *life = &scratch->life;
  if (!ring_submit(life, sizeof(*life))) loss_add(life->header.kind, 0);
}

/* Whether an entry is that of an end, and shows ipcdump's own output. */
static __always_inline bool is_excluded_end(u64 key, u64 identity) {
  struct channel *known = entry_of(key);
  return (known && known->flags & CHANNEL_EXCLUDED && recorded_inode(known) == identity)
         || is_own_output(key, identity);
}

/* Whether a file can be a FIFO or a unix socket, whose names go out once, as their entries know. */
static __always_inline bool may_be_named(struct file *file) {
  u64 system = READ_KERNEL(file, f_inode, i_sb, s_magic);
  return system != PIPEFS_MAGIC;
}

/*
 * Records what the scratch's task has done with an open file, or met there.
 *
 * - what: as LIFE_OF makes it.
 * - error: errno, or 0.
 */
CALLED_WITHOUT_TAIL_CALLS int record_end(u32 slot, u64 address, u32 fd, u32 what, u32 error) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct file *file = (struct file *)address;
  struct ipc_held open = {};
  if (!describe_open(file, &open, false)) return 0;
  scratch->call.file = file;
  scratch->call.fd = fd;
  bool is_socket = file_type(file) == STAGE_SOCKET;
  scratch->call.sk = is_socket ? sock_of_socket(file) : NULL;
  scratch->call.stage = is_socket ? socket_stage(scratch->call.sk) : 0;
  if (!is_end(scratch, &open)) return 0;
  bool in_scope = scope_matches(scratch->call.task);
  bool enters = in_scope && is_wanted_file(slot, file, &open);
  if (!enters && !entry_of(open.sends) && !(open.receives && entry_of(open.receives)) && !is_served(scratch, &open))
    return 0;
  if (is_excluded_end(open.sends, open.sends_identity)) return 0;
  if (open.receives && is_excluded_end(open.receives, open.receives_identity)) return 0;
  if (settings.scope != IPC_SCOPE_ALL || may_be_named(file)) {
    enter_direction(open.kind, open.sends, open.sends_identity);
    if (open.receives) enter_direction(open.kind, open.receives, open.receives_identity);
    name_ends(slot, scratch, &open);
  }
  begin_life(scratch, open.kind, in_scope, what)->error = error;
  describe_end(scratch, &open);
  send_life(scratch);
  return 0;
}

/* What connect(2) is given. */
struct socket_name {
  u16 family;
  u16 port;
  u32 ipv4;
  u8 ipv6[16];
};

/* Fills in where a connection of the internet did not come about; false if that is not this host for certain. */
static __always_inline bool describe_refused_port(struct ipc_life *life, const struct socket_name *name) {
  if (name->family == AF_INET)
    map_address(life->other_address, name->ipv4);
  else if (name->family == AF_INET6)
    __builtin_memcpy(life->other_address, name->ipv6, 16);
  else
    return false;
  life->other_port = __builtin_bswap16(name->port);
  return is_loopback(life->other_address) || is_unspecified(life->other_address);
}

/*
 * Records that the scratch's task could not connect a socket.
 *
 * - name, length: user address that it was given.
 * - error: errno.
 */
CALLED_WITHOUT_TAIL_CALLS int record_refusal(u32 slot, u64 address, u64 name, u32 length, u32 error) {
  struct scratch *scratch = scratch_at(slot);
  struct sock *sk = (struct sock *)address;
  if (!scratch || !scope_matches(scratch->call.task)) return 0;
  u32 stage = socket_stage(sk);
  u32 kind = stage == STAGE_UNIX_STREAM      ? IPC_KIND_UNIX_STREAM
             : stage == STAGE_UNIX_DGRAM     ? IPC_KIND_UNIX_DGRAM
             : stage == STAGE_UNIX_SEQPACKET ? IPC_KIND_UNIX_SEQPACKET
             : stage == STAGE_TCP            ? IPC_KIND_LOOPBACK_TCP
                                             : IPC_KIND_COUNT;
  if (kind == IPC_KIND_COUNT || !is_wanted(kind)) return 0;
  struct ipc_life *life = begin_life(scratch, kind, true, LIFE_OF(IPC_OPERATION_CONNECT, 0, 0));
  life->error = error;
  life->own_inode = inode_of_sock(sk);
  if (stage == STAGE_TCP) {
    struct socket_name given = {};
    if (bpf_probe_read_user(&given, length < sizeof(given) ? 8 : sizeof(given), (void *)name)) return 0;
    if (!describe_refused_port(life, &given)) return 0;
  } else {
    u64 size = length > 2 ? at_most(length - 2, IPC_SUN_PATH_LIMIT) : 0;
    if (size == 0 || bpf_probe_read_user(life->path, size, (void *)name + 2)) return 0;
    life->own = address;
    life->path_length = size;
  }
  send_life(scratch);
  return 0;
}
