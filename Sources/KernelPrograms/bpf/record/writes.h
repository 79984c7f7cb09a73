// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Which writes to a stream are announced when they begin: recorded before their end, because they may be read from
 * by then or overlap others. */
#pragma once

#include "core/call_context.h"
#include "core/channels.h"
#include "record/fingerprint.h"

#define PIPE_BUF 4096 /* include/uapi/linux/limits.h */

/* Whether no other thread is known to have written. */
static __always_inline bool is_only_writer(struct channel *channel, u32 thread) {
  return !(channel->flags & CHANNEL_MULTI) && (channel->last_writer == thread || channel->last_writer == 0);
}

/* Learns who writes, and whether others do, too. */
static __always_inline void channel_add_writer(struct channel *channel, u32 thread) {
  if (!is_only_writer(channel, thread)) channel->flags |= CHANNEL_MULTI;
  channel->last_writer = thread;
}

/* Learns who begins to write; whether that is to be announced. */
static __always_inline bool should_announce(struct channel *channel, u32 thread, u64 asked) {
  channel_add_writer(channel, thread);
  /* The first write to a channel that was there before, too: its bytes are not of those that lay in it. */
  return !(channel->flags & CHANNEL_SEEN) || channel->flags & CHANNEL_MULTI || asked > PIPE_BUF;
}

/* Records that a write has begun. */
static __always_inline void announce_write(u32 slot, struct scratch *scratch, u64 asked) {
  struct call_context *context = context_to_write(scratch->call.thread);
  if (context) context->is_announced = true;
  write_send(slot, asked, 0);
}

/* Whether the beginning of this thread's write has been recorded. */
static __always_inline bool is_write_announced(u32 thread) {
  struct call_context *context = context_of(thread);
  return context && context->is_announced;
}

/* Learns that a write has ended; whether that is to be recorded: a failed one only if its beginning was. */
static __always_inline bool end_write(struct channel *channel, u32 thread, u64 count) {
  struct call_context *context = context_of(thread);
  bool is_announced = context && context->is_announced;
  if (context) context->is_announced = false;
  if (count == 0 && !is_announced) return false;
  channel->last_writer = thread;
  return true;
}
