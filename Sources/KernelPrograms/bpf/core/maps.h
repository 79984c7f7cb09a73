// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Every map, why it is there and what bounds it. */
#pragma once

#include "core/stages.h"
#include "kernel/read.h"
#include "kernel/syscalls.h"

struct ipc_shared shared = {};

/* The one way out. Bounded by --buffer-size, which Swift sets before loading. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/* Handlers by syscall number, filled with those of the requested kinds only. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, IPC_SYSCALL_LIMIT);
  __type(key, u32);
  __type(value, u32);
} syscall_exits SEC(".maps"), syscall_enters SEC(".maps");

/* Programs by tail-call stage. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, STAGE_COUNT);
  __type(key, u32);
  __type(value, u32);
} exit_files SEC(".maps"), enter_files SEC(".maps");

enum { DOOR_ENTER = IPC_HOOK_SYS_ENTER, DOOR_EXIT = IPC_HOOK_SYS_EXIT };

/* Ends of a TCP connection, seen from one of its sockets; ports in host byte order. */
struct tcp_ends {
  u8 local[16];
  u8 remote[16];
  u16 local_port;
  u16 remote_port;
  u8 is_loopback;
  u8 pad[3];
};

/* What has been done for the call on a socket, so that a step that is called again goes on. */
enum { DONE_NAMES = 1 << 0, DONE_SOURCE_NAME = 1 << 1, DONE_PASSED = 1 << 2 };

/* Which of the records below is being put together. */
enum { RECORD_TRANSFER, RECORD_SOCKET, RECORD_TERMINAL, RECORD_BACKLOG };

struct scratch {
  /* The call as the door understood it. */
  struct task_struct *task; /* who made it; not the worker that does it (io_uring) */
  struct file *file;
  struct sock *sk;
  u64 base; /* user address of the buffer, or of the iovec array */
  u64 length;
  s64 call_result;
  s64 result; /* of what is told next: of one message, or the call */
  u32 fd;
  u8 is_write;
  u8 is_vector;
  u8 is_compat;
  u8 has_other_end; /* the bytes went on into `other_file`, which is still to be told */
  u8 is_plain;  /* read(2), write(2) and the like */
  u8 record; /* RECORD_… */
  u8 is_at_root; /* where the walk up a path has ended */
  u8 is_pseudo;
  u8 is_short; /* contents that could not be read */
  u8 is_spliced; /* no buffer of the caller has the bytes */
  u8 is_told_whole; /* the write's record is to be followed by its contents */
  u8 pad3;
  u32 other_fd;
  u32 thread; /* who runs: a worker, if that does it for the task */
  struct file *other_file;
  u32 message_flags; /* MSG_PEEK and others */
  /* Messages of a call on a socket. */
  u64 name; /* user address of the peer's address */
  u64 control; /* of the ancillary data */
  u64 control_length;
  u64 vector; /* of an array of struct mmsghdr; 0 for a single message */
  u32 messages;
  u32 message; /* the one that the record is about */
  u32 step;    /* program of the socket's kind */
  u32 stage;
  u32 first_note;
  u32 next_descriptor;
  struct sock *source; /* unix: the ends of the transfer */
  struct sock *destination;
  u64 source_inode; /* 0 if it is closed, or not accepted yet */
  u64 destination_inode;
  struct tcp_ends tcp;
  struct sock *named; /* the one of them whose name is told next */
  /* How far the contents have been copied. */
  u64 limit;
  u64 done;
  u64 buffer; /* the one that was looked up last */
  u64 buffer_length;
  u64 piece; /* address in the current buffer */
  u64 piece_left;
  struct pipe_inode_info *pipe; /* whose slots are copied */
  u32 next_slot;
  u32 skipped; /* bytes of that slot that come before */
  u32 first_slot; /* where that began, and the offset in its page at that time */
  u32 first_offset;
  u32 next_vector;
  u32 fill;
  u32 first_chunk;
  u32 pad2;
  /* Where loops stand; kept here, so that the verifier has no states to tell apart. */
  u32 slot;
  u32 slots_sum;
  struct dentry *dentry;
  struct vfsmount *mount;
  struct dentry *root;
  struct vfsmount *root_mount;
  struct ipc_socket socket_template; /* for the other messages of a batch */
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
      BEFORE(ipc_content);
      struct ipc_content content;
    };
    struct {
      BEFORE(ipc_channel);
      struct ipc_channel channel;
    };
#undef BEFORE
  };
  u8 bytes[2 * IPC_CHUNK_LIMIT]; /* twice, so that the verifier sees any offset plus any length inside */
};

/* Where a record is put together: one per CPU and door, because a task that is preempted in one door (kernels from
 * 7.0 on) can be overtaken in the other. A plain array, because per-CPU values are limited to 32 KiB. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* IPC_HOOK_COUNT * CPUs, set by Swift */
  __type(key, u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

/*
 * What other tracepoints saw in the middle of a thread's call, until the call's end asks for it. A slot for each
 * thread number modulo NOTES; two threads that meet in one lose the older note, which costs certainty only.
 */
#define NOTES 1024
#define NOTED_MESSAGES 32

struct noted_message {
  u64 sock; /* of a send, the receiving struct sock; of a receive, unix: the sending one */
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

struct note {
  u32 tid;
  u32 count; /* messages up to now; the last NOTED_MESSAGES are kept */
  u32 has_position;
  u32 position; /* in the TCP stream, where the call began */
  struct sock *sender; /* TCP: the socket that is sent to */
  struct sock *receiver; /* TCP: the one that is received from at `position` */
  u64 asked;    /* bytes that were left to send when the first one was put into the stream */
  u8 is_placed; /* `position` is that of the first byte, under the socket's lock */
  u8 is_whole;  /* no other thread's bytes came in between */
  u8 is_continued; /* io_uring: `position` is where the next read of the same batch began */
  u8 pad[5];
  u32 is_announced; /* the write's beginning has been told */
  u32 is_joined;    /* the write goes on with a UDP datagram that was held back */
  u64 entered;      /* when the call that sends a message began; 0 if it was not seen */
  struct noted_message messages[NOTED_MESSAGES];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, NOTES);
  __type(key, u32);
  __type(value, struct note);
} notes SEC(".maps");

/* Channels that have been seen, or are of interest while a filter is on. The least recently used ones fall out; they
 * are met as new ones then, which costs a count of their unread bytes, and with a filter what others do there in the
 * meantime. Swift makes room for what is open when a filtered trace begins, and learns by `channels_met` if that or
 * what comes later is more. */
enum {
  CHANNEL_SEEN = 1 << 0,     /* a record of it has gone out, or it was born under our eyes */
  CHANNEL_MULTI = 1 << 1,    /* more than one thread has written */
  CHANNEL_EXCLUDED = 1 << 2, /* it shows ipcdump's own output */
  CHANNEL_NAMED = 1 << 3,    /* its path has gone out, or it has none */
  CHANNEL_PAIRED = 1 << 4,   /* the other direction has an entry, too */
  CHANNEL_SPLICED = 1 << 5,  /* it is spliced from, so that its writes' contents are told */
};

/* A unix socket that nobody has accepted yet, and the inode of the one that it was made for. */
#define NOT_ACCEPTED (1ull << 63)

struct channel {
  u64 inode; /* tells a new object at a used address; NOT_ACCEPTED | … as long as it has none */
  u32 last_writer;
  u32 flags;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536); /* more with a filter, set by Swift */
  __type(key, u64);
  __type(value, struct channel);
} channels SEC(".maps");

/* Which entries `channels` may have, by a part of their hash: whoever touches none of interest is to pay little. What is
 * marked stays marked. */
u8 channel_marks[1 << 16] SEC(".bss.marks");

static __always_inline u16 mark_of_channel(u64 key) { return key * IPC_HASH_FACTOR >> 48; }

/* TCP sockets that are not routed over the loopback device, so that both ends are found if they are in two network
 * namespaces of this host. The least recently used ones fall out; they enter again at their next transfer. */
struct tcp_end {
  struct sock *sk;
  u32 undecided; /* writes told while the other end was not known */
  u32 pad;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, u64);
  __type(value, struct tcp_end);
} tcp_ends SEC(".maps");

/* Whether anything on this host has sent a datagram to a UDP port; others hear from other hosts only. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u8);
} udp_ports SEC(".maps");

/* Tgids of the traced command's tree. Bounded by the tree's size; entries go when the process does. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u8);
} tree SEC(".maps");

/* Whether threads are in the scope of a tree or of pids, by their number modulo SCOPES: a hash of the thread's birth and of
 * `scope_changes`, whose lowest bit is the answer. Two threads that meet here ask `tree` or `pids` more often. */
#define SCOPES 1024
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SCOPES);
  __type(key, u32);
  __type(value, u64);
} scopes SEC(".maps");

/* Processes and names of the filter options, filled once. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, u8);
} pids SEC(".maps");

struct comm {
  char bytes[IPC_COMM_LENGTH];
} __attribute__((aligned(8)));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct comm);
  __type(value, u8);
} comms SEC(".maps");

/* Channels that show ipcdump's own output: its own, and those of the processes that show it on. The least recently
 * used ones fall out; they are met anew at the next write of such a process. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u64);
  __type(value, struct ipc_shown);
} output_chain SEC(".maps");

/* Processes that show ipcdump's output, by tgid. The least recently seen ones fall out, and enter at their next
 * read. */
struct shower {
  u64 birth; /* tells a new process of a used number */
  u32 way;   /* SHOWS_… */
  u32 pad;
};

enum { SHOWS_ALL = 1, SHOWS_SOCKET = 2 };

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 256);
  __type(key, u32);
  __type(value, struct shower);
} showers SEC(".maps");

/* io_uring requests of which something must be known when they complete. Bounded; the least recently submitted ones
 * fall out, which costs certainty only. */
struct uring_request {
  u64 request; /* of one that completes many times, by ring and user data */
  u32 position; /* in the TCP stream when it was submitted */
  u32 pad;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4096);
  __type(key, u64);
  __type(value, struct uring_request);
} uring_requests SEC(".maps");

/*
 * A function that the verifier looks at once in every program that calls it, and not once for each way that leads there:
 * what it takes and returns are numbers, of which the verifier knows nothing. What would be a pointer it looks up anew.
 */
#ifdef NO_CALLS
/* For kernels that refuse tail calls beside such calls: x86-64 before 5.10 (ebf7d1f508a7), arm64 before 6.0. */
#define VERIFIED_ONCE static __always_inline
#else
#define VERIFIED_ONCE __noinline
#endif

/*
 * The lesser of both. In assembly, because clang likes to compare one copy of a value and use another, and verifiers
 * (6.1 and before) do not tell that both are the same.
 */
static __always_inline u64 at_most(u64 value, u32 limit) {
  asm volatile("if %0 <= %1 goto +1\n%0 = %1" : "+r"(value) : "i"(limit));
  return value;
}

/*
 * How to wake ipcdump for a record. As long as it looks for itself every few milliseconds, it is woken only each time
 * the ring has filled up by another part; otherwise each record would cost whoever sends more than all the rest, above
 * all while ipcdump does not get a CPU. Without branches, which the verifier would follow each.
 */
static __always_inline u64 wakeup_flags(u64 size) {
  u64 part = shared.nap_part, waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  u64 crossed = (waiting ^ (waiting + size)) & -part; /* the bits from the part's own on */
  u64 naps = -part >> 63, is_filling = -crossed >> 63;
  return naps << is_filling; /* 0, BPF_RB_NO_WAKEUP or BPF_RB_FORCE_WAKEUP */
}

/* Sends a record; false if the ring is full. */
static __always_inline bool submit(void *record, u64 size) {
  return bpf_ringbuf_output(&ring, record, size, wakeup_flags(size)) == 0;
}

/* Operations that could not be recorded. */
VERIFIED_ONCE int lose_records(u32 kind, u64 count, u64 bytes) {
  if (kind >= IPC_KIND_COUNT) return 0;
  kind = at_most(kind, IPC_KIND_COUNT - 1);
  /* LLVM 20 turns __sync_fetch_and_add into a fetching atomic, which 5.10 refuses. */
  __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].records, count, __ATOMIC_RELAXED);
  /* An addition of a constant 0 becomes an atomic OR, which 5.10 refuses, too. */
  if (bytes != 0) __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].bytes, bytes, __ATOMIC_RELAXED);
  return 0;
}

static __always_inline void lose(u32 kind, u64 bytes) { lose_records(kind, 1, bytes); }

static __always_inline u64 mix(u64 hash, u64 value) {
  hash = (hash ^ value) * IPC_HASH_FACTOR;
  return hash ^ hash >> 32;
}

/* Number of the current thread. */
static __always_inline u32 current_thread(void) { return bpf_get_current_pid_tgid(); }

/* The current thread's slot; its number is passed, because each call of a helper costs. */
static __always_inline struct note *note_slot(u32 thread) {
  u32 slot = thread & (NOTES - 1);
  return bpf_map_lookup_elem(&notes, &slot);
}

/* The current thread's note; NULL if there is none. */
static __always_inline struct note *note_of_call(u32 thread) {
  struct note *note = note_slot(thread);
  return note && note->tid == thread ? note : NULL;
}

/* The current thread's note, empty if it had none. */
static __always_inline struct note *note_to_write(u32 thread) {
  struct note *note = note_slot(thread);
  if (note && note->tid != thread) {
    note->tid = thread;
    note->count = 0;
    note->has_position = 0;
    note->is_announced = 0;
    note->is_joined = 0;
    note->entered = 0;
    note->sender = NULL;
    note->is_placed = 0;
    note->receiver = NULL;
    note->is_continued = 0;
  }
  return note;
}

static __always_inline void forget_note(u32 thread) {
  struct note *note = note_slot(thread);
  if (note) note->tid = 0;
}

/* The same, unless reads of a batch that are still to be told go on from it. */
static __always_inline void finish_note(u32 thread) {
  struct note *note = note_slot(thread);
  if (note && !note->is_continued) note->tid = 0;
}

static __always_inline struct scratch *scratch_of(u32 door) {
  u32 slot = bpf_get_smp_processor_id() * IPC_HOOK_COUNT + door;
  return bpf_map_lookup_elem(&scratches, &slot);
}
