// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Writes to channels that are not of interest yet: they are kept, and go out before the channel's first record. */
#pragma once

#include "core/channels.h"
#include "record/buffers.h"
#include "record/record.h"
#include "record/writes.h"

static __always_inline bool is_same_writer(const struct past_writer *one, const struct past_writer *other) {
  const u64 *words = (const u64 *)one, *others = (const u64 *)other;
  u64 difference = 0;
  for (u32 i = 0; i < sizeof(*one) / sizeof(u64); i++) difference |= words[i] ^ others[i];
  return difference == 0;
}

/* The channel's entry, made if it is missing or stands for an object that is gone. */
static __always_inline struct past *past_of(struct scratch *scratch, u64 key, u64 inode) {
  struct past *known = bpf_map_lookup_elem(&past_writes, &key);
  if (known && known->inode == inode) return known;
  /* Nothing has been put together there yet for a channel that is not of interest. */
  struct past *fresh = (void *)scratch->bytes;
  __builtin_memset(fresh, 0, sizeof(*fresh));
  fresh->inode = inode;
  /* What is known at that address is of an object that is gone. */
  if (entry_of(key)) bpf_map_delete_elem(&channels, &key);
  bpf_map_update_elem(&past_writes, &key, fresh, BPF_ANY);
  return bpf_map_lookup_elem(&past_writes, &key);
}

/* The run that the caller's write goes on with, or begins. */
static __always_inline struct past_run *past_run_of(struct past *past, struct task_struct *task) {
  struct past_writer writer = {.ids = visible_ids(task)};
  fill_names(writer.comm, writer.thread, &writer.image, task, writer.ids);
  struct past_run *last = &past->runs[(past->count - 1) & (PAST_RUNS - 1)];
  if (past->count > 0 && is_same_writer(&last->writer, &writer)) return last;
  struct past_run *run = &past->runs[past->count & (PAST_RUNS - 1)];
  past->count++;
  run->writer = writer;
  run->birth = READ_KERNEL(task, start_time);
  run->count = 0;
  run->asked = 0;
  return run;
}

/* The entry of a channel where the caller writes from a position of TCP on, 0 of others. Another connection of the same
 * ends counts from elsewhere. */
static __always_inline struct past *past_from(struct scratch *scratch, u64 key, u64 inode, u32 position) {
  struct past *past = past_of(scratch, key, inode);
  if (past && past->position != position) past->count = 0;
  return past;
}

/* Keeps that the caller has written to a channel; nothing is a write that has failed.
 *
 * - end: TCP: the position behind the bytes; 0 of others. */
VERIFIED_ONCE int keep_past_write(u32 slot, u64 key, u64 inode, u64 count, u32 end) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct past *past = past_from(scratch, key, inode, end ? end - (u32)count : 0);
  if (!past) return 0;
  struct past_run *run = past_run_of(past, scratch->call.task);
  run->count += count;
  run->position = past->position = end;
  run->ended = bpf_ktime_get_ns();
  /* What it had begun may be of an earlier run, if others have written meanwhile. */
  for (u32 i = 0; i < PAST_RUNS; i++)
    if (past->runs[i].writer.ids == run->writer.ids) past->runs[i].asked = 0;
  return 0;
}

/* Keeps that the caller has begun a write that may be read from before it ends. */
VERIFIED_ONCE int keep_past_beginning(u32 slot, u64 key, u64 inode, u64 asked, u32 position) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct past *past = past_from(scratch, key, inode, position);
  if (!past) return 0;
  struct past_run *run = past_run_of(past, scratch->call.task);
  run->position = past->position = position;
  run->asked = asked;
  run->began = bpf_ktime_get_ns();
  return 0;
}

/* Keeps a transfer over a channel that is not of interest, if it is a write. */
static __always_inline void keep_past(u32 slot, struct scratch *scratch, u64 key, u64 inode, u64 count, u32 end) {
  if (keeps_past() && scratch->call.is_write) keep_past_write(slot, key, inode, count, end);
}

/* Keeps the beginning of a write to such a channel, if it can be read from before it ends. */
static __always_inline void keep_beginning(u32 slot, struct scratch *scratch, u64 key, u64 inode, u32 position) {
  if (!keeps_past()) return;
  u64 asked = asked_length(slot, scratch);
  if (asked > PIPE_BUF) keep_past_beginning(slot, key, inode, asked, position);
}

/* Fills in the record of a run: of its writes that have ended, or of the one that goes on. */
static __always_inline void fill_past(struct ipc_past *record, u32 kind, u64 key, u64 identity, u32 unread,
                                      const struct past_run *run, bool goes_on) {
  __builtin_memset(record, 0, sizeof(*record));
  struct ipc_header *header = &record->transfer.header;
  header->time = goes_on ? run->began : run->ended;
  header->tgid = run->writer.ids >> 32;
  header->tid = run->writer.ids;
  __builtin_memcpy(header->comm, run->writer.comm, IPC_COMM_LENGTH);
  __builtin_memcpy(header->thread, run->writer.thread, IPC_COMM_LENGTH);
  header->image = run->writer.image;
  header->type = IPC_RECORD_PAST;
  header->kind = kind;
  header->lost = shared.lost[at_most(kind, IPC_KIND_COUNT - 1)].records;
  record->transfer.channel = key;
  record->transfer.identity = identity;
  record->transfer.count = goes_on ? run->asked : run->count;
  record->transfer.unread = unread;
  record->transfer.fd = NO_FD;
  if (kind == IPC_KIND_LOOPBACK_TCP) {
    record->transfer.state.tcp.after = run->position;
    record->transfer.state.tcp.before = goes_on ? run->position : run->position - (u32)run->count;
  }
  record->birth = run->birth;
  record->goes_on = goes_on;
}

/* Sends one half of a run, if there is any: number 2 n is of the nth one's writes that have ended. */
VERIFIED_ONCE int send_past_half(u32 kind, u64 key, u64 identity, u32 unread, u32 number) {
  struct past *past = bpf_map_lookup_elem(&past_writes, &key);
  if (!past) return 0;
  u32 place = past->count - PAST_RUNS + number / 2;
  if (place >= past->count) return 0; /* below 0, too */
  struct past_run *run = &past->runs[place & (PAST_RUNS - 1)];
  bool goes_on = number & 1;
  if ((goes_on ? run->asked : run->count) == 0) return 0;
  struct ipc_past *record = bpf_ringbuf_reserve(&ring, sizeof(*record), 0);
  if (!record) {
    loss_add(kind, run->count);
    return 0;
  }
  fill_past(record, kind, key, identity, unread, run, goes_on);
  bpf_ringbuf_submit(record, ring_wakeup(sizeof(*record)));
  return 0;
}

/* Sends what was kept of a channel, and forgets it. */
VERIFIED_ONCE int send_past_of(u32 kind, u64 key, u64 identity, u32 unread) {
  struct past *past = bpf_map_lookup_elem(&past_writes, &key);
  if (!past) return 0;
  if (past->inode == identity)
    for (u32 i = 0; i < 2 * PAST_RUNS; i++) send_past_half(kind, key, identity, unread, i);
  bpf_map_delete_elem(&past_writes, &key);
  return 0;
}

/* The same, before the first record of a channel; `unread` is how many messages lie in it at most. */
static __always_inline void send_past(u32 kind, u64 key, u64 identity, u32 unread) {
  if (keeps_past()) send_past_of(kind, key, identity, unread);
}
