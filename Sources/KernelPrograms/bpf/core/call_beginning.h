// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* When a thread's call began, of the calls whose bytes somebody may have, and answer, before they end. */
#pragma once

#include "kernel/task.h"

/* A slot for each thread number modulo CALL_BEGINNINGS. A writer may be held up for seconds, in which a busy host starts
 * thousands of threads: among fewer slots, one of them would take the writer's. */
#define CALL_BEGINNINGS 16384

struct call_beginning {
  u32 thread;
  u32 pad;
  u64 time;
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, CALL_BEGINNINGS);
  __type(key, u32);
  __type(value, struct call_beginning);
} call_beginnings SEC(".maps");

static __always_inline struct call_beginning *beginning_slot(u32 thread) {
  u32 slot = thread & (CALL_BEGINNINGS - 1);
  return bpf_map_lookup_elem(&call_beginnings, &slot);
}

/* The current thread's call begins; its number is passed, because each call of a helper costs. */
static __always_inline void call_begins(u32 thread) {
  struct call_beginning *beginning = beginning_slot(thread);
  if (!beginning) return;
  beginning->thread = thread;
  beginning->time = bpf_ktime_get_ns();
}

/* When the current thread's call began, which is told once; 0 if it was not seen. */
static __always_inline u64 take_beginning(u32 thread) {
  struct call_beginning *beginning = beginning_slot(thread);
  if (!beginning || beginning->thread != thread) return 0;
  beginning->thread = 0;
  return beginning->time;
}
