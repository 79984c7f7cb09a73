// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Unix datagram and sequenced-packet sockets: every message is told when it is received. Who sent it is noted when it
 * is copied to the reader (hooks/call_context.bpf.c), so that it does not matter what became of the sender.
 */

/* sendmmsg can be blocked between its messages, while the first ones are received. */
static __always_inline int unix_message_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch) return 0;
  note_sender(call->thread);
  if (!scratch->vector) return 0;
  set_unix_ends(scratch, scratch->sk, peer_of(scratch->sk));
  bool in_scope = scope_matches(call->task);
  u32 kind = unix_kind(scratch);
  struct channel *channel = unix_channel_in_scope(scratch, kind, in_scope, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  fill_socket(scratch, call->task, IPC_RECORD_WRITE_BEGIN, kind, in_scope, 0);
  fill_unix_ends(scratch, channel);
  scratch->socket.traits |= IPC_SOCKET_BATCH;
  send_transfer(DOOR_ENTER, 0);
  return 0;
}
FILE_ENTER(unix_dgram, STAGE_UNIX_DGRAM, unix_dgram, unix_message_enter)
FILE_ENTER(unix_seqpacket, STAGE_UNIX_SEQPACKET, unix_seqpacket, unix_message_enter)

static __always_inline int unix_message_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  bool in_scope = scope_matches(call->task);
  u32 kind = unix_kind(scratch);
  struct noted_message *noted = first_noted(scratch);
  if (scratch->is_write) {
    if (scratch->result < 0) goto nothing;
    if (noted && noted->time == 0) noted = NULL;
    /* A message that names its receiver: where it was queued was noted, if the kernel tells. */
    struct sock *destination = noted           ? (struct sock *)noted->sock
                               : scratch->name ? NULL
                                               : peer_of(scratch->sk);
    set_unix_ends(scratch, scratch->sk, destination);
    if (noted) scratch->destination_inode = noted->inode;
  } else {
    /* Nothing at all is the end of a connection, and no empty message. */
    if (scratch->result == 0 && !noted) goto nothing;
    set_unix_ends(scratch, noted ? (struct sock *)noted->sock : peer_of(scratch->sk), scratch->sk);
    if (noted) scratch->source_inode = noted->inode;
  }
  struct channel *channel = unix_channel_in_scope(scratch, kind, in_scope, scratch->result);
  if (!channel || is_unix_output(scratch, channel)) goto nothing;
  prepare_unix(ctx, scratch);
  fill_socket(scratch, call->task, scratch->is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, kind, in_scope,
              scratch->result);
  fill_unix_ends(scratch, channel);
  if (scratch->is_write) {
    if (noted) note_queued(&scratch->socket, noted);
    scratch->socket.extent.call_ns = time_in_call(scratch);
    return send_sent(ctx, scratch, scratch->result);
  }
  /* The sender may be gone, so that only what was noted of it holds. */
  if (noted) scratch->socket.traits &= ~IPC_SOCKET_SOURCE_NAMED;
  return send_received(ctx, scratch);
nothing:
  forget_note(call->thread);
  return 0;
}
FILE_EXIT(unix_dgram, STAGE_UNIX_DGRAM, unix_dgram, unix_message_exit)
FILE_EXIT(unix_seqpacket, STAGE_UNIX_SEQPACKET, unix_seqpacket, unix_message_exit)
