// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Which channels are known and of interest. */
#pragma once

#include "core/maps.h"

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
static __always_inline u64 told_inode(const struct channel *channel) {
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
  if (!channel) lose(kind, bytes);
  return channel;
}
