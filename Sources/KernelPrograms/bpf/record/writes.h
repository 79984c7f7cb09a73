// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Which writes to a stream are announced when they begin. */
#pragma once

#include "record/contents.h"

#define PIPE_BUF 4096

/* Whether no other thread is known to have written. */
static __always_inline bool is_only_writer(struct channel *channel, u32 thread) {
  return !(channel->flags & CHANNEL_MULTI) && (channel->last_writer == thread || channel->last_writer == 0);
}

/* Learns who writes, and whether others do, too. */
static __always_inline void note_writer(struct channel *channel, u32 thread) {
  if (!is_only_writer(channel, thread)) channel->flags |= CHANNEL_MULTI;
  channel->last_writer = thread;
}

/* Learns who begins to write; whether that is to be told: the write may be read from before it ends, or overlap others. */
static __always_inline bool is_write_announced(struct channel *channel, u32 thread, u64 asked) {
  note_writer(channel, thread);
  /* The first write to a channel that was there before is announced too: its bytes are not of those that lay in it. */
  return !(channel->flags & CHANNEL_SEEN) || channel->flags & CHANNEL_MULTI || asked > PIPE_BUF;
}

/* Tells that a write has begun. */
static __always_inline void announce(struct scratch *scratch, u64 asked) {
  struct note *note = note_to_write(scratch->thread);
  if (note) note->is_announced = true;
  send_write(DOOR_ENTER, asked, 0);
}

/* Whether the beginning of this thread's write has been told. */
static __always_inline bool is_write_noted(u32 thread) {
  struct note *note = note_of_call(thread);
  return note && note->is_announced;
}

/* Learns that a write has ended; whether that is to be told: a failed one only if its beginning was. */
static __always_inline bool ends_announced_write(struct channel *channel, u32 thread, u64 count) {
  struct note *note = note_of_call(thread);
  bool is_announced = note && note->is_announced;
  if (note) note->is_announced = false;
  if (count == 0 && !is_announced) return false;
  channel->last_writer = thread;
  return true;
}
