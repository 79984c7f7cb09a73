// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What is seen in the middle of a thread's call, and gone at its end: which message it was, from whom, and where in the
 * stream the call began. It is kept for the end of the call, which decides.
 */
#pragma once

#include "kernel/task.h"

/* A slot for each thread number modulo CALL_CONTEXTS; two threads that meet in one lose the older context, which costs
 * certainty only. */
#define CALL_CONTEXTS 1024
#define CONTEXT_MESSAGES 32

struct context_message {
  u64 sock; /* of a send, the receiving struct sock; of a receive, unix: the sending one; netlink: port << 32 | group */
  u64 inode;
  u64 time; /* of a send: when the sender went on after it was queued there; somebody may have received it by then */
  u8 source_address[16];
  u8 destination_address[16];
  u16 source_port;
  u16 destination_port;
  u32 length;
  u8 is_named;
  u8 is_local; /* passed the loopback device */
  u8 pad[6];
};

struct call_context {
  u32 tid;
  u32 count; /* messages up to now; the last CONTEXT_MESSAGES are kept */
  u32 has_position;
  u32 position; /* in the TCP stream, where the call began */
  struct sock *sender; /* TCP: the socket that is sent to */
  struct sock *receiver; /* TCP: the one that is received from at `position` */
  u64 asked; /* bytes that were left to send when the first one was put into the stream */
  u8 is_placed; /* `position` is that of the first byte, under the socket's lock */
  u8 is_whole; /* no other thread's bytes came in between */
  u8 is_continued; /* io_uring: `position` is where the next read of the same batch began */
  u8 pad[5];
  u32 is_announced; /* the write's beginning has been recorded */
  u32 is_joined; /* the write goes on with a UDP datagram that was held back */
  u64 entered; /* when the call that sends a message began; 0 if it was not seen */
  struct context_message messages[CONTEXT_MESSAGES];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, CALL_CONTEXTS);
  __type(key, u32);
  __type(value, struct call_context);
} call_contexts SEC(".maps");

/* Whether anything on this host has sent a datagram to a UDP port; others hear from other hosts only. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u8);
} udp_ports SEC(".maps");

/* The slot of the current thread, whose number is passed, because each call of a helper costs. */
static __always_inline struct call_context *context_slot(u32 thread) {
  u32 slot = thread & (CALL_CONTEXTS - 1);
  return bpf_map_lookup_elem(&call_contexts, &slot);
}

/* The current thread's context; NULL if there is none. */
static __always_inline struct call_context *context_of(u32 thread) {
  struct call_context *context = context_slot(thread);
  return context && context->tid == thread ? context : NULL;
}

/* The current thread's context, empty if it had none. */
static __always_inline struct call_context *context_to_write(u32 thread) {
  struct call_context *context = context_slot(thread);
  if (context && context->tid != thread) {
    context->tid = thread;
    context->count = 0;
    context->has_position = 0;
    context->is_announced = 0;
    context->is_joined = 0;
    context->entered = 0;
    context->sender = NULL;
    context->is_placed = 0;
    context->receiver = NULL;
    context->is_continued = 0;
  }
  return context;
}

static __always_inline void context_clear(u32 thread) {
  struct call_context *context = context_slot(thread);
  if (context) context->tid = 0;
}

/* The same, unless reads of a batch that are still to be recorded go on from it. */
static __always_inline void context_finish(u32 thread) {
  struct call_context *context = context_slot(thread);
  if (context && !context->is_continued) context->tid = 0;
}

/* A message that has been seen. */
static __always_inline struct context_message *context_append(struct call_context *context) {
  struct context_message *message = &context->messages[context->count & (CONTEXT_MESSAGES - 1)];
  context->count++;
  message->sock = 0;
  message->inode = 0;
  message->time = 0;
  message->is_named = 0;
  message->is_local = 0;
  return message;
}

/* Keeps when a message is about to be sent, so that it cannot be what somebody has received before. */
static __always_inline struct call_context *context_enter_send(u32 thread) {
  struct call_context *context = context_to_write(thread);
  if (context) context->entered = bpf_ktime_get_ns();
  return context;
}
