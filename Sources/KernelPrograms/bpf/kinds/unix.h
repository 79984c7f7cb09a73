// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What the three kinds of unix sockets share: ends, names, ancillary data. */

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
  scratch->source = source;
  scratch->destination = destination;
  scratch->source_inode = source ? inode_of_sock(source) : 0;
  scratch->destination_inode = destination ? inode_of_sock(destination) : 0;
}

/* Entries of both ends, so that what the other side does is of interest, too; NULL if neither is in scope. */
static __always_inline struct channel *unix_channel_in_scope(struct scratch *scratch, u32 kind, bool in_scope,
                                                             u64 bytes) {
  u64 own = (u64)scratch->sk;
  struct sock *source = scratch->source, *destination = scratch->destination;
  u64 other = own == (u64)source ? (u64)destination : (u64)source;
  if (!in_scope) {
    struct channel *known = entry_of(own);
    if (!known || known->inode != inode_of_sock(scratch->sk)) {
      known = entry_of(other);
      if (!known && !is_served_by_wanted(own) && !(other && is_served_by_wanted(other))
          && !is_own_output(own, inode_of_sock(scratch->sk)))
        return NULL;
    }
  }
  if (destination) enter_socket((u64)destination, scratch->destination_inode);
  struct channel *channel = source ? socket_channel_of(source, scratch->source_inode)
                                   : bpf_map_lookup_elem(&channels, &own);
  if (!channel) lose(kind, bytes);
  return channel;
}

/* Whether a transfer is left out, because it shows ipcdump's output. Both directions of a connection are; the receiver
 * of a message without one may get others' as well. */
static __always_inline bool is_unix_output(struct scratch *scratch, struct channel *channel) {
  if (!goes_on_with_output(DOOR_EXIT, channel->flags, (u64)scratch->source)) return false;
  struct sock *source = scratch->source, *destination = scratch->destination;
  if (source) exclude_channel((u64)source, told_inode(channel));
  if (destination && scratch->step != STAGE_UNIX_DGRAM)
    exclude_channel((u64)destination, scratch->destination_inode);
  return true;
}

/* The entry of a socket whose name is still to be told; NULL if it has none, or is not there any more to tell it. */
static __always_inline struct channel *nameless_channel(struct scratch *scratch, struct sock *sk) {
  if (!sk || !is_named(sk)) return NULL;
  u64 key = (u64)sk;
  struct channel *channel = bpf_map_lookup_elem(&channels, &key);
  if (!channel || channel->flags & CHANNEL_NAMED) return NULL;
  /* Ends of a connection keep each other's memory; that of a datagram's other end may be another socket's by now. */
  return scratch->step != STAGE_UNIX_DGRAM || channel->inode == inode_of_sock(sk) ? channel : NULL;
}

/* Goes to the steps that come before the record, each once. */
static __always_inline void prepare_unix(void *ctx, struct scratch *scratch) {
  if (!(scratch->stage & DONE_NAMES)) {
    scratch->stage |= DONE_NAMES;
    scratch->named = scratch->source;
    if (nameless_channel(scratch, scratch->source) || nameless_channel(scratch, scratch->destination))
      bpf_tail_call(ctx, &exit_files, STAGE_NAMES);
  }
  if (!(scratch->stage & DONE_PASSED)) {
    scratch->stage |= DONE_PASSED;
    if (scratch->control && scratch->control_length >= 12) bpf_tail_call(ctx, &exit_files, STAGE_ANCILLARY);
  }
}

static __always_inline void fill_unix_ends(struct scratch *scratch, struct channel *channel) {
  struct ipc_socket *record = &scratch->socket;
  struct sock *source = scratch->source, *destination = scratch->destination;
  record->transfer.channel = (u64)source;
  record->transfer.identity = told_inode(channel);
  if (channel->flags & CHANNEL_MULTI) record->transfer.header.flags |= IPC_FLAG_MULTI_WRITER;
  record->end.destination = (u64)destination;
  record->destination_inode = scratch->destination_inode;
  if (source && is_named(source)) record->traits |= IPC_SOCKET_SOURCE_NAMED;
  if (destination && is_named(destination)) record->traits |= IPC_SOCKET_DESTINATION_NAMED;
}

/* Tells the name that one socket is bound to. */
static __always_inline void tell_name(struct scratch *scratch, struct task_struct *task, struct sock *sk, u32 kind) {
  struct channel *channel = nameless_channel(scratch, sk);
  if (!channel) return;
  struct unix_sock *unix = (void *)sk;
  struct unix_address *address = READ_KERNEL(unix, addr);
  struct dentry *dentry = READ_KERNEL(unix, path.dentry);
  u32 form = IPC_NAME_PATH;
  scratch->fill = 0;
  if (dentry) {
    walk_path(scratch, task, dentry, READ_KERNEL(unix, path.mnt));
  } else {
    /* An abstract name: its family and a NUL come first. */
    u32 length = READ_KERNEL(address, len) - 3;
    if (length > sizeof(((struct sockaddr_un *)0)->sun_path)) length = 0;
    void *path = (void *)address + bpf_core_field_offset(struct unix_address, name) + 3;
    bpf_probe_read_kernel(scratch->bytes, at_most(length, 108), path);
    scratch->fill = length;
    form = IPC_NAME_ABSTRACT;
  }
  if (send_name(scratch, task, kind, (u64)sk, told_inode(channel), form, 0)) channel->flags |= CHANNEL_NAMED;
}

static __always_inline u32 unix_kind(struct scratch *scratch) {
  return scratch->step == STAGE_UNIX_STREAM  ? IPC_KIND_UNIX_STREAM
         : scratch->step == STAGE_UNIX_DGRAM ? IPC_KIND_UNIX_DGRAM
                                            : IPC_KIND_UNIX_SEQPACKET;
}

/* Tells the name of one end, then calls itself for the other one's. */
static __always_inline int names_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  struct sock *sk = scratch->named;
  if (sk) tell_name(scratch, call->task, sk, unix_kind(scratch));
  u32 next = scratch->stage & DONE_SOURCE_NAME ? scratch->step : STAGE_NAMES;
  scratch->stage |= DONE_SOURCE_NAME;
  scratch->named = scratch->destination;
  bpf_tail_call(ctx, &exit_files, next);
  return 0;
}
FILE_EXIT(names, STAGE_NAMES, unix, names_stage)
