// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What the three kinds of unix sockets share: ends, names, the way to the record. */
#pragma once

#include "core/channels.h"
#include "core/tables.h"
#include "record/ancillary.h"
#include "record/own_output.h"
#include "record/past.h"
#include "record/socket_record.h"
#include "record/wanted.h"

/* The kind that a stage is of. */
static __always_inline u32 unix_kind_of(u32 stage) {
  return stage == STAGE_UNIX_STREAM  ? IPC_KIND_UNIX_STREAM
         : stage == STAGE_UNIX_DGRAM ? IPC_KIND_UNIX_DGRAM
                                     : IPC_KIND_UNIX_SEQPACKET;
}

static __always_inline u32 unix_kind(struct scratch *scratch) { return unix_kind_of(scratch->call.stage); }

/*
 * Whether a connection was made to a listening socket of interest: it shares the listener's address, also before it is
 * accepted (unix_stream_connect, net/unix/af_unix.c).
 */
VERIFIED_ONCE bool is_served_by_wanted(u64 sk) {
  u64 key = unix_service_key((struct sock *)sk);
  return key != 0 && entry_of(key) != NULL;
}

/* Takes over the ends of a transfer, NULL for one that is not known. */
static __always_inline void set_unix_ends(struct scratch *scratch, struct sock *source, struct sock *destination) {
  scratch->ends.source = source;
  scratch->ends.destination = destination;
  scratch->ends.source_inode = source ? inode_of_sock(source) : 0;
  scratch->ends.destination_inode = destination ? inode_of_sock(destination) : 0;
}

/* Whether either end is of interest already, or was connected by way of something that is. */
VERIFIED_ONCE bool is_either_end_known(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct sock *source = scratch->ends.source;
  u64 own = (u64)scratch->call.sk, other = own == (u64)source ? (u64)scratch->ends.destination : (u64)source;
  struct channel *known = entry_of(own);
  return (known && known->inode == inode_of_sock(scratch->call.sk)) || entry_of(other) || is_served_by_wanted(own)
         || (other && is_served_by_wanted(other)) || is_own_output(own, inode_of_sock(scratch->call.sk));
}

/* Entries of both ends, so that what the other side does is of interest, too; NULL if neither is in scope. */
static __always_inline struct channel *unix_channel_in_scope(u32 slot, struct scratch *scratch, u64 bytes) {
  scratch->call.in_scope = scope_matches(scratch->call.task);
  bool enters = scratch->call.in_scope && is_wanted_unix(slot, scratch, unix_kind(scratch));
  if (!enters && !is_either_end_known(slot)) return NULL;
  struct sock *source = scratch->ends.source, *destination = scratch->ends.destination;
  u64 own = (u64)scratch->call.sk;
  if (destination) enter_socket((u64)destination, scratch->ends.destination_inode);
  struct channel *channel = source ? socket_channel_of(source, scratch->ends.source_inode)
                                   : bpf_map_lookup_elem(&channels, &own);
  if (!channel) loss_add(unix_kind(scratch), bytes);
  return channel;
}

/* Whether a transfer is left out, because it shows ipcdump's output. Both directions of a connection are; the receiver
 * of a message without one may get others' as well. */
static __always_inline bool is_unix_output(u32 slot, struct scratch *scratch, struct channel *channel) {
  struct sock *source = scratch->ends.source, *destination = scratch->ends.destination;
  if (shared.has_relays)
    scratch->call.is_socket_pair =
      scratch->call.stage == STAGE_UNIX_STREAM && !is_named(source) && !is_named(destination);
  if (!goes_on_with_output(slot, channel->flags, (u64)source)) return false;
  if (source) exclude_channel((u64)source, recorded_inode(channel));
  if (destination && scratch->call.stage != STAGE_UNIX_DGRAM)
    exclude_channel((u64)destination, scratch->ends.destination_inode);
  return true;
}

/* The entry of a socket whose name is still to be recorded; NULL if it has none, or is not there any more to be
 * asked. */
static __always_inline struct channel *nameless_channel(struct scratch *scratch, struct sock *sk) {
  if (!sk || !is_named(sk)) return NULL;
  u64 key = (u64)sk;
  struct channel *channel = bpf_map_lookup_elem(&channels, &key);
  if (!channel || channel->flags & CHANNEL_NAMED) return NULL;
  /* Ends of a connection keep each other's memory; that of a datagram's other end may be another socket's by now. */
  return scratch->call.stage != STAGE_UNIX_DGRAM || channel->inode == inode_of_sock(sk) ? channel : NULL;
}

/*
 * Fills in the record with what is known of its ends.
 *
 * - identity, flags: Of the channel that the source has.
 */
VERIFIED_ONCE int fill_unix(u32 slot, u32 type, u64 count, u64 identity, u32 flags) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  fill_socket(scratch, type, unix_kind(scratch), count);
  struct ipc_socket *record = &scratch->socket;
  struct sock *source = scratch->ends.source, *destination = scratch->ends.destination;
  record->transfer.channel = (u64)source;
  record->transfer.identity = identity;
  if (flags & CHANNEL_MULTI) record->transfer.header.flags |= IPC_FLAG_MULTI_WRITER;
  record->end.destination = (u64)destination;
  record->destination_inode = scratch->ends.destination_inode;
  if (source && is_named(source)) record->traits |= IPC_SOCKET_SOURCE_NAMED;
  if (destination && is_named(destination)) record->traits |= IPC_SOCKET_DESTINATION_NAMED;
  return 0;
}

/* The stage that comes before the record in the scratch, which is put aside for it; 0 if there is none. */
VERIFIED_ONCE u32 stage_before_record(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  bool has_nameless =
    nameless_channel(scratch, scratch->ends.source) || nameless_channel(scratch, scratch->ends.destination);
  u32 stage = has_nameless ? STAGE_NAMES : has_ancillary(scratch) ? STAGE_ANCILLARY : 0;
  if (!stage) return 0;
  scratch->ends.unnamed = 2;
  scratch->socket_template = scratch->socket;
  return stage;
}

/* Goes on with the record in the scratch, by way of the names of its ends and its ancillary data. */
static __always_inline int emit_unix(void *ctx, u32 slot, struct scratch *scratch) {
  u32 stage = stage_before_record(slot);
  if (stage) bpf_tail_call(ctx, &exit_stages, stage);
  return emit_message(ctx, scratch);
}
