// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What shows ipcdump's own output is left out, or every line would make another one: the pipe, socket or terminal that
 * it writes to, and what those write to who read that. A process that reads what ipcdump itself writes to, such a
 * terminal's master, or such a channel as its standard input, is there to show it (script, tmux, screen, sshd, tee,
 * less); one that reads another such socket may do other things, too, so that only what it writes to a terminal, to a
 * pipe or pair of sockets (ssh), or as its standard output is meant.
 */
#pragma once

#include "hooks/syscalls.h"
#include "kernel/sockets.h"

/* Leaves a channel out from now on. */
VERIFIED_ONCE int exclude_channel(u64 key, u64 inode) {
  struct ipc_shown shown = {.inode = inode};
  if (!is_own_output(key, inode)) {
    shared.output_marks[IPC_OUTPUT_MARK(key)] = 1;
    bpf_map_update_elem(&output_chain, &key, &shown, BPF_ANY);
  }
  struct channel *known = bpf_map_lookup_elem(&channels, &key);
  /* NOT_ACCEPTED means something of unix sockets only: a TCP direction's check may have that bit. */
  if (known && (known->inode == inode || told_inode(known) == inode)) known->flags |= CHANNEL_EXCLUDED;
  return 0;
}

/* Whether a file is the task's standard input, or its standard output or error, under whatever number. */
static __always_inline bool is_standard_input(struct scratch *scratch) {
  return scratch->file == file_of(scratch->task, 0);
}

static __always_inline bool is_standard_output(struct scratch *scratch) {
  return scratch->file == file_of(scratch->task, 1) || scratch->file == file_of(scratch->task, 2);
}

/* Whether ipcdump itself writes to a channel. */
static __always_inline bool is_first_of_chain(u64 key) {
  struct ipc_shown *shown = bpf_map_lookup_elem(&output_chain, &key);
  return shown && shown->is_first;
}

/* Remembers a process as one that shows ipcdump's output. */
static __always_inline void show(struct task_struct *task, u32 way) {
  u32 tgid = READ_KERNEL(task, tgid);
  struct shower *known = bpf_map_lookup_elem(&showers, &tgid);
  struct shower shower = {.birth = READ_KERNEL(task, group_leader, start_time), .way = way};
  if (known && known->birth == shower.birth && known->way <= way) return;
  bpf_map_update_elem(&showers, &tgid, &shower, BPF_ANY);
  shared.has_showers = 1;
}

/* In what way a process shows ipcdump's output; 0 if it does not. */
static __always_inline u32 shows(struct task_struct *task) {
  if (!shared.has_showers) return 0;
  u32 tgid = READ_KERNEL(task, tgid);
  struct shower *known = bpf_map_lookup_elem(&showers, &tgid);
  return known && known->birth == READ_KERNEL(task, group_leader, start_time) ? known->way : 0;
}

/* Whether it is a connection of two related processes: nobody can have found the other by a name. */
static __always_inline bool is_socket_pair(struct scratch *scratch) {
  return scratch->step == STAGE_UNIX_STREAM && !is_named(scratch->source) && !is_named(scratch->destination);
}

VERIFIED_ONCE bool is_part_of_output(u32 door, u32 flags, u64 key) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return false;
  if (flags & CHANNEL_EXCLUDED) {
    bool is_all = !scratch->is_write && (is_standard_input(scratch) || is_first_of_chain(key));
    if (!scratch->is_write) show(scratch->task, is_all ? SHOWS_ALL : SHOWS_SOCKET);
    return true;
  }
  if (!scratch->is_write) return false;
  u32 way = shows(scratch->task);
  return way == SHOWS_ALL || (way == SHOWS_SOCKET && (is_standard_output(scratch) || is_socket_pair(scratch)));
}

/* Whether a transfer over a channel of these flags belongs to ipcdump's output. Who reads that shows it. */
static __always_inline bool goes_on_with_output(u32 door, u32 flags, u64 key) {
  return (flags & CHANNEL_EXCLUDED || shared.has_showers) && is_part_of_output(door, flags, key);
}
