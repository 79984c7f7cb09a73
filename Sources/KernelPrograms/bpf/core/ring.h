// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The way out, and the account of what did not get through it. */
#pragma once

#include "core/state.h"
#include "kernel/verifier.h"

/* Bounded by --buffer-size, which Swift sets before loading. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/*
 * How to wake ipcdump for a record. As long as it looks for itself every few milliseconds, it is woken only each time
 * the ring has filled up by another part; otherwise each record would cost whoever sends more than all the rest, above
 * all while ipcdump does not get a CPU. Without branches, which the verifier would follow each.
 */
static __always_inline u64 ring_wakeup(u64 size) {
  u64 part = shared.nap_part, waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  u64 crossed = (waiting ^ (waiting + size)) & -part; /* the bits from the part's own on */
  u64 naps = -part >> 63, is_filling = -crossed >> 63;
  return naps << is_filling; /* 0, BPF_RB_NO_WAKEUP or BPF_RB_FORCE_WAKEUP */
}

/* Sends a record; false if the ring is full. */
static __always_inline bool ring_submit(void *record, u64 size) {
  return bpf_ringbuf_output(&ring, record, size, ring_wakeup(size)) == 0;
}

/* Counts operations that could not be recorded. */
VERIFIED_ONCE int loss_add_many(u32 kind, u64 count, u64 bytes) {
  if (kind >= IPC_KIND_COUNT) return 0;
  kind = at_most(kind, IPC_KIND_COUNT - 1);
  /* LLVM 20 turns __sync_fetch_and_add into a fetching atomic, which 5.10 refuses. */
  __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].records, count, __ATOMIC_RELAXED);
  /* An addition of a constant 0 becomes an atomic OR, which 5.10 refuses, too. */
  if (bytes != 0) __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].bytes, bytes, __ATOMIC_RELAXED);
  return 0;
}

static __always_inline void loss_add(u32 kind, u64 bytes) { loss_add_many(kind, 1, bytes); }
