// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Messages that were sent or received, one or a batch of them: a record each. Both steps call themselves for the next
 * pass, up to 33 times in all (MAX_TAIL_CALL_CNT); of more messages in one call, the rest is counted as lost.
 */

#define MESSAGES_A_PASS 8

static __always_inline void lose_rest(struct scratch *scratch) {
  if (scratch->message < scratch->messages)
    lose_records(scratch->socket.transfer.header.kind, scratch->messages - scratch->message, 0);
}

/* Tells the next message that was sent; false if it cannot be read. */
VERIFIED_ONCE bool tell_sent(void) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return false;
  u64 length = scratch->result;
  bool is_known = true;
  if (scratch->message > 0) {
    if (!load_batch_message(scratch, scratch->message, &length)) return false;
    scratch->socket.traits &= ~IPC_SOCKET_LOCAL;
    if (scratch->step == STAGE_UDP) {
      is_known = describe_sent(DOOR_EXIT);
    } else {
      struct noted_message *noted = noted_message(scratch, scratch->message);
      if (noted) note_queued(&scratch->socket, noted);
    }
  }
  scratch->socket.transfer.count = length;
  if (is_known) send_write(DOOR_EXIT, length, length);
  scratch->message++;
  return true;
}

static __always_inline int sent_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  for (u32 i = 0; i < MESSAGES_A_PASS; i++) {
    if (!tell_sent()) break;
    if (scratch->message >= scratch->messages) goto done;
  }
  bpf_tail_call(ctx, &exit_files, STAGE_SENT);
  lose_rest(scratch);
done:
  forget_note(scratch->thread);
  if (scratch->is_told_whole) send_contents_behind(ctx, scratch, scratch->result);
  return 0;
}
FILE_EXIT(sent, STAGE_SENT, sockets, sent_stage)

enum { RECEIVED_TOLD, RECEIVED_WITH_CONTENTS, RECEIVED_UNREADABLE };

/* Tells the next message that was received, unless its contents do not lie in its first buffer. */
VERIFIED_ONCE u32 tell_received(void) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return RECEIVED_UNREADABLE;
  u64 length = scratch->result;
  if (scratch->message > 0) {
    if (!load_batch_message(scratch, scratch->message, &length)) return RECEIVED_UNREADABLE;
    scratch->socket = scratch->socket_template;
  }
  describe_received(scratch, length);
  u64 received = scratch->socket.extent.received_length, limit = received_limit(scratch);
  if (limit > received) limit = received;
  if (scratch->is_spliced) limit = 0;
  u64 room = load_buffer(DOOR_EXIT, 0) ? scratch->buffer_length : 0;
  if (limit > room || limit > IPC_CHUNK_LIMIT) {
    begin_contents(scratch, received, limit);
    return RECEIVED_WITH_CONTENTS;
  }
  scratch->fill = limit > 0 ? copy_in(scratch, 0, scratch->buffer, limit, IPC_CHUNK_LIMIT) : 0;
  if (scratch->fill < limit) scratch->socket.transfer.header.flags |= IPC_FLAG_PARTIAL;
  send_transfer(DOOR_EXIT, scratch->socket.transfer.count);
  return RECEIVED_TOLD;
}

/* Messages whose contents lie in their first buffer are sent at once; others go through STAGE_CONTENTS and come back. */
static __always_inline int received_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  for (u32 i = 0; i < MESSAGES_A_PASS; i++) {
    u32 outcome = tell_received();
    if (outcome == RECEIVED_UNREADABLE) goto done;
    if (outcome == RECEIVED_WITH_CONTENTS) bpf_tail_call(ctx, &exit_files, STAGE_CONTENTS);
    scratch->message++;
    if (scratch->message >= scratch->messages) goto done;
  }
  bpf_tail_call(ctx, &exit_files, STAGE_RECEIVED);
  lose_rest(scratch);
done:
  finish_note(scratch->thread);
  return pass_on(ctx, scratch);
}
FILE_EXIT(received, STAGE_RECEIVED, sockets, received_stage)
