// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Syscalls that send and receive messages, and the way from any transfer on a socket to the program of its kind.
 */

#include "record/messages.h"

enum { FORM_BUFFER, FORM_MESSAGE, FORM_BATCH };

/* Arguments of a call, wherever they come from: fd, buffer or header, length or count, flags, address. */
struct socket_call {
  u64 arguments[5];
  u32 form;
  bool is_write;
};

static __always_inline int hand_over_message(void *ctx, struct call *call, u32 door, struct socket_call *message) {
  u64 *arguments = message->arguments;
  /* A failed receive may have left a note of what it could not deliver. */
  if (door == DOOR_EXIT && !message->is_write && call->result < 0) {
    if (call->result != -EAGAIN) forget_note(call->thread);
    return 0;
  }
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  u32 fd = arguments[0];
  struct file *file = file_of(call->task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFSOCK) return 0;
  begin_transfer(scratch, call, file, fd, message->is_write);
  scratch->has_other_end = false;
  scratch->is_plain = false;
  if (message->form == FORM_BUFFER) {
    scratch->is_vector = false;
    scratch->base = arguments[1];
    scratch->length = arguments[2];
    scratch->message_flags = arguments[3];
    scratch->name = arguments[4];
  } else if (message->form == FORM_MESSAGE) {
    scratch->message_flags = arguments[2];
    if (!load_message(scratch, arguments[1])) return 0;
  } else {
    scratch->message_flags = arguments[3];
    scratch->vector = arguments[1];
    scratch->messages = door == DOOR_EXIT ? call->result : arguments[2];
    u64 length;
    if (!load_batch_message(scratch, 0, &length)) return 0;
    if (door == DOOR_EXIT) scratch->result = length;
    if (call->result < 0) scratch->messages = 1, scratch->result = call->result;
  }
  if (door == DOOR_EXIT)
    bpf_tail_call(ctx, &exit_files, STAGE_SOCKET);
  else
    bpf_tail_call(ctx, &enter_files, STAGE_SOCKET);
  return 0;
}

static __always_inline int socket_call(void *ctx, struct call *call, u32 door, u32 form, bool is_write) {
  struct socket_call message = {.form = form, .is_write = is_write};
  message.arguments[0] = argument(call->regs, 0, call->compat);
  message.arguments[1] = argument(call->regs, 1, call->compat);
  message.arguments[2] = argument(call->regs, 2, call->compat);
  message.arguments[3] = argument(call->regs, 3, call->compat);
  message.arguments[4] = argument(call->regs, 4, call->compat);
  return hand_over_message(ctx, call, door, &message);
}

#define SOCKET_CALL(name, form, is_write)                                          \
  static __always_inline int name##_exit(void *ctx, struct call *call) {           \
    return socket_call(ctx, call, DOOR_EXIT, form, is_write);                      \
  }
#define SOCKET_CALL_ENTER(name, form)                                              \
  static __always_inline int name##_enter(void *ctx, struct call *call) {          \
    return socket_call(ctx, call, DOOR_ENTER, form, true);                         \
  }

SOCKET_CALL(sendto, FORM_BUFFER, true)
SOCKET_CALL(recvfrom, FORM_BUFFER, false)
SOCKET_CALL(sendmsg, FORM_MESSAGE, true)
SOCKET_CALL(recvmsg, FORM_MESSAGE, false)
SOCKET_CALL(sendmmsg, FORM_BATCH, true)
SOCKET_CALL(recvmmsg, FORM_BATCH, false)
SOCKET_CALL_ENTER(sendto, FORM_BUFFER)
SOCKET_CALL_ENTER(sendmsg, FORM_MESSAGE)
SOCKET_CALL_ENTER(sendmmsg, FORM_BATCH)

SYSCALL_EXIT(sendto, SLOTS1(sendto), sockets, sendto_exit)
SYSCALL_EXIT(recvfrom, SLOTS1(recvfrom), sockets, recvfrom_exit)
SYSCALL_EXIT(sendmsg, SLOTS1(sendmsg), sockets, sendmsg_exit)
SYSCALL_EXIT(recvmsg, SLOTS1(recvmsg), sockets, recvmsg_exit)
SYSCALL_EXIT(sendmmsg, SLOTS1(sendmmsg), sockets, sendmmsg_exit)
SYSCALL_EXIT(recvmmsg, SLOTS2(recvmmsg, recvmmsg_time64), sockets, recvmmsg_exit)
SYSCALL_ENTER(sendto, SLOTS1(sendto), sockets, sendto_enter)
SYSCALL_ENTER(sendmsg, SLOTS1(sendmsg), sockets, sendmsg_enter)
SYSCALL_ENTER(sendmmsg, SLOTS1(sendmmsg), sockets, sendmmsg_enter)

#if defined(__TARGET_ARCH_x86)
/* The one number that all socket calls of 32-bit programs went through before Linux 4.3 (net/socket.c). */
static __always_inline int socketcall(void *ctx, struct call *call, u32 door) {
  u32 which = argument(call->regs, 0, call->compat);
  u32 words[5] = {};
  struct socket_call message = {};
  u32 count = which == 9 || which == 10 ? 4 : which == 16 || which == 17 ? 3 : which == 20 ? 4 : 5;
  switch (which) {
    case 9: case 11: message.is_write = true; /* SYS_SEND, SYS_SENDTO */
    case 10: case 12: message.form = FORM_BUFFER; break; /* SYS_RECV, SYS_RECVFROM */
    case 16: message.is_write = true; /* SYS_SENDMSG */
    case 17: message.form = FORM_MESSAGE; break; /* SYS_RECVMSG */
    case 20: message.is_write = true; /* SYS_SENDMMSG */
    case 19: message.form = FORM_BATCH; break; /* SYS_RECVMMSG */
    default: return 0;
  }
  if (door == DOOR_ENTER && !message.is_write) return 0;
  if (bpf_probe_read_user(words, count * sizeof(words[0]), (void *)argument(call->regs, 1, call->compat))) return 0;
  for (u32 i = 0; i < 5; i++) message.arguments[i] = words[i];
  return hand_over_message(ctx, call, door, &message);
}

static __always_inline int socketcall_exit(void *ctx, struct call *call) { return socketcall(ctx, call, DOOR_EXIT); }
static __always_inline int socketcall_enter(void *ctx, struct call *call) { return socketcall(ctx, call, DOOR_ENTER); }
SYSCALL_EXIT(socketcall, SLOTS1(socketcall), sockets, socketcall_exit)
SYSCALL_ENTER(socketcall, SLOTS1(socketcall), sockets, socketcall_enter)
#else
/* 32-bit programs of ARM have two more. */
static __always_inline int plain_call(void *ctx, struct call *call, u32 door, bool is_write) {
  struct socket_call message = {.form = FORM_BUFFER, .is_write = is_write};
  for (u32 i = 0; i < 4; i++) message.arguments[i] = argument(call->regs, i, call->compat);
  return hand_over_message(ctx, call, door, &message);
}
static __always_inline int send_exit(void *ctx, struct call *call) { return plain_call(ctx, call, DOOR_EXIT, true); }
static __always_inline int send_enter(void *ctx, struct call *call) { return plain_call(ctx, call, DOOR_ENTER, true); }
static __always_inline int recv_exit(void *ctx, struct call *call) { return plain_call(ctx, call, DOOR_EXIT, false); }
SYSCALL_EXIT(send, SLOTS1(send), sockets, send_exit)
SYSCALL_EXIT(recv, SLOTS1(recv), sockets, recv_exit)
SYSCALL_ENTER(send, SLOTS1(send), sockets, send_enter)
#endif

/* Program of the socket's kind; 0 if it is none of ours. */
static __always_inline u32 stage_of(struct sock *sk) {
  u16 family = READ_KERNEL(sk, __sk_common.skc_family);
  u16 type = READ_KERNEL(sk, sk_type);
  if (family == AF_UNIX)
    return type == SOCK_STREAM      ? STAGE_UNIX_STREAM
           : type == SOCK_DGRAM     ? STAGE_UNIX_DGRAM
           : type == SOCK_SEQPACKET ? STAGE_UNIX_SEQPACKET
                                    : 0;
  if (family != AF_INET && family != AF_INET6) return 0;
  u16 protocol = READ_KERNEL(sk, sk_protocol);
  return type == SOCK_STREAM && protocol == IPPROTO_TCP ? STAGE_TCP
         : type == SOCK_DGRAM && protocol == IPPROTO_UDP ? STAGE_UDP
                                                         : 0;
}

/* Marks what a listening socket is bound to as of interest. */
static __always_inline void mark_service(struct sock *sk, u32 step) {
  u64 key = 0;
  if (step == STAGE_UNIX_STREAM || step == STAGE_UNIX_SEQPACKET) {
    key = unix_service_key(sk);
  } else if (step == STAGE_TCP) {
    u8 local[16];
    u16 port = 0;
    read_local(sk, local, &port);
    key = tcp_port_key(netns_of(sk), port);
  }
  if (key) channel_of(key, 0, 0);
}

/* Who connects to a listening socket of interest may write before it is accepted, and be of no interest itself. */
static __always_inline int listen_exit(void *ctx, struct call *call) {
  if (call->result != 0 || settings.scope == IPC_SCOPE_ALL || is_self(call->task) || !scope_matches(call->task))
    return 0;
  struct sock *sk = sock_of(file_of(call->task, argument(call->regs, 0, call->compat)));
  if (sk) mark_service(sk, stage_of(sk));
  return 0;
}
SYSCALL_EXIT(listen, SLOTS1(listen), sockets, listen_exit)

static __always_inline u32 prepare_socket(struct call *call, struct scratch *scratch) {
  if (!scratch || is_self(call->task)) return 0;
  struct sock *sk = sock_of_socket(scratch->file);
  if (!sk) return 0;
  scratch->sk = sk;
  scratch->message = 0;
  scratch->is_told_whole = false;
  scratch->stage = 0;
  scratch->record = RECORD_SOCKET;
  scratch->step = stage_of(sk);
  return scratch->step;
}

static __always_inline int socket_exit(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  u32 step = prepare_socket(call, scratch);
  /* What is peeked at stays where it is, and an error that comes back is no message. */
  bool is_transfer = scratch && (scratch->is_write || !(scratch->message_flags & (MSG_PEEK | MSG_ERRQUEUE)));
  if (step && is_transfer) bpf_tail_call(ctx, &exit_files, step);
  forget_note(call->thread);
  return scratch ? pass_on(ctx, scratch) : 0;
}
FILE_EXIT(socket, STAGE_SOCKET, sockets, socket_exit)

static __always_inline int socket_enter(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_ENTER);
  u32 step = prepare_socket(call, scratch);
  if (step) bpf_tail_call(ctx, &enter_files, step);
  return 0;
}
FILE_ENTER(socket, STAGE_SOCKET, sockets, socket_enter)

/* Fills in what every record of a socket has; the direction and the ends are the kind's. */
static __always_inline void fill_socket(struct scratch *scratch, struct task_struct *task, u16 type, u32 kind,
                                        bool in_scope, u64 count) {
  __builtin_memset(&scratch->socket, 0, sizeof(scratch->socket));
  u8 flags = (in_scope ? IPC_FLAG_IN_SCOPE : 0) | (scratch->is_spliced ? IPC_FLAG_SPLICED : 0);
  fill_header(&scratch->socket.transfer.header, task, type, kind, flags);
  scratch->socket.transfer.count = count;
  scratch->socket.transfer.fd = scratch->fd;
  scratch->fill = 0;
}

#define SUMMED_MESSAGES 64

/* Bytes that one message of a batch brought. */
VERIFIED_ONCE u32 message_length(u32 index) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  u32 moved = 0;
  return scratch && read_moved(scratch, index, &moved) ? moved : 0;
}

/* Bytes that all messages of a batch brought together, for kinds whose messages have no bounds. */
VERIFIED_ONCE u64 batch_length(u32 kind) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  if (scratch->messages > SUMMED_MESSAGES) lose(kind, 0);
  u64 sum = scratch->result > 0 ? scratch->result : 0;
  for (u32 i = 1; i < SUMMED_MESSAGES; i++) {
    if (i >= scratch->messages) break;
    sum += message_length(i);
  }
  return sum;
}

/* Sends what was received, message by message; the first one's header is in the scratch, with the
 * position of TCP where the call began. */
static __always_inline int send_received(void *ctx, struct scratch *scratch) {
  scratch->socket_template = scratch->socket;
  bpf_tail_call(ctx, &exit_files, STAGE_RECEIVED);
  return 0;
}

/* Whether a write's contents are to be told, because what it goes into is spliced from. */
static __always_inline void note_whole_write(struct scratch *scratch, struct channel *channel) {
  scratch->is_told_whole = settings.capture_limit > 0 && channel->flags & CHANNEL_SPLICED && !scratch->vector
                           && !scratch->is_spliced && scratch->result > 0;
}

/* Sends the record of a write that is in the scratch. */
static __always_inline int send_sent(void *ctx, struct scratch *scratch, u64 count) {
  scratch->result = count;
  bpf_tail_call(ctx, &exit_files, STAGE_SENT);
  return 0;
}
