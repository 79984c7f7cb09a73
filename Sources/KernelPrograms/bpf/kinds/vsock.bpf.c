// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Vsock connections whose both ends are on this host (vsock_loopback): a stream in each direction, as of unix sockets, or
 * one of messages. Each end knows both ports, by which the other one is found; the kernel's worker carries the bytes
 * between them. There are so few that all are recorded, whosever they are.
 */
#include "hooks/programs.h"
#include "kinds/open_file.h"
#include "record/socket_record.h"
#include "record/writes.h"

#define VMADDR_CID_LOCAL 1 /* include/uapi/linux/vm_sockets.h */
#define VMADDR_ANY 0xffffffffu
#define LOOPBACK_NAME 0x6f6c5f6b636f7376ull /* the first 8 bytes of "vsock_loopback" */

struct vsock_address {
  u16 family;
  u16 reserved;
  u32 port;
  u32 cid;
  u32 flags;
};

/* What follows the struct sock of struct vsock_sock (include/net/af_vsock.h), which is a module's and in no kernel's BTF. */
struct vsock_ends {
  u64 transport;
  struct vsock_address local;
  struct vsock_address remote;
};

/* Whether the way between the ends leads back to this host: by its number, or because the transport is that one's. */
static __always_inline bool is_vsock_local(const struct vsock_ends *ends) {
  if (ends->remote.cid == VMADDR_CID_LOCAL || ends->local.cid == VMADDR_CID_LOCAL) return true;
  /* struct vsock_transport begins with its module; one that is built in has none. */
  struct module *module = (void *)READ_AT(u64, ends->transport);
  return module && READ_AT(u64, (void *)module + bpf_core_field_offset(struct module, name)) == LOOPBACK_NAME;
}

/* Reads the ends of a connected socket; false if there are none, or not both on this host. */
static __always_inline bool load_vsock_ends(struct sock *sk, struct vsock_ends *ends) {
  if (bpf_probe_read_kernel(ends, sizeof(*ends), (void *)sk + bpf_core_type_size(struct sock))) return false;
  if (ends->local.family != AF_VSOCK || ends->remote.family != AF_VSOCK || ends->remote.port == VMADDR_ANY) return false;
  /* What is bound to any number sends from this one (vsock_loopback_get_local_cid). */
  if (ends->local.cid == VMADDR_ANY) ends->local.cid = VMADDR_CID_LOCAL;
  return is_vsock_local(ends);
}

/* Name of a direction. Whoever has connected has been seen under another number than its own, perhaps; its port is one. */
static __always_inline u64 vsock_key(u32 source, u32 destination) {
  return hash_mix(AF_VSOCK, (u64)source << 32 | destination) | 1;
}

static __always_inline u64 vsock_check(u32 source, u32 destination) { return (u64)source << 32 | destination; }

/* Fills in the record of a transfer by the socket in the scratch; false if it is of no connection within this host. */
VERIFIED_ONCE bool fill_vsock(u32 slot, u32 type, u64 count) {
  struct scratch *scratch = scratch_at(slot);
  struct vsock_ends ends = {};
  if (!scratch || !load_vsock_ends(scratch->call.sk, &ends)) return false;
  bool is_write = scratch->call.is_write;
  scratch->call.in_scope = scope_matches(scratch->call.task);
  fill_socket(scratch, type, IPC_KIND_VSOCK, count);
  struct ipc_socket *record = &scratch->socket;
  struct vsock_address *from = is_write ? &ends.local : &ends.remote, *to = is_write ? &ends.remote : &ends.local;
  struct ipc_vsock_end source = {.cid = from->cid, .port = from->port}, destination = {.cid = to->cid, .port = to->port};
  __builtin_memcpy(record->source_address, &source, sizeof(source));
  __builtin_memcpy(record->destination_address, &destination, sizeof(destination));
  record->transfer.channel = vsock_key(from->port, to->port);
  record->transfer.identity = vsock_check(from->port, to->port);
  record->traits |= IPC_SOCKET_LOCAL;
  u64 inode = inode_of_sock(scratch->call.sk);
  if (is_write)
    record->end.source_inode = inode;
  else
    record->destination_inode = inode;
  if (READ_KERNEL(scratch->call.sk, sk_type) == SOCK_SEQPACKET) record->transfer.header.flags |= IPC_FLAG_PACKET;
  return true;
}

/* The entry of the record's direction, in which it says what is known of the bytes before. */
static __always_inline struct channel *vsock_channel(struct scratch *scratch, u64 bytes) {
  struct ipc_transfer *transfer = &scratch->socket.transfer;
  struct channel *channel = channel_of(transfer->channel, transfer->identity, 0);
  if (!channel) {
    loss_add(IPC_KIND_VSOCK, bytes);
    return NULL;
  }
  if (!(channel->flags & CHANNEL_SEEN)) {
    transfer->header.flags |= IPC_FLAG_FIRST_SEEN;
    transfer->unread = IPC_UNREAD_UNKNOWN;
  }
  channel->flags |= CHANNEL_SEEN;
  return channel;
}

static __always_inline int vsock_enter(void *ctx, u32 slot, struct scratch *scratch) {
  u64 asked = asked_in_all(slot, scratch);
  if (!fill_vsock(slot, IPC_RECORD_WRITE_BEGIN, asked)) return 0;
  struct channel *channel = vsock_channel(scratch, 0);
  if (!channel || !should_announce(channel, scratch->call.thread, asked)) return 0;
  if (channel->flags & CHANNEL_MULTI) scratch->socket.transfer.header.flags |= IPC_FLAG_MULTI_WRITER;
  announce_write(slot, scratch, asked);
  return 0;
}
ENTER_STAGE(vsock, STAGE_VSOCK, vsock, vsock_enter)

static __always_inline int vsock_exit(void *ctx, u32 slot, struct scratch *scratch) {
  bool is_write = scratch->call.is_write;
  u64 count = scratch->call.result > 0 ? scratch->call.result : 0;
  if ((count == 0 && !is_write) || !fill_vsock(slot, is_write ? IPC_RECORD_WRITE : IPC_RECORD_READ, count))
    return finish_call(ctx, scratch);
  struct ipc_socket *record = &scratch->socket;
  bool is_packets = record->transfer.header.flags & IPC_FLAG_PACKET;
  if (is_write && scratch->batch.vector && !is_packets) count = batch_length(slot, IPC_KIND_VSOCK);
  struct channel *channel = vsock_channel(scratch, count);
  if (!channel || (is_write && !end_write(channel, scratch->call.thread, count))) return finish_call(ctx, scratch);
  if (channel->flags & CHANNEL_MULTI) record->transfer.header.flags |= IPC_FLAG_MULTI_WRITER;
  if (!is_write) {
    scratch->batch.compared = compared_of_stream(scratch);
    return emit_received(ctx, scratch);
  }
  want_contents(scratch, channel);
  record->transfer.count = count;
  if (!is_packets) scratch->batch.count = 1;
  return emit_sent(ctx, scratch, count);
}
EXIT_STAGE(vsock, STAGE_VSOCK, vsock, vsock_exit)

/* A connection that is made under our eyes: nothing lies in it. */
static __always_inline int vsock_made(struct call *call, u32 fd) {
  struct file *file = file_of(call->task, fd);
  struct sock *sk = file ? sock_of(file) : NULL;
  struct vsock_ends ends = {};
  if (!sk || READ_KERNEL(sk, __sk_common.skc_family) != AF_VSOCK || !load_vsock_ends(sk, &ends)) return 0;
  u32 local = ends.local.port, remote = ends.remote.port;
  channel_of(vsock_key(local, remote), vsock_check(local, remote), CHANNEL_SEEN);
  channel_of(vsock_key(remote, local), vsock_check(remote, local), CHANNEL_SEEN);
  return 0;
}

static __always_inline int vsock_connect_exit(void *ctx, struct call *call) {
  if (call->result != 0 && call->result != -EINPROGRESS) return 0;
  return vsock_made(call, argument(call->regs, 0, call->compat));
}

static __always_inline int vsock_accept_exit(void *ctx, struct call *call) {
  return call->result < 0 ? 0 : vsock_made(call, call->result);
}
SYSCALL_EXIT(vsock_connect, SLOTS1(connect), vsock, vsock_connect_exit)
SYSCALL_EXIT(vsock_accept, SLOTS2(accept, accept4), vsock, vsock_accept_exit)

static __always_inline bool vsock_describe_open(struct open_file *file, struct ipc_held *open, bool counts) {
  struct vsock_ends ends = {};
  if (!load_vsock_ends(file->sk, &ends)) return false;
  u32 local = ends.local.port, remote = ends.remote.port;
  open->kind = IPC_KIND_VSOCK;
  open->can_read = 1;
  open->can_write = 1;
  open->sends = vsock_key(local, remote);
  open->sends_identity = vsock_check(local, remote);
  open->receives = vsock_key(remote, local);
  open->receives_identity = vsock_check(remote, local);
  if (counts) open->unread = IPC_UNREAD_UNKNOWN;
  return true;
}
