// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * TCP connections whose both ends are on this host. Both ends count bytes from the same number, so that a read names
 * the writes it got by their positions.
 */
#include "core/call_context.h"
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "record/own_output.h"
#include "record/past.h"
#include "record/socket_record.h"
#include "record/wanted.h"
#include "record/writes.h"

/* TCP sockets that are not routed over the loopback device, so that both ends are found if they are in two network
 * namespaces of this host. The least recently used ones fall out; they enter again at their next transfer. */
struct tcp_end {
  struct sock *sk;
  u32 undecided; /* writes recorded while the other end was not known */
  u32 pad;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, u64);
  __type(value, struct tcp_end);
} tcp_ends SEC(".maps");

/* Fills in both ends, seen from a socket, and whether the connection stays on the loopback device. */
static __always_inline void load_tcp_ends(struct tcp_ends *ends, struct sock *sk) {
  read_local(sk, ends->local, &ends->local_port);
  read_remote(sk, ends->remote, &ends->remote_port);
  ends->is_loopback = is_on_loopback((struct sock *)carrier_of((u64)sk), ends->local, ends->remote);
}

/* Writes that are recorded before it is known whether the other end is on this host. */
#define UNDECIDED_WRITES 16

/* Name of the direction from here to the other end, and of the one back; in whatever namespace. */
static __always_inline u64 tcp_key(const struct tcp_ends *ends) {
  return direction_of(0, ends->local, ends->local_port, ends->remote, ends->remote_port);
}

static __always_inline u64 tcp_other_key(const struct tcp_ends *ends) {
  return direction_of(0, ends->remote, ends->remote_port, ends->local, ends->local_port);
}

/* Makes a socket known to the one at the other end, which may be in another network namespace. */
static __always_inline struct tcp_end *enter_tcp_end(struct sock *sk, u64 key) {
  struct tcp_end *own = bpf_map_lookup_elem(&tcp_ends, &key);
  if (own && own->sk == sk) return own;
  struct tcp_end fresh = {.sk = sk};
  bpf_map_update_elem(&tcp_ends, &key, &fresh, BPF_ANY);
  return bpf_map_lookup_elem(&tcp_ends, &key);
}

/*
 * Whether a connection that is not routed over loopback ends in another network namespace of this host: the socket of
 * the opposite addresses and ports has been met. Memory of a closed one may be another connection's, never anything
 * else's (SLAB_TYPESAFE_BY_RCU).
 */
static __always_inline bool has_other_tcp_end(struct sock *sk, const struct tcp_ends *ends) {
  u64 key = tcp_other_key(ends);
  struct tcp_end *found = bpf_map_lookup_elem(&tcp_ends, &key);
  if (!found || found->sk == sk) return false;
  struct sock *other = found->sk;
  struct inet_sock *inet = (void *)other;
  return READ_KERNEL(other, __sk_common.skc_dport) == __builtin_bswap16(ends->local_port)
         && READ_KERNEL(inet, inet_sport) == __builtin_bswap16(ends->remote_port)
         && READ_KERNEL(other, __sk_common.skc_net.net) != READ_KERNEL(sk, __sk_common.skc_net.net);
}

enum tcp_reach { TCP_REMOTE, TCP_UNDECIDED, TCP_OTHER_NAMESPACE, TCP_LOOPBACK };

/* How far the connection goes. Both ends must be in scope if they are in two namespaces. */
static __always_inline u32 tcp_reach(struct scratch *scratch, bool in_scope) {
  struct sock *sk = scratch->call.sk;
  const struct tcp_ends *ends = &scratch->tcp;
  if (ends->is_loopback) return TCP_LOOPBACK;
  if (!in_scope) return TCP_REMOTE;
  struct tcp_end *own = enter_tcp_end(sk, tcp_key(ends));
  if (has_other_tcp_end(sk, ends)) return TCP_OTHER_NAMESPACE;
  if (!own || !scratch->call.is_write || own->undecided >= UNDECIDED_WRITES) return TCP_REMOTE;
  own->undecided++;
  return TCP_UNDECIDED;
}

/* Fills in what is known of the ends. */
static __always_inline void fill_tcp_ends(struct scratch *scratch, u32 reach) {
  struct ipc_socket *record = &scratch->socket;
  struct tcp_ends *ends = &scratch->tcp;
  struct sock *sk = scratch->call.sk;
  bool is_write = scratch->call.is_write;
  __builtin_memcpy(record->source_address, is_write ? ends->local : ends->remote, 16);
  __builtin_memcpy(record->destination_address, is_write ? ends->remote : ends->local, 16);
  record->source_port = is_write ? ends->local_port : ends->remote_port;
  record->destination_port = is_write ? ends->remote_port : ends->local_port;
  u64 inode = inode_of_sock(sk);
  if (is_write)
    record->end.source_inode = inode;
  else
    record->destination_inode = inode;
  record->netns = netns_of(sk);
  if (reach >= TCP_OTHER_NAMESPACE) record->traits |= IPC_SOCKET_LOCAL;
  if (scratch->call.message_flags & MSG_OOB) record->traits |= IPC_SOCKET_URGENT;
  if (takes_urgent_inline(sk)) record->traits |= IPC_SOCKET_INLINE;
  u32 netns = reach == TCP_LOOPBACK ? record->netns : 0;
  record->transfer.channel = direction_of(netns, record->source_address, record->source_port,
                                          record->destination_address, record->destination_port);
  record->transfer.identity = direction_check(netns, record->source_port, record->destination_port);
}

/* The entry of the record's direction; the other one becomes of interest, too. NULL if it shows ipcdump's output. */
static __always_inline struct channel *tcp_channel_in_scope(u32 slot, struct scratch *scratch, bool in_scope,
                                                            u64 bytes) {
  struct ipc_socket *record = &scratch->socket;
  u64 key = record->transfer.channel;
  if (!in_scope) {
    /* A connection to a listening socket of interest is of interest from its first byte on. */
    u64 source = tcp_port_key(record->netns, record->source_port);
    u64 destination = tcp_port_key(record->netns, record->destination_port);
    if (!entry_of(key) && (entry_of(destination) || entry_of(source))) in_scope = true;
  }
  struct channel *channel = channel_in_scope(IPC_KIND_LOOPBACK_TCP, key, record->transfer.identity, in_scope, bytes);
  if (!channel) return NULL;
  u32 netns = record->transfer.identity >> 32;
  bool is_output = goes_on_with_output(slot, channel->flags, key);
  if (is_output || (in_scope && !(channel->flags & CHANNEL_PAIRED))) {
    channel->flags |= CHANNEL_PAIRED;
    u64 other = direction_of(netns, record->destination_address, record->destination_port, record->source_address,
                             record->source_port);
    u64 check = direction_check(netns, record->destination_port, record->source_port);
    if (is_output) {
      exclude_channel(key, record->transfer.identity);
      exclude_channel(other, check);
      return NULL;
    }
    channel_of(other, check, 0);
  }
  if (channel->flags & CHANNEL_MULTI) record->transfer.header.flags |= IPC_FLAG_MULTI_WRITER;
  if (!(channel->flags & CHANNEL_SEEN)) {
    channel->flags |= CHANNEL_SEEN;
    send_past(IPC_KIND_LOOPBACK_TCP, key, record->transfer.identity, 0);
  }
  return channel;
}

/*
 * Keeps where a write begins, so that its end shows whether others wrote at the same time; a long one is announced,
 * because its first bytes may be read while it goes on.
 */
static __always_inline int tcp_enter(void *ctx, u32 slot, struct scratch *scratch) {
  struct sock *sk = scratch->call.sk;
  struct tcp_ends *ends = &scratch->tcp;
  load_tcp_ends(ends, sk);
  /* A socket that is still to be connected (TCP Fast Open) counts from nowhere. */
  if (ends->remote_port == 0 || !is_wanted_tcp(ends, true)) return 0;
  bool in_scope = scratch->call.in_scope = scope_matches(scratch->call.task);
  u32 reach = ends->is_loopback ? TCP_LOOPBACK : has_other_tcp_end(sk, ends) ? TCP_OTHER_NAMESPACE : TCP_REMOTE;
  if (reach == TCP_REMOTE) return 0;
  struct call_context *context = context_to_write(scratch->call.thread);
  if (!context) return 0;
  context->position = written_position((u64)sk);
  context->has_position = true;
  context->sender = is_multipath(sk) ? NULL : sk;
  context->is_placed = false;
  context->is_continued = false;
  u64 asked = asked_in_all(slot, scratch);
  if (asked <= PIPE_BUF) return 0;
  fill_socket(scratch, IPC_RECORD_WRITE_BEGIN, IPC_KIND_LOOPBACK_TCP, asked);
  fill_tcp_ends(scratch, reach);
  scratch->socket.transfer.state.tcp.before = context->position;
  scratch->socket.transfer.state.tcp.after = context->position;
  struct ipc_transfer *transfer = &scratch->socket.transfer;
  if (!tcp_channel_in_scope(slot, scratch, in_scope, 0)) {
    keep_beginning(slot, scratch, transfer->channel, transfer->identity, context->position);
    return 0;
  }
  announce_write(slot, scratch, asked);
  return 0;
}
ENTER_STAGE(tcp, STAGE_TCP, loopback_tcp, tcp_enter)

/*
 * Whether a context says where the read in the scratch began. All reads of a batch are done before the first of them is
 * recorded, so that only the first one's place was seen; each of the others begins where the one before it has ended.
 */
static __always_inline bool is_read_seen(struct scratch *scratch, struct call_context *context) {
  return context->receiver == scratch->call.sk && (!context->is_continued || is_request(scratch));
}

/* The next read of a batch begins behind this one. */
static __always_inline void continue_context(struct call_context *context, u32 count) {
  context->position += count;
  context->is_continued = true;
}

static __always_inline int tcp_exit(void *ctx, u32 slot, struct scratch *scratch) {
  u64 count = scratch->call.result > 0 ? scratch->call.result : 0;
  if (count == 0 && !scratch->call.is_write) goto nothing;
  load_tcp_ends(&scratch->tcp, scratch->call.sk);
  if (!is_wanted_tcp(&scratch->tcp, scratch->call.is_write)) goto nothing;
  bool in_scope = scratch->call.in_scope = scope_matches(scratch->call.task);
  u32 reach = tcp_reach(scratch, in_scope);
  if (reach == TCP_REMOTE) goto nothing;
  if (scratch->call.is_write && scratch->batch.vector) count = batch_length(slot, IPC_KIND_LOOPBACK_TCP);
  if (count == 0 && !is_write_announced(scratch->call.thread)) goto nothing;
  u8 type = scratch->call.is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ;
  /* Bytes that are thrown away come into no buffer (tcp(7), MSG_TRUNC). */
  if (!scratch->call.is_write && scratch->call.message_flags & MSG_TRUNC) {
    scratch->call.is_spliced = true;
    scratch->call.base = 0;
  }
  fill_socket(scratch, type, IPC_KIND_LOOPBACK_TCP, count);
  fill_tcp_ends(scratch, reach);
  struct ipc_socket *record = &scratch->socket;
  u64 sk = (u64)scratch->call.sk;
  struct channel *channel = tcp_channel_in_scope(slot, scratch, in_scope, count);
  if (!channel) {
    u32 end = keeps_past() ? written_position(sk) : 0;
    keep_past(slot, scratch, record->transfer.channel, record->transfer.identity, count, end);
    goto nothing;
  }
  struct call_context *context = context_of(scratch->call.thread);
  bool has_position = context && context->has_position && (scratch->call.is_write || is_read_seen(scratch, context));
  u32 position = has_position ? context->position : 0;
  bool is_whole = has_position && context->is_placed && context->is_whole;
  if (context && is_request(scratch) && !scratch->call.is_write)
    continue_context(context, has_position ? count : 0);
  else
    context_clear(scratch->call.thread);
  if (scratch->call.is_write) {
    channel_add_writer(channel, scratch->call.thread);
    want_contents(scratch, channel);
    record->transfer.state.tcp.after = is_whole ? position + (u32)count : written_position(sk);
    record->transfer.state.tcp.before = has_position ? position : record->transfer.state.tcp.after - (u32)count;
    scratch->batch.count = 1;
    return emit_sent(ctx, scratch, count);
  }
  if (scratch->call.message_flags & MSG_OOB) {
    /* The urgent byte lies before urg_seq's successor (tcp_recv_urg, net/ipv4/tcp.c). */
    position = READ_KERNEL((struct tcp_sock *)sk, urg_seq);
    has_position = true;
  }
  if (!has_position) position = read_position(sk) - (u32)count;
  record->transfer.state.tcp.before = position;
  record->transfer.state.tcp.after = position;
  scratch->batch.compared = compared_of_stream(scratch);
  return emit_received(ctx, scratch);
nothing:
  context_clear(scratch->call.thread);
  return finish_call(ctx, scratch);
}
EXIT_STAGE(tcp, STAGE_TCP, loopback_tcp, tcp_exit)

/* Both ends are known before the first byte if they are met where the connection is made. */
static __always_inline int meet_tcp(struct call *call, s64 fd) {
  if (fd < 0 || is_self(call->task) || !scope_matches(call->task)) return 0;
  struct sock *sk = sock_of(file_of(call->task, fd));
  if (!sk || socket_stage(sk) != STAGE_TCP) return 0;
  meet_multipath(sk);
  struct tcp_ends ends = {};
  load_tcp_ends(&ends, sk);
  if (!ends.is_loopback) enter_tcp_end(sk, tcp_key(&ends));
  return 0;
}

static __always_inline int connect_exit(void *ctx, struct call *call) {
  if (call->result != 0 && call->result != -EINPROGRESS) return 0;
  return meet_tcp(call, (u32)argument(call->regs, 0, call->compat));
}

static __always_inline int accept_exit(void *ctx, struct call *call) { return meet_tcp(call, call->result); }
SYSCALL_EXIT(connect, SLOTS1(connect), loopback_tcp, connect_exit)
SYSCALL_EXIT(accept, SLOTS2(accept, accept4), loopback_tcp, accept_exit)

/* Fills in where in the stream another read of a batch lies. */
static __always_inline void tcp_describe_received(struct scratch *scratch, u64 length) {
  struct ipc_tcp_positions *positions = &scratch->socket.transfer.state.tcp;
  struct ipc_tcp_positions *last = &scratch->socket_template.transfer.state.tcp;
  positions->before = last->after;
  positions->after = positions->before + length;
  last->after = positions->after;
}

static __always_inline u64 tcp_service_key(struct sock *sk) {
  u8 local[16];
  u16 port = 0;
  read_local(sk, local, &port);
  return tcp_port_key(netns_of(sk), port);
}

static __always_inline bool tcp_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  struct sock *sk = file->sk;
  struct tcp_ends ends = {};
  load_tcp_ends(&ends, sk);
  if (ends.remote_port == 0 || !ends.is_loopback) return false;
  u32 netns = netns_of(sk);
  open->kind = IPC_KIND_LOOPBACK_TCP;
  open->can_read = 1;
  open->can_write = 1;
  open->sends = direction_of(netns, ends.local, ends.local_port, ends.remote, ends.remote_port);
  open->sends_identity = direction_check(netns, ends.local_port, ends.remote_port);
  open->receives = direction_of(netns, ends.remote, ends.remote_port, ends.local, ends.local_port);
  open->receives_identity = direction_check(netns, ends.remote_port, ends.local_port);
  open->unread = unread_in_stream((u64)sk);
  return is_wanted(IPC_KIND_LOOPBACK_TCP);
}

/* Whether a socket was ever connected: until the other end answers, nothing is expected of it (tcp_connect_init). */
static __always_inline bool tcp_is_end(struct sock *sk) {
  struct tcp_sock *tcp = (void *)carrier_of((u64)sk);
  return !tcp || READ_KERNEL(tcp, rcv_nxt) != 0;
}

/* Whether the socket at either end was made for a listening one of interest. */
static __always_inline bool tcp_is_served(struct sock *sk) {
  struct tcp_ends ends = {};
  load_tcp_ends(&ends, sk);
  u32 netns = netns_of(sk);
  return entry_of(tcp_port_key(netns, ends.local_port)) || entry_of(tcp_port_key(netns, ends.remote_port));
}

/* What TCP and UDP say of an end. */
static __always_inline void internet_describe_end(struct scratch *scratch, const struct ipc_held *open) {
  struct ipc_life *life = &scratch->life;
  read_local(scratch->call.sk, life->own_address, &life->own_port);
  read_remote(scratch->call.sk, life->other_address, &life->other_port);
  life->own_inode = open->inode;
  life->other_inode = 0;
}
