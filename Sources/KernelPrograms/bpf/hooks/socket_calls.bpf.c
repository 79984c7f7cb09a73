// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Syscalls that send and receive messages, and the way from any transfer on a socket to the stage of its kind.
 */
#include "core/call_context.h"
#include "core/channels.h"
#include "core/kinds.h"
#include "hooks/programs.h"
#include "record/message_headers.h"

enum message_form { FORM_BUFFER, FORM_MESSAGE, FORM_BATCH };

/* Arguments of a call, wherever they come from: fd, buffer or header, length or count, flags, address. */
struct socket_call {
  u64 arguments[5];
  enum message_form form;
  bool is_write;
};

static __always_inline int hand_over_message(void *ctx, struct call *call, enum side side,
                                             struct socket_call *message) {
  u64 *arguments = message->arguments;
  /* A failed receive may have left in the context what it could not deliver. */
  if (side == AT_END && !message->is_write && call->result < 0) {
    if (call->result != -EAGAIN) context_clear(call->thread);
    return 0;
  }
  struct scratch *scratch = call->scratch;
  u32 fd = arguments[0];
  struct file *file = file_of(call->task, fd);
  if (!file || (mode_of(file) & S_IFMT) != S_IFSOCK) return 0;
  begin_transfer(call, file, fd, message->is_write);
  scratch->call.is_plain = false;
  if (message->form == FORM_BUFFER) {
    scratch->call.is_vector = false;
    scratch->call.base = arguments[1];
    scratch->call.length = arguments[2];
    scratch->call.message_flags = arguments[3];
    scratch->call.name = arguments[4];
  } else if (message->form == FORM_MESSAGE) {
    scratch->call.message_flags = arguments[2];
    if (!load_message(scratch, arguments[1])) return 0;
  } else {
    scratch->call.message_flags = arguments[3];
    scratch->batch.vector = arguments[1];
    scratch->batch.count = side == AT_END ? call->result : arguments[2];
    u64 length;
    if (!load_batch_message(scratch, 0, &length)) return 0;
    if (side == AT_END) scratch->call.result = length;
    if (call->result < 0) scratch->batch.count = 1, scratch->call.result = call->result;
  }
  if (side == AT_END)
    bpf_tail_call(ctx, &exit_stages, STAGE_SOCKET);
  else
    bpf_tail_call(ctx, &enter_stages, STAGE_SOCKET);
  return 0;
}

static __always_inline int socket_call(void *ctx, struct call *call, enum side side, enum message_form form,
                                       bool is_write) {
  struct socket_call message = {.form = form, .is_write = is_write};
  message.arguments[0] = argument(call->regs, 0, call->compat);
  message.arguments[1] = argument(call->regs, 1, call->compat);
  message.arguments[2] = argument(call->regs, 2, call->compat);
  message.arguments[3] = argument(call->regs, 3, call->compat);
  message.arguments[4] = argument(call->regs, 4, call->compat);
  return hand_over_message(ctx, call, side, &message);
}

#define SOCKET_CALL(name, form, is_write)                                          \
  static __always_inline int name##_exit(void *ctx, struct call *call) {           \
    return socket_call(ctx, call, AT_END, form, is_write);                      \
  }
#define SOCKET_CALL_ENTER(name, form)                                              \
  static __always_inline int name##_enter(void *ctx, struct call *call) {          \
    return socket_call(ctx, call, AT_START, form, true);                         \
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
/* Calls of socketcall, include/uapi/linux/net.h */
enum {
  SYS_SEND = 9,
  SYS_RECV = 10,
  SYS_SENDTO = 11,
  SYS_RECVFROM = 12,
  SYS_SENDMSG = 16,
  SYS_RECVMSG = 17,
  SYS_RECVMMSG = 19,
  SYS_SENDMMSG = 20,
};

/* The one number that all socket calls of 32-bit programs went through before Linux 4.3 (net/socket.c). */
static __always_inline int socketcall(void *ctx, struct call *call, enum side side) {
  u32 which = argument(call->regs, 0, call->compat);
  u32 words[5] = {};
  struct socket_call message = {};
  u32 count = 5;
  switch (which) {
    case SYS_SEND: message.is_write = true; count = 4; break;
    case SYS_SENDTO: message.is_write = true; break;
    case SYS_RECV: count = 4; break;
    case SYS_RECVFROM: break;
    case SYS_SENDMSG: message.is_write = true; message.form = FORM_MESSAGE; count = 3; break;
    case SYS_RECVMSG: message.form = FORM_MESSAGE; count = 3; break;
    case SYS_SENDMMSG: message.is_write = true; message.form = FORM_BATCH; count = 4; break;
    case SYS_RECVMMSG: message.form = FORM_BATCH; break;
    default: return 0;
  }
  if (side == AT_START && !message.is_write) return 0;
  if (bpf_probe_read_user(words, count * sizeof(words[0]), (void *)argument(call->regs, 1, call->compat))) return 0;
  for (u32 i = 0; i < 5; i++) message.arguments[i] = words[i];
  return hand_over_message(ctx, call, side, &message);
}

static __always_inline int socketcall_exit(void *ctx, struct call *call) { return socketcall(ctx, call, AT_END); }
static __always_inline int socketcall_enter(void *ctx, struct call *call) { return socketcall(ctx, call, AT_START); }
SYSCALL_EXIT(socketcall, SLOTS1(socketcall), sockets, socketcall_exit)
SYSCALL_ENTER(socketcall, SLOTS1(socketcall), sockets, socketcall_enter)
#else
/* 32-bit programs of ARM have two more. */
static __always_inline int plain_call(void *ctx, struct call *call, enum side side, bool is_write) {
  struct socket_call message = {.form = FORM_BUFFER, .is_write = is_write};
  for (u32 i = 0; i < 4; i++) message.arguments[i] = argument(call->regs, i, call->compat);
  return hand_over_message(ctx, call, side, &message);
}
static __always_inline int send_exit(void *ctx, struct call *call) { return plain_call(ctx, call, AT_END, true); }
static __always_inline int send_enter(void *ctx, struct call *call) { return plain_call(ctx, call, AT_START, true); }
static __always_inline int recv_exit(void *ctx, struct call *call) { return plain_call(ctx, call, AT_END, false); }
SYSCALL_EXIT(send, SLOTS1(send), sockets, send_exit)
SYSCALL_EXIT(recv, SLOTS1(recv), sockets, recv_exit)
SYSCALL_ENTER(send, SLOTS1(send), sockets, send_enter)
#endif

/* Who connects to a listening socket of interest may write before it is accepted, and be of no interest itself. */
static __always_inline int listen_exit(void *ctx, struct call *call) {
  if (call->result != 0 || settings.scope == IPC_SCOPE_ALL || is_self(call->task) || !scope_matches(call->task))
    return 0;
  struct sock *sk = sock_of(file_of(call->task, argument(call->regs, 0, call->compat)));
  u64 key = sk ? service_key(sk) : 0;
  if (key) channel_of(key, 0, 0);
  return 0;
}
SYSCALL_EXIT(listen, SLOTS1(listen), sockets, listen_exit)

/* Takes over the socket; the stage of its kind, 0 if that is none of ours. */
static __always_inline u32 begin_socket(struct scratch *scratch) {
  if (is_self(scratch->call.task)) return 0;
  struct sock *sk = sock_of_socket(scratch->call.file);
  if (!sk) return 0;
  scratch->call.sk = sk;
  scratch->cursor.is_wanted_whole = false;
  scratch->call.stage = socket_stage(sk);
  return scratch->call.stage;
}

static __always_inline int socket_exit(void *ctx, u32 slot, struct scratch *scratch) {
  u32 stage = begin_socket(scratch);
  /* What is peeked at stays where it is, and an error that comes back is no message. */
  bool is_transfer = scratch->call.is_write || !(scratch->call.message_flags & (MSG_PEEK | MSG_ERRQUEUE));
  if (stage && is_transfer) bpf_tail_call(ctx, &exit_stages, stage);
  context_clear(scratch->call.thread);
  return finish_call(ctx, scratch);
}
EXIT_STAGE(socket, STAGE_SOCKET, sockets, socket_exit)

static __always_inline int socket_enter(void *ctx, u32 slot, struct scratch *scratch) {
  u32 stage = begin_socket(scratch);
  if (stage) bpf_tail_call(ctx, &enter_stages, stage);
  return 0;
}
ENTER_STAGE(socket, STAGE_SOCKET, sockets, socket_enter)
