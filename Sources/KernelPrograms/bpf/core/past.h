// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Who wrote to channels before they were of interest. By name, a process comes into scope only by an exec or a rename,
 * and what it reads first may have been written before: `echo hi | cat`. So what others write is kept of every channel
 * (record/past.h): the last runs, each of one thread's writes.
 */
#pragma once

#include "core/state.h"

static __always_inline bool keeps_past(void) { return settings.scope == IPC_SCOPE_COMMS; }

/* Runs that are kept of a channel; more lie unread in one at a time only if more threads take turns. */
#define PAST_RUNS 4

struct past_writer {
  u64 ids; /* visible ones */
  u64 image;
  char comm[IPC_COMM_LENGTH];
  char thread[IPC_COMM_LENGTH];
};

struct past_run {
  struct past_writer writer;
  u64 birth; /* of the thread */
  u64 count; /* of the writes that have ended, bytes; of messages, how many there were */
  u64 ended; /* when the last of them did */
  u64 asked; /* bytes of the write that goes on; 0 if none does */
  u64 began; /* when that began */
  u32 position; /* TCP: behind the writes that have ended */
  u32 pad;
};

struct past {
  u64 inode; /* of the channel */
  u32 count; /* runs up to now */
  u32 position; /* TCP: behind all writes that have ended */
  struct past_run runs[PAST_RUNS];
};

/* The least recently used ones fall out: what was unread then is of unknown writers. Without a filter by name, it stays
 * empty, and has one entry. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1); /* 8192 with such a filter, set by Swift */
  __type(key, u64);
  __type(value, struct past);
} past_writes SEC(".maps");

/* The inode of the object that was last written to at an address; 0 if that is not known. */
static __always_inline u64 inode_in_past(u64 key) {
  struct past *past = keeps_past() ? bpf_map_lookup_elem(&past_writes, &key) : NULL;
  return past ? past->inode : 0;
}
