// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* struct msghdr and struct mmsghdr in the caller's memory, and what each message of a batch is. */
#pragma once

#include "record/contents.h"
#include "kernel/sockets.h"

struct user_msghdr {
  u64 name;
  u32 name_length;
  u32 pad;
  u64 vector;
  u64 vector_length;
  u64 control;
  u64 control_length;
  u32 flags;
  u32 pad2;
};

struct compat_msghdr {
  u32 name;
  u32 name_length;
  u32 vector;
  u32 vector_length;
  u32 control;
  u32 control_length;
  u32 flags;
};

/* Takes over where a message's parts are. */
static __always_inline bool load_message(struct scratch *scratch, u64 address) {
  if (scratch->is_compat) {
    struct compat_msghdr header;
    if (bpf_probe_read_user(&header, sizeof(header), (void *)address)) return false;
    scratch->name = header.name;
    scratch->base = header.vector;
    scratch->length = header.vector_length;
    scratch->control = header.control;
    scratch->control_length = header.control_length;
  } else {
    struct user_msghdr header;
    if (bpf_probe_read_user(&header, sizeof(header), (void *)address)) return false;
    scratch->name = header.name;
    scratch->base = header.vector;
    scratch->length = header.vector_length;
    scratch->control = header.control;
    scratch->control_length = header.control_length;
  }
  scratch->is_vector = true;
  return true;
}

/* Where message number `index` of a batch is (struct mmsghdr, struct compat_mmsghdr). */
static __always_inline u64 batch_message(struct scratch *scratch, u32 index) {
  return scratch->vector + (u64)index * (scratch->is_compat ? 32 : 64);
}

/* Reads what was transferred of message number `index` of a batch; false if it cannot be read. */
static __always_inline bool read_moved(struct scratch *scratch, u32 index, u32 *moved) {
  u32 header = scratch->is_compat ? sizeof(struct compat_msghdr) : sizeof(struct user_msghdr);
  return bpf_probe_read_user(moved, sizeof(*moved), (void *)(batch_message(scratch, index) + header)) == 0;
}

/* Takes over message number `index` of a batch; `length` is what was transferred of it. */
static __always_inline bool load_batch_message(struct scratch *scratch, u32 index, u64 *length) {
  u32 moved = 0;
  if (!read_moved(scratch, index, &moved)) return false;
  *length = moved;
  return load_message(scratch, batch_message(scratch, index));
}

/* What was noted of message number `index` of the call; NULL if nothing was. */
static __always_inline struct noted_message *noted_message(struct scratch *scratch, u32 index) {
  struct note *note = note_of_call(scratch->thread);
  if (!note) return NULL;
  u32 number = scratch->first_note + index;
  /* Overwritten, or never there. */
  if (number >= note->count || note->count - number > NOTED_MESSAGES) return NULL;
  return &note->messages[number & (NOTED_MESSAGES - 1)];
}

/* What was noted of the call's first message; notes of what failed before lie before it. */
static __always_inline struct noted_message *first_noted(struct scratch *scratch) {
  struct note *note = note_of_call(scratch->thread);
  scratch->first_note = note && note->count >= scratch->messages ? note->count - scratch->messages : 0;
  return noted_message(scratch, 0);
}

/* Notes that a message is about to be sent, so that it cannot be what somebody has received before. */
static __always_inline struct note *note_sender(u32 thread) {
  struct note *note = note_to_write(thread);
  if (note) note->entered = bpf_ktime_get_ns();
  return note;
}

/* How long the call that has sent a message took, in ns; 0 if that is not known, or did not fit. */
static __always_inline u32 time_in_call(struct scratch *scratch) {
  struct note *note = is_request(scratch) ? NULL : note_of_call(scratch->thread);
  if (!note || !note->entered) return 0;
  u64 took = scratch->socket.transfer.header.time - note->entered;
  return took >> 32 ? 0 : took;
}

/* Copies an address that a call passed or got; false if there is none. */
static __always_inline bool read_name(struct scratch *scratch, u8 *address, u16 *port) {
  struct {
    u16 family;
    u16 port;
    u32 ipv4; /* sin6_flowinfo */
    u8 ipv6[16];
  } name = {};
  if (!scratch->name || bpf_probe_read_user(&name, 8, (void *)scratch->name)) return false;
  if (name.family == AF_INET) {
    map_address(address, name.ipv4);
  } else {
    if (name.family != AF_INET6) return false;
    if (bpf_probe_read_user(name.ipv6, sizeof(name.ipv6), (void *)(scratch->name + 8))) return false;
    __builtin_memcpy(address, name.ipv6, sizeof(name.ipv6));
  }
  *port = __builtin_bswap16(name.port);
  return true;
}

/* Fills in where and when a sent message was queued; what receives it may be gone by now. */
static __always_inline void note_queued(struct ipc_socket *record, struct noted_message *noted) {
  record->traits &= ~IPC_SOCKET_DESTINATION_NAMED;
  if (noted->is_named) record->traits |= IPC_SOCKET_DESTINATION_NAMED;
  record->end.destination = noted->sock;
  record->destination_inode = noted->inode;
  record->transfer.state.queued_at = noted->time;
}

/* Names the direction of a datagram. Other addresses than loopback ones can be reached from other namespaces. */
static __always_inline void name_datagram(struct ipc_socket *record) {
  u32 netns = is_loopback(record->destination_address) ? record->netns : 0;
  record->transfer.channel =
    direction_of(netns, NULL, record->source_port, record->destination_address, record->destination_port);
  record->transfer.identity = direction_check(netns, record->source_port, record->destination_port);
}

/* Fills in a received datagram's ends. */
static __always_inline void describe_datagram(struct scratch *scratch, struct noted_message *noted) {
  struct ipc_socket *record = &scratch->socket;
  record->transfer.channel = 0;
  record->transfer.identity = 0;
  if (noted && noted->destination_port == record->destination_port) {
    __builtin_memcpy(record->source_address, noted->source_address, 16);
    __builtin_memcpy(record->destination_address, noted->destination_address, 16);
    record->source_port = noted->source_port;
    record->transfer.count = noted->length;
    if (noted->is_local) record->traits |= IPC_SOCKET_LOCAL;
  } else {
    /* Its real length is not known. */
    if (asked_length(DOOR_EXIT, scratch) <= record->transfer.count) record->traits |= IPC_SOCKET_FILLED;
    if (!read_name(scratch, record->source_address, &record->source_port) && record->source_port == 0) return;
    /* A socket that is bound to any address does not tell to which one the datagram came. */
    if (is_unspecified(record->destination_address)) return;
  }
  if (is_multicast(record->destination_address)) record->traits |= IPC_SOCKET_MULTICAST;
  name_datagram(record);
}

/* Fills in what distinguishes message number `scratch->message`, of which the call says that it brought `length`. */
static __always_inline void describe_received(struct scratch *scratch, u64 length) {
  struct ipc_socket *record = &scratch->socket;
  u8 kind = record->transfer.header.kind;
  record->transfer.count = length;
  if (kind == IPC_KIND_LOOPBACK_TCP) {
    record->transfer.state.tcp.before = scratch->socket_template.transfer.state.tcp.after;
    record->transfer.state.tcp.after = record->transfer.state.tcp.before + length;
    scratch->socket_template.transfer.state.tcp.after = record->transfer.state.tcp.after;
  }
  if (kind == IPC_KIND_UNIX_DGRAM || kind == IPC_KIND_UNIX_SEQPACKET) {
    struct noted_message *noted = noted_message(scratch, scratch->message);
    if (noted) {
      record->transfer.channel = noted->sock;
      record->transfer.identity = noted->inode;
      record->transfer.count = noted->length;
      if (noted->is_named) record->traits |= IPC_SOCKET_SOURCE_NAMED;
    }
  }
  if (kind == IPC_KIND_LOOPBACK_UDP) describe_datagram(scratch, noted_message(scratch, scratch->message));
  if (record->transfer.count < length) record->transfer.count = length;
  if (scratch->message_flags & MSG_TRUNC) {
    u64 room = asked_length(DOOR_EXIT, scratch);
    if (length > room) length = room;
  }
  record->extent.received_length = length;
}

#define COMPARED_MESSAGE_BYTES (IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT)

/* Bytes to capture of what is received: enough to recognise a message by, even without -x. */
static __always_inline u64 received_limit(struct scratch *scratch) {
  u64 limit = settings.capture_limit;
  u8 kind = scratch->socket.transfer.header.kind;
  bool is_stream = kind == IPC_KIND_UNIX_STREAM || kind == IPC_KIND_LOOPBACK_TCP;
  u64 least = !is_stream                                                ? COMPARED_MESSAGE_BYTES
              : scratch->socket.transfer.header.flags & IPC_FLAG_MULTI_WRITER ? IPC_COMPARED_LIMIT
                                                                        : 0;
  return limit < least ? least : limit;
}
