// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What shows ipcdump's own output is left out, or every line would make another one: the pipe, socket or terminal that
 * it writes to, and what those write to who read that. A process that reads what ipcdump itself writes to, such a
 * terminal's master, or such a channel as its standard input, is there to show it (script, tmux, screen, sshd, tee,
 * less); one that reads another such socket may do other things, too, so that only what it writes to a terminal, to a
 * pipe or pair of sockets (ssh), or as its standard output is meant.
 */
#pragma once

#include "core/channels.h"
#include "core/scratch.h"

/* Processes that relay ipcdump's output, by tgid. The least recently seen ones fall out, and enter at their next
 * read. */
struct relay {
  u64 birth; /* distinguishes a new process of a used number */
  u32 way;   /* RELAYS_… */
  u32 pad;
};

/* All that the process writes is of the output, or only what goes to its standard output or to a related process. */
enum { RELAYS_ALL = 1, RELAYS_STANDARD_OUTPUT = 2 };

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 256);
  __type(key, u32);
  __type(value, struct relay);
} relays SEC(".maps");

/* Leaves a channel out from now on. */
VERIFIED_ONCE int exclude_channel(u64 key, u64 inode) {
  struct ipc_shown shown = {.inode = inode};
  if (!is_own_output(key, inode)) {
    shared.output_marks[IPC_OUTPUT_MARK(key)] = 1;
    bpf_map_update_elem(&output_chain, &key, &shown, BPF_ANY);
  }
  struct channel *known = bpf_map_lookup_elem(&channels, &key);
  /* NOT_ACCEPTED means something of unix sockets only: a TCP direction's check may have that bit. */
  if (known && (known->inode == inode || recorded_inode(known) == inode)) known->flags |= CHANNEL_EXCLUDED;
  return 0;
}

/* Whether the file is the task's standard input, or its standard output or error, under whatever number. */
static __always_inline bool is_standard_input(struct scratch *scratch) {
  return scratch->call.file == file_of(scratch->call.task, 0);
}

static __always_inline bool is_standard_output(struct scratch *scratch) {
  struct task_struct *task = scratch->call.task;
  return scratch->call.file == file_of(task, 1) || scratch->call.file == file_of(task, 2);
}

/* Whether ipcdump itself writes to a channel. */
static __always_inline bool is_first_of_chain(u64 key) {
  struct ipc_shown *shown = bpf_map_lookup_elem(&output_chain, &key);
  return shown && shown->is_first;
}

/* Remembers a process as one that relays ipcdump's output. */
static __always_inline void relay_add(struct task_struct *task, u32 way) {
  u32 tgid = READ_KERNEL(task, tgid);
  struct relay *known = bpf_map_lookup_elem(&relays, &tgid);
  struct relay fresh = {.birth = READ_KERNEL(task, group_leader, start_time), .way = way};
  if (known && known->birth == fresh.birth && known->way <= way) return;
  bpf_map_update_elem(&relays, &tgid, &fresh, BPF_ANY);
  shared.has_relays = 1;
}

/* In what way a process relays ipcdump's output; 0 if it does not. */
static __always_inline u32 relay_way(struct task_struct *task) {
  if (!shared.has_relays) return 0;
  u32 tgid = READ_KERNEL(task, tgid);
  struct relay *known = bpf_map_lookup_elem(&relays, &tgid);
  return known && known->birth == READ_KERNEL(task, group_leader, start_time) ? known->way : 0;
}

/* Whether a transfer belongs to ipcdump's output, by the flags of its channel and by who writes. */
VERIFIED_ONCE bool is_part_of_output(u32 slot, u32 flags, u64 key) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  if (flags & CHANNEL_EXCLUDED) {
    bool is_all = !scratch->call.is_write && (is_standard_input(scratch) || is_first_of_chain(key));
    if (!scratch->call.is_write) relay_add(scratch->call.task, is_all ? RELAYS_ALL : RELAYS_STANDARD_OUTPUT);
    return true;
  }
  if (!scratch->call.is_write) return false;
  u32 way = relay_way(scratch->call.task);
  return way == RELAYS_ALL
         || (way == RELAYS_STANDARD_OUTPUT && (is_standard_output(scratch) || scratch->call.is_socket_pair));
}

/* Whether a transfer over a channel of these flags belongs to ipcdump's output, of which a reader is a relay. */
static __always_inline bool goes_on_with_output(u32 slot, u32 flags, u64 key) {
  return (flags & CHANNEL_EXCLUDED || shared.has_relays) && is_part_of_output(slot, flags, key);
}
