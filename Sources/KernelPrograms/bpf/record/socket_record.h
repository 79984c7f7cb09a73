// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What the records of all sockets have, and the way to the stages that send them, message by message. */
#pragma once

#include "core/call_context.h"
#include "core/channels.h"
#include "record/contents.h"
#include "record/message_headers.h"

/* Content bytes by which a received message is in_scope with the one that was sent. */
#define COMPARED_MESSAGE_BYTES (IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT)

/* What was seen of message number `index` of the call; NULL if nothing was. */
static __always_inline struct context_message *context_message_at(struct scratch *scratch, u32 index) {
  struct call_context *context = context_of(scratch->call.thread);
  if (!context) return NULL;
  u32 number = scratch->batch.first_seen + index;
  /* Overwritten, or never there. */
  if (number >= context->count || context->count - number > CONTEXT_MESSAGES) return NULL;
  return &context->messages[number & (CONTEXT_MESSAGES - 1)];
}

/* What was seen of the call's first message; what was seen of failed ones lies before it. */
static __always_inline struct context_message *first_context_message(struct scratch *scratch) {
  struct call_context *context = context_of(scratch->call.thread);
  u32 count = scratch->batch.count;
  scratch->batch.first_seen = context && context->count >= count ? context->count - count : 0;
  return context_message_at(scratch, 0);
}

/* How long the call that has sent a message took, in ns; 0 if that is not known, or did not fit. */
static __always_inline u32 time_in_call(struct scratch *scratch) {
  struct call_context *context = is_request(scratch) ? NULL : context_of(scratch->call.thread);
  if (!context || !context->entered) return 0;
  u64 took = scratch->socket.transfer.header.time - context->entered;
  return took >> 32 ? 0 : took;
}

/* Fills in where and when a sent message was queued; what receives it may be gone by now. */
static __always_inline void fill_queued(struct ipc_socket *record, struct context_message *seen) {
  record->traits &= ~IPC_SOCKET_DESTINATION_NAMED;
  if (seen->is_named) record->traits |= IPC_SOCKET_DESTINATION_NAMED;
  record->end.destination = seen->sock;
  record->destination_inode = seen->inode;
  record->transfer.state.queued_at = seen->time;
}

/* Fills in what every record of a socket has; the direction and the ends are the kind's. */
static __always_inline void fill_socket(struct scratch *scratch, u16 type, u32 kind, u64 count) {
  __builtin_memset(&scratch->socket, 0, sizeof(scratch->socket));
  u8 flags = transfer_flags(scratch);
  fill_header(&scratch->socket.transfer.header, scratch->call.task, type, kind, flags);
  scratch->socket.transfer.count = count;
  scratch->socket.transfer.fd = scratch->call.fd;
  scratch->cursor.fill = 0;
  scratch->record_start = RECORD_START(socket);
}

/* Messages of a batch whose lengths are added up. */
#define SUMMED_MESSAGES 64

/* Bytes that one message of a batch brought. */
VERIFIED_ONCE u32 message_length(u32 slot, u32 index) {
  struct scratch *scratch = scratch_at(slot);
  u32 moved = 0;
  return scratch && read_moved(scratch, index, &moved) ? moved : 0;
}

/* Bytes that all messages of a batch brought together, for kinds whose messages have no bounds. */
VERIFIED_ONCE u64 batch_length(u32 slot, u32 kind) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (scratch->batch.count > SUMMED_MESSAGES) loss_add(kind, 0);
  u64 sum = scratch->call.result > 0 ? scratch->call.result : 0;
  for (u32 i = 1; i < SUMMED_MESSAGES; i++) {
    if (i >= scratch->batch.count) break;
    sum += message_length(slot, i);
  }
  return sum;
}

/* Bytes that a call on a stream asks to send; those of a batch are not added up. */
static __always_inline u64 asked_in_all(u32 slot, struct scratch *scratch) {
  return scratch->batch.vector ? IPC_COUNT_UNKNOWN : asked_length(slot, scratch);
}

/* Content bytes that a read of a stream is to carry: where several write, enough to tell their writes apart. */
static __always_inline u32 compared_of_stream(struct scratch *scratch) {
  return scratch->socket.transfer.header.flags & IPC_FLAG_MULTI_WRITER ? IPC_COMPARED_LIMIT : 0;
}

/* Whether a write's contents are wanted, because what it goes into is spliced from. */
static __always_inline void want_contents(struct scratch *scratch, struct channel *channel) {
  scratch->cursor.is_wanted_whole = settings.capture_limit > 0 && channel->flags & CHANNEL_SPLICED
                                    && !scratch->batch.vector && !scratch->call.is_spliced && scratch->call.result > 0;
}

/* Sends the record of a write that is in the scratch, and those of its batch's other messages. */
static __always_inline int emit_sent(void *ctx, struct scratch *scratch, u64 count) {
  scratch->call.result = count;
  bpf_tail_call(ctx, &exit_stages, STAGE_SENT);
  return 0;
}

/* Sends what was received, message by message; the first one's record is in the scratch, with the position of TCP
 * where the call began. */
static __always_inline int emit_received(void *ctx, struct scratch *scratch) {
  scratch->socket_template = scratch->socket;
  bpf_tail_call(ctx, &exit_stages, STAGE_RECEIVED);
  return 0;
}
