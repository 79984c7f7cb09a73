// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What the stages of one operation hand on to each other, and where its records are put together. A stage sees this and
 * nothing else, so that it does not matter which hook the operation was noticed at.
 */
#pragma once

#include "core/state.h"
#include "core/stages.h"

/* The call, or the request of io_uring, as its hook understood it. */
struct scratch_call {
  struct task_struct *task; /* who made it; not the worker that does it (io_uring) */
  struct file *file;
  struct sock *sk; /* of a socket's file */
  u64 base; /* user address of the buffer, or of the iovec array */
  u64 length; /* of the buffer, or entries of the array */
  u64 name; /* user address of the peer's address */
  u64 control; /* of the ancillary data */
  u64 control_length;
  s64 returned; /* what the call itself has returned */
  s64 result; /* what was moved by what is recorded next: one message, or the call */
  u32 fd; /* NO_FD for a request */
  u32 thread; /* who runs: a worker, if that does it for the task */
  u32 message_flags; /* MSG_PEEK and others */
  u32 stage; /* of a socket: that of its kind */
  u8 in_scope; /* the filter takes in who made it */
  u8 is_write;
  u8 is_vector;
  u8 is_compat;
  u8 is_plain; /* read(2), write(2) and the like */
  u8 is_spliced; /* no buffer of the caller has the bytes */
  u8 is_socket_pair; /* a unix connection of two related processes: nobody can have found the other by a name */
  u8 pad;
};

/* The messages of a call on a socket. */
struct scratch_batch {
  u64 vector; /* user address of an array of struct mmsghdr; 0 for a single message */
  u32 count;
  u32 index; /* of the message that the record is about */
  u32 first_seen; /* number of the first one in the call context */
  u32 compared; /* content bytes to record of each one received even without -x, so that it can be in_scope */
};

/* The file that spliced bytes went on into. */
struct scratch_splice {
  struct file *file;
  u32 fd;
  u8 is_pending; /* it is still to be recorded */
  u8 pad[3];
};

/* Ends of a transfer over a unix socket. */
struct scratch_unix {
  struct sock *source;
  struct sock *destination;
  u64 source_inode; /* 0 if it is closed, or not accepted yet */
  u64 destination_inode;
  u32 unnamed; /* how many of them are still to be named; the source first */
  u32 pad;
};

/* Ends of a TCP connection, seen from one of its sockets; ports in host byte order. */
struct tcp_ends {
  u8 local[16];
  u8 remote[16];
  u16 local_port;
  u16 remote_port;
  u8 is_loopback;
  u8 pad[3];
};

/* How far contents have been copied. */
struct scratch_cursor {
  u64 limit; /* bytes to copy in all */
  u64 done;
  u64 buffer; /* the one that was looked up last */
  u64 buffer_length;
  u64 piece; /* address in the current buffer */
  u64 piece_left;
  u32 next_vector;
  u32 fill; /* bytes behind the record's header */
  u8 is_first_chunk; /* the record itself is still to be sent, with them */
  u8 is_short; /* some could not be read */
  u8 is_wanted_whole; /* a write's record is to be followed by its contents */
  u8 pad;
  u32 next_stage; /* that goes on when they are copied; 0 if that is all */
};

/* Where copying from the pages of a pipe stands. */
struct scratch_pages {
  struct pipe_inode_info *pipe;
  u32 next; /* number of the buffer that is next */
  u32 skipped; /* bytes of it that come before */
  u32 first; /* where that began, and the offset in its page at that time */
  u32 first_offset;
  u32 candidate; /* in the search for the first one */
  u32 candidate_sum;
};

/* Where the walk through the receive queue of a socket stands. */
struct scratch_queue {
  u64 skb; /* the one at hand */
  u64 next; /* the one behind it */
  u64 first; /* where that began */
  u64 end; /* the queue itself */
  u64 behind; /* another queue of the same stream, whose bytes come behind these; 0 if there is none */
  u64 sk; /* of messages, the socket that it is of; 0 for a stream's */
  u32 part; /* of the skb, the one that is next: 0 is the linear one, others are fragments */
  u32 parts; /* how many it has */
  u32 skipped; /* bytes of it that come before what is copied */
  u32 is_multipath; /* the stream is one of Multipath TCP */
};

/* Descriptors that are closed at once. */
struct scratch_closing {
  u32 next;
  u32 last;
};

/* Where the walk up a path stands. */
struct scratch_walk {
  struct dentry *dentry;
  struct vfsmount *mount;
  struct dentry *root;
  struct vfsmount *root_mount;
  u8 is_at_root;
  u8 is_pseudo; /* it has ended in no path */
  u8 pad[6];
};

/* Loops keep their state here, too, so that the verifier has no states to tell apart. */
struct scratch {
  u64 origin; /* what the tracepoint has handed over first, by which stages know whose this is (hooks/programs.h) */
  struct scratch_call call;
  struct scratch_batch batch;
  struct scratch_splice splice;
  struct scratch_unix ends;
  struct tcp_ends tcp;
  struct scratch_cursor cursor;
  struct scratch_pages pages;
  struct scratch_queue queue;
  struct scratch_closing closing;
  struct ipc_held open; /* what lies behind the file at hand */
  struct scratch_walk walk;
  u32 next_descriptor; /* of those that are passed, the one that is named next */
  u32 record_start; /* of the record that is being put together, among those below */
  struct ipc_socket socket_template; /* the record, while names, ancillary data or others of its batch take its place */
  /* The record: each header ends where the contents begin. */
  union {
    struct ipc_passed passed;
#define BEFORE(type) u8 before_##type[sizeof(struct ipc_passed) - sizeof(struct type)]
    struct {
      BEFORE(ipc_socket);
      struct ipc_socket socket;
    };
    struct {
      BEFORE(ipc_transfer);
      struct ipc_transfer transfer;
    };
    struct {
      BEFORE(ipc_terminal);
      struct ipc_terminal terminal;
    };
    struct {
      BEFORE(ipc_backlog);
      struct ipc_backlog backlog;
    };
    struct {
      BEFORE(ipc_unread);
      struct ipc_unread unread;
    };
    struct {
      BEFORE(ipc_content);
      struct ipc_content content;
    };
    struct {
      BEFORE(ipc_channel);
      struct ipc_channel channel;
    };
    struct {
      BEFORE(ipc_access);
      struct ipc_access access;
    };
    struct {
      BEFORE(ipc_counter);
      struct ipc_counter counter;
    };
    struct {
      BEFORE(ipc_queued);
      struct ipc_queued queued;
    };
    struct {
      BEFORE(ipc_released);
      struct ipc_released released;
    };
    struct {
      BEFORE(ipc_mapped);
      struct ipc_mapped mapped;
    };
    struct {
      BEFORE(ipc_space);
      struct ipc_space space;
    };
    struct {
      BEFORE(ipc_woken);
      struct ipc_woken woken;
    };
    struct {
      BEFORE(ipc_taken);
      struct ipc_taken taken;
    };
    struct {
      BEFORE(ipc_exec);
      struct ipc_exec exec;
    };
    struct {
      BEFORE(ipc_life);
      struct ipc_life life;
    };
#undef BEFORE
  };
  u8 bytes[2 * IPC_CHUNK_LIMIT]; /* twice, so that the verifier sees any offset plus any length inside */
};

/* Where a record of the union begins, as `record_start`; it ends where they all end. */
#define RECORD_START(member) (offsetof(struct scratch, member) - offsetof(struct scratch, passed))

/* One for each CPU and hook, because a task that is preempted at one hook (kernels from 7.0 on) can be overtaken at
 * another. A plain array, because per-CPU values are limited to 32 KiB. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* IPC_HOOK_COUNT * CPUs, and IPC_LIFE_HOOK_COUNT * CPUs with --lifecycle, set by Swift */
  __type(key, u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

/* The place of this CPU's scratch for a hook. */
static __always_inline u32 scratch_slot(enum ipc_hook hook) {
  return bpf_get_smp_processor_id() * IPC_HOOK_COUNT + hook;
}

static __always_inline u32 life_scratch_slot(enum ipc_life_hook hook) {
  return settings.cpu_count * IPC_HOOK_COUNT + bpf_get_smp_processor_id() * IPC_LIFE_HOOK_COUNT + hook;
}

static __always_inline struct scratch *scratch_at(u32 slot) { return bpf_map_lookup_elem(&scratches, &slot); }

/* Whether a scratch is of a hook at the end of operations; in the order of enum ipc_hook. */
static __always_inline bool is_at_end(u32 slot) { return slot % IPC_HOOK_COUNT & 1; }

/* `fd` of what has no descriptor. */
#define NO_FD 0xffffffffu

/* Whether what is recorded is no syscall, but a request of io_uring. */
static __always_inline bool is_request(struct scratch *scratch) { return scratch->call.fd == NO_FD; }
