// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Messages that were sent or received, one or a batch of them: a record each. Both stages call themselves for the next
 * pass, up to 33 times in all (MAX_TAIL_CALL_CNT); of more messages in one call, the rest is counted as lost.
 */
#include "core/kinds.h"
#include "hooks/programs.h"
#include "record/fingerprint.h"
#include "record/omissions.h"
#include "record/socket_record.h"

/* Messages that one run of a stage sends. */
#define MESSAGES_A_PASS 8

static __always_inline void lose_rest(struct scratch *scratch) {
  if (scratch->batch.index < scratch->batch.count)
    loss_add_many(scratch->socket.transfer.header.kind, scratch->batch.count - scratch->batch.index, 0);
}

/* Sends the record of the next message that was sent; false if it cannot be read. */
VERIFIED_ONCE bool send_next_sent(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  u64 length = scratch->call.result;
  bool is_known = true;
  if (scratch->batch.index > 0) {
    if (!load_batch_message(scratch, scratch->batch.index, &length)) return false;
    scratch->socket.traits &= ~IPC_SOCKET_LOCAL;
    is_known = describe_sent(slot, scratch);
  }
  scratch->socket.transfer.count = length;
  if (is_known) write_send(slot, length, length);
  scratch->batch.index++;
  return true;
}

static __always_inline int sent_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 i = 0; i < MESSAGES_A_PASS; i++) {
    if (!send_next_sent(slot)) break;
    if (scratch->batch.index >= scratch->batch.count) goto done;
  }
  bpf_tail_call(ctx, &exit_stages, STAGE_SENT);
  lose_rest(scratch);
done:
  context_clear(scratch->call.thread);
  if (scratch->cursor.is_wanted_whole) send_contents_behind(ctx, scratch, scratch->call.result);
  return 0;
}
EXIT_STAGE(sent, STAGE_SENT, sockets, sent_stage)

/* Fills in how much of a message the receiver had room for. */
static __always_inline void fill_received_length(u32 slot, struct scratch *scratch, u64 length) {
  struct ipc_socket *record = &scratch->socket;
  if (record->transfer.count < length) record->transfer.count = length;
  if (scratch->call.message_flags & MSG_TRUNC) {
    u64 room = asked_length(slot, scratch);
    if (length > room) length = room;
  }
  record->extent.received_length = length;
}

enum received_outcome { RECEIVED_SENT, RECEIVED_WITH_CONTENTS, RECEIVED_UNREADABLE };

/* Sends the record of the next message that was received, unless its contents do not lie in its first buffer. */
VERIFIED_ONCE u32 send_next_received(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return RECEIVED_UNREADABLE;
  u64 length = scratch->call.result;
  if (scratch->batch.index > 0) {
    if (!load_batch_message(scratch, scratch->batch.index, &length)) return RECEIVED_UNREADABLE;
    scratch->socket = scratch->socket_template;
  }
  scratch->socket.transfer.count = length;
  describe_received(slot, scratch, length);
  fill_received_length(slot, scratch, length);
  u64 received = scratch->socket.extent.received_length, limit = settings.capture_limit;
  if (settings.omits_contents) limit = wanted_of_read(slot, inode_of_sock(scratch->call.sk), received, limit);
  if (limit < scratch->batch.compared) limit = scratch->batch.compared;
  if (limit > received) limit = received;
  if (scratch->call.is_spliced) limit = 0;
  u64 room = load_buffer(slot, 0) ? scratch->cursor.buffer_length : 0;
  if (limit > room || limit > IPC_CHUNK_LIMIT) {
    begin_contents(scratch, received, limit);
    if (scratch->batch.index + 1 < scratch->batch.count) scratch->cursor.next_stage = STAGE_RECEIVED;
    return RECEIVED_WITH_CONTENTS;
  }
  scratch->cursor.fill = limit > 0 ? copy_in(scratch, 0, scratch->cursor.buffer, limit, IPC_CHUNK_LIMIT) : 0;
  if (scratch->cursor.fill < limit) scratch->socket.transfer.header.flags |= IPC_FLAG_PARTIAL;
  transfer_send(slot, scratch->socket.transfer.count);
  return RECEIVED_SENT;
}

/* Messages whose contents lie in their first buffer are sent at once; others go through STAGE_CONTENTS and come
 * back. */
static __always_inline int received_stage(void *ctx, u32 slot, struct scratch *scratch) {
  for (u32 i = 0; i < MESSAGES_A_PASS; i++) {
    u32 outcome = send_next_received(slot);
    if (outcome == RECEIVED_UNREADABLE) goto done;
    scratch->batch.index++;
    if (outcome == RECEIVED_WITH_CONTENTS) bpf_tail_call(ctx, &exit_stages, STAGE_CONTENTS);
    if (scratch->batch.index >= scratch->batch.count) goto done;
  }
  bpf_tail_call(ctx, &exit_stages, STAGE_RECEIVED);
  lose_rest(scratch);
done:
  context_finish(scratch->call.thread);
  return finish_call(ctx, scratch);
}
EXIT_STAGE(received, STAGE_RECEIVED, sockets, received_stage)
