// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Which channels are known and of interest, and what they are called. */
#pragma once

#include "core/past.h"
#include "core/ring.h"
#include "core/scope.h"
#include "kernel/sockets.h"

/* Channels that have been seen, or are of interest while a filter is on. The least recently used ones fall out; they
 * are met as new ones then, which costs a count of their unread bytes, and with a filter what others do there in the
 * meantime. Swift makes room for what is open when a filtered trace begins, and learns by `channels_met` if that or
 * what comes later is more. */
enum {
  CHANNEL_SEEN = 1 << 0,     /* a record of it has gone out, or it was born under our eyes */
  CHANNEL_MULTI = 1 << 1,    /* more than one thread has written */
  CHANNEL_EXCLUDED = 1 << 2, /* it shows ipcdump's own output */
  CHANNEL_NAMED = 1 << 3,    /* its path has gone out, or it has none */
  CHANNEL_PAIRED = 1 << 4,   /* the other direction has an entry, too */
  CHANNEL_SPLICED = 1 << 5,  /* it is spliced from, so that its writes are recorded with their contents */
  CHANNEL_COLLECTED = 1 << 6, /* the trace ends, and what lies in it has been recorded */
};

/* A unix socket that nobody has accepted yet, and the inode of the one that it was made for. */
#define NOT_ACCEPTED (1ull << 63)

struct channel {
  u64 inode; /* distinguishes a new object at a used address; NOT_ACCEPTED | … as long as it has none */
  u32 last_writer;
  u32 flags;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536); /* more with a filter, set by Swift */
  __type(key, u64);
  __type(value, struct channel);
} channels SEC(".maps");

/* Which entries `channels` may have, by a part of their hash: whoever touches none of interest is to pay little.
 * What is marked stays marked. */
u8 channel_marks[1 << 16] SEC(".bss.marks");

static __always_inline u16 mark_of_channel(u64 key) { return key * IPC_HASH_FACTOR >> 48; }

/* Channels that show ipcdump's own output: its own, and those of the processes that show it on. The least recently
 * used ones fall out; they are met anew at the next write of such a process. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u64);
  __type(value, struct ipc_shown);
} output_chain SEC(".maps");

VERIFIED_ONCE bool is_in_output_chain(u64 key, u64 inode) {
  struct ipc_shown *shown = bpf_map_lookup_elem(&output_chain, &key);
  return shown && shown->inode == inode;
}

/* Whether a channel shows ipcdump's own output. */
static __always_inline bool is_own_output(u64 key, u64 inode) {
  return shared.output_marks[IPC_OUTPUT_MARK(key)] && is_in_output_chain(key, inode);
}

/* The entry of that name, whatever object it stands for; NULL if there is none. */
static __always_inline struct channel *entry_of(u64 key) {
  return channel_marks[mark_of_channel(key)] ? bpf_map_lookup_elem(&channels, &key) : NULL;
}

/* The channel's entry; NULL if it has none. */
static __always_inline struct channel *known_channel(u64 key, u64 inode) {
  struct channel *known = entry_of(key);
  return known && known->inode == inode ? known : NULL;
}

/* The channel's entry; made if it is missing or stands for an object that is gone. */
static __always_inline struct channel *channel_of(u64 key, u64 inode, u32 flags_if_new) {
  struct channel *known = bpf_map_lookup_elem(&channels, &key);
  if (known && known->inode == inode) return known;
  struct channel fresh = {.inode = inode, .flags = flags_if_new};
  if (is_own_output(key, inode)) fresh.flags |= CHANNEL_EXCLUDED;
  channel_marks[mark_of_channel(key)] = 1;
  bpf_map_update_elem(&channels, &key, &fresh, BPF_ANY);
  __c11_atomic_fetch_add((_Atomic u64 *)&shared.channels_met, 1, __ATOMIC_RELAXED);
  return bpf_map_lookup_elem(&channels, &key);
}

/* The inode by which records name a channel. */
static __always_inline u64 recorded_inode(const struct channel *channel) {
  return channel->inode & NOT_ACCEPTED ? 0 : channel->inode;
}

/* The entry of a channel that a task touches; NULL if neither is of interest. Where it should exist and does not,
 * because the map had no room, `bytes` are lost. */
static __always_inline struct channel *channel_in_scope(u32 kind, u64 key, u64 inode, bool in_scope, u64 bytes) {
  if (!in_scope) {
    struct channel *known = known_channel(key, inode);
    if (known) return known;
    if (!is_own_output(key, inode)) return NULL;
  }
  struct channel *channel = channel_of(key, inode, 0);
  if (!channel) loss_add(kind, bytes);
  return channel;
}

/*
 * What a unix socket that has not been accepted is known by: the inode of the one that has connected, which only it
 * knows. When that is closed, its entry has it still.
 */
VERIFIED_ONCE u64 inode_before_accept(u64 address) {
  struct sock *peer = peer_of((struct sock *)address);
  u64 key = (u64)peer, inode = peer ? inode_of_sock(peer) : 0;
  struct channel *known = peer && inode == 0 ? bpf_map_lookup_elem(&channels, &key) : NULL;
  return NOT_ACCEPTED | (known ? known->inode : inode);
}

/* The inode that a closed unix socket has had, as far as that is known. Its memory goes with its last message. */
static __always_inline u64 inode_before_close(u64 address) {
  struct channel *known = bpf_map_lookup_elem(&channels, &address);
  return known ? recorded_inode(known) : inode_in_past(address);
}

/*
 * The entry of a unix socket. It has no inode before it is accepted and after it is closed; as long as anything of a
 * closed one can be received, its memory is not used again, so that an entry at its address is its own.
 */
static __always_inline struct channel *socket_channel_of(struct sock *sk, u64 inode) {
  u64 key = (u64)sk;
  struct channel *known = bpf_map_lookup_elem(&channels, &key);
  if (known && inode != 0) {
    if (known->inode == inode) return known;
    if (known->inode & NOT_ACCEPTED && known->inode == inode_before_accept((u64)sk)) {
      known->inode = inode;
      return known;
    }
  } else if (inode == 0) {
    if (!is_closed(sk))
      inode = inode_before_accept((u64)sk);
    else if (known)
      return known;
    else
      inode = inode_in_past(key);
  }
  return channel_of(key, inode, 0);
}

/* Makes the entry of a unix socket, if it has none. */
VERIFIED_ONCE int enter_socket(u64 sk, u64 inode) {
  socket_channel_of((struct sock *)sk, inode);
  return 0;
}

/* Names of ports in one namespace. */
static __always_inline u64 udp_port_key(u32 netns, u16 port) { return (u64)netns << 32 | port; }
static __always_inline u64 tcp_port_key(u32 netns, u16 port) { return (u64)netns << 32 | 1 << 16 | port; }

/* Hash of a direction, the same from both ends; without the source's address for UDP, which may send from any. */
static __always_inline u64 direction_of(u32 netns, const u8 *source, u16 source_port, const u8 *destination,
                                        u16 destination_port) {
  const u64 *from = (const u64 *)source, *to = (const u64 *)destination;
  u64 hash = hash_mix((u64)netns << 32 | (u32)source_port << 16 | destination_port, to[0]);
  hash = hash_mix(hash, to[1]);
  return from ? hash_mix(hash_mix(hash, from[0]), from[1]) : hash;
}

/* What distinguishes two directions with one hash. */
static __always_inline u64 direction_check(u32 netns, u16 source_port, u16 destination_port) {
  return (u64)netns << 32 | (u32)source_port << 16 | destination_port;
}
