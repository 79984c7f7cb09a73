// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Unix stream sockets: a pipe in each direction, named by the sending end. As with pipes, a write is announced if it
 * may overlap another one. The ends of a connection never change, and keep each other's memory.
 */

static __always_inline bool find_stream_ends(struct scratch *scratch) {
  struct sock *peer = peer_of(scratch->sk);
  if (!peer) return false;
  set_unix_ends(scratch, scratch->is_write ? scratch->sk : peer, scratch->is_write ? peer : scratch->sk);
  return true;
}

static __always_inline void fill_unix_stream(struct scratch *scratch, struct task_struct *task, u16 type, bool in_scope,
                                             struct channel *channel, u64 count) {
  fill_socket(scratch, task, type, IPC_KIND_UNIX_STREAM, in_scope, count);
  fill_unix_ends(scratch, channel);
  struct sock *destination = scratch->destination;
  struct ipc_socket *record = &scratch->socket;
  if (!(channel->flags & CHANNEL_SEEN)) {
    channel->flags |= CHANNEL_SEEN;
    record->transfer.header.flags |= IPC_FLAG_FIRST_SEEN;
    record->transfer.unread = queued_bytes((u64)destination);
  }
  record->transfer.state.unix_stream.messages = READ_KERNEL(destination, sk_receive_queue.qlen);
  if (scratch->message_flags & MSG_OOB) record->traits |= IPC_SOCKET_URGENT;
  if (takes_urgent_inline(destination)) record->traits |= IPC_SOCKET_INLINE;
}

static __always_inline int unix_stream_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  if (!scratch || !find_stream_ends(scratch)) return 0;
  bool in_scope = scope_matches(call->task);
  struct channel *channel = unix_channel_in_scope(scratch, IPC_KIND_UNIX_STREAM, in_scope, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  u64 asked = scratch->vector ? IPC_COUNT_UNKNOWN : asked_length(DOOR_ENTER, scratch);
  if (!is_write_announced(channel, call->thread, asked)) return 0;
  fill_unix_stream(scratch, call->task, IPC_RECORD_WRITE_BEGIN, in_scope, channel, asked);
  announce(scratch, asked);
  return 0;
}
FILE_ENTER(unix_stream, STAGE_UNIX_STREAM, unix_stream, unix_stream_enter)

static __always_inline int unix_stream_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  if (!find_stream_ends(scratch)) return pass_on(ctx, scratch);
  u64 count = scratch->result > 0 ? scratch->result : 0;
  if (count == 0 && !scratch->is_write) return 0;
  bool in_scope = scope_matches(call->task);
  struct channel *channel = unix_channel_in_scope(scratch, IPC_KIND_UNIX_STREAM, in_scope, count);
  if (!channel || is_unix_output(scratch, channel)) return pass_on(ctx, scratch);
  if (scratch->is_write) {
    if (scratch->vector) count = batch_length(IPC_KIND_UNIX_STREAM);
    if (!ends_announced_write(channel, call->thread, count)) return 0;
  }
  if (count > 0) prepare_unix(ctx, scratch);
  fill_unix_stream(scratch, call->task, scratch->is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, in_scope, channel,
                   count);
  if (!scratch->is_write) return send_received(ctx, scratch);
  note_whole_write(scratch, channel);
  scratch->messages = 1;
  return send_sent(ctx, scratch, count);
}
FILE_EXIT(unix_stream, STAGE_UNIX_STREAM, unix_stream, unix_stream_exit)
