// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Unix stream sockets: a pipe in each direction, named by the sending end. As with pipes, a write is announced if it
 * may overlap another one. The ends of a connection never change, and keep each other's memory.
 */
#include "hooks/programs.h"
#include "kinds/unix.h"
#include "record/writes.h"

static __always_inline bool find_stream_ends(struct scratch *scratch) {
  struct sock *sk = scratch->call.sk, *peer = peer_of(sk);
  if (!peer) return false;
  bool is_write = scratch->call.is_write;
  set_unix_ends(scratch, is_write ? sk : peer, is_write ? peer : sk);
  return true;
}

/* Fills in the record, of which the stream's state is a part. */
VERIFIED_ONCE int fill_unix_stream(u32 slot, u32 type, u64 count, u64 identity, u32 flags) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  fill_unix(slot, type, count, identity, flags);
  struct sock *destination = scratch->ends.destination;
  struct ipc_socket *record = &scratch->socket;
  if (!(flags & CHANNEL_SEEN)) {
    record->transfer.header.flags |= IPC_FLAG_FIRST_SEEN;
    record->transfer.unread = queued_bytes((u64)destination);
    send_past(IPC_KIND_UNIX_STREAM, (u64)scratch->ends.source, identity, 0);
  }
  record->transfer.state.unix_stream.messages = READ_KERNEL(destination, sk_receive_queue.qlen);
  if (scratch->call.message_flags & MSG_OOB) record->traits |= IPC_SOCKET_URGENT;
  if (takes_urgent_inline(destination)) record->traits |= IPC_SOCKET_INLINE;
  return 0;
}

static __always_inline int unix_stream_enter(void *ctx, u32 slot, struct scratch *scratch) {
  if (!find_stream_ends(scratch)) return 0;
  struct channel *channel = unix_channel_in_scope(slot, scratch, 0);
  if (!channel && !scratch->batch.vector)
    keep_beginning(slot, scratch, (u64)scratch->ends.source, scratch->ends.source_inode, 0);
  if (!channel || channel->flags & CHANNEL_EXCLUDED) return 0;
  u64 asked = asked_in_all(slot, scratch);
  if (!should_announce(channel, scratch->call.thread, asked)) return 0;
  fill_unix_stream(slot, IPC_RECORD_WRITE_BEGIN, asked, recorded_inode(channel), channel->flags);
  channel->flags |= CHANNEL_SEEN;
  announce_write(slot, scratch, asked);
  return 0;
}
ENTER_STAGE(unix_stream, STAGE_UNIX_STREAM, unix_stream, unix_stream_enter)

static __always_inline int unix_stream_exit(void *ctx, u32 slot, struct scratch *scratch) {
  if (!find_stream_ends(scratch)) return finish_call(ctx, scratch);
  bool is_write = scratch->call.is_write;
  u64 count = scratch->call.result > 0 ? scratch->call.result : 0;
  if (count == 0 && !is_write) return 0;
  struct channel *channel = unix_channel_in_scope(slot, scratch, count);
  if (is_write && scratch->batch.vector && (channel || keeps_past())) count = batch_length(slot, IPC_KIND_UNIX_STREAM);
  if (!channel) keep_past(slot, scratch, (u64)scratch->ends.source, scratch->ends.source_inode, count, 0);
  if (!channel || is_unix_output(slot, scratch, channel)) return finish_call(ctx, scratch);
  if (is_write) {
    if (!end_write(channel, scratch->call.thread, count)) return 0;
  }
  u32 type = is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  fill_unix_stream(slot, type, count, recorded_inode(channel), channel->flags);
  channel->flags |= CHANNEL_SEEN;
  if (is_write) {
    want_contents(scratch, channel);
    scratch->call.result = count;
    scratch->batch.count = 1;
  } else {
    scratch->batch.compared = compared_of_stream(scratch);
  }
  return count > 0 ? emit_unix(ctx, slot, scratch) : emit_message(ctx, scratch);
}
EXIT_STAGE(unix_stream, STAGE_UNIX_STREAM, unix_stream, unix_stream_exit)
