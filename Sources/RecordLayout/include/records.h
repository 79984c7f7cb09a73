// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What crosses the ring buffer: the one layout that the BPF programs write and Swift reads.
 *
 * Everything is in host byte order. A record starts with struct ipc_header, whose `type` names the struct; captured
 * bytes follow the struct. Times are nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef IPCDUMP_RECORDS_H
#define IPCDUMP_RECORDS_H

#include <linux/types.h>

/* Swift does not see for itself that a union is nothing but its bytes. */
#define IPC_PLAIN_BYTES __attribute__((swift_attr("BitwiseCopyable")))

#define IPC_COMM_LENGTH 16 /* TASK_COMM_LEN, include/linux/sched.h */

/* Bytes of a program's arguments that are told, about as many as ps shows. */
#define IPC_ARGUMENTS_LIMIT 4096u

/* Most content bytes in one record; a longer transfer continues in IPC_RECORD_CONTENT records. */
#define IPC_CHUNK_LIMIT 32768u

/* A write's fingerprint: its first and its last bytes, whole if it is no longer than both together. */
#define IPC_PREFIX_LIMIT 48u
#define IPC_SUFFIX_LIMIT 16u

/* Longest path that is reported (PATH_MAX, include/uapi/linux/limits.h). */
#define IPC_PATH_LIMIT 4096u

/* Contents that a read of a stream with several writers carries even without -x, so that writes are distinguished by them. */
#define IPC_COMPARED_LIMIT 4096u

/* `count` of a WRITE_BEGIN whose length is not known, because it is a batch of messages (sendmmsg) over a stream. */
#define IPC_COUNT_UNKNOWN (1u << 30)

/* `unread` of a pipe whose ring has more slots than are counted. */
#define IPC_UNREAD_UNKNOWN 0xffffffffu

/* Kinds, in the order of KindRow.registry. */
enum ipc_kind {
  IPC_KIND_PIPE = 0,
  IPC_KIND_SIGNAL = 1,
  IPC_KIND_UNIX_STREAM = 2,
  IPC_KIND_UNIX_DGRAM = 3,
  IPC_KIND_UNIX_SEQPACKET = 4,
  IPC_KIND_LOOPBACK_TCP = 5,
  IPC_KIND_LOOPBACK_UDP = 6,
  IPC_KIND_PTY = 7,
  IPC_KIND_PROCESS_VM = 8,
  IPC_KIND_PTRACE = 9,
  IPC_KIND_PIDFD_GETFD = 10,
  IPC_KIND_EVENTFD = 11,
  IPC_KIND_MQUEUE = 12,
  IPC_KIND_SYSV_MSG = 13,
  IPC_KIND_SYSV_SEM = 14,
  IPC_KIND_SHARED_MEMORY = 15,
  IPC_KIND_FUTEX = 16,
  IPC_KIND_NETLINK = 17,
  IPC_KIND_VSOCK = 18,
  IPC_KIND_COUNT = 19,
};

/* What a kind is called in the names of its programs (Sources/ProgramNames): as in output, with underscores. */
static inline const char *ipc_kind_word(enum ipc_kind kind) {
  switch (kind) {
    case IPC_KIND_PIPE: return "pipe";
    case IPC_KIND_SIGNAL: return "signal";
    case IPC_KIND_UNIX_STREAM: return "unix_stream";
    case IPC_KIND_UNIX_DGRAM: return "unix_dgram";
    case IPC_KIND_UNIX_SEQPACKET: return "unix_seqpacket";
    case IPC_KIND_LOOPBACK_TCP: return "loopback_tcp";
    case IPC_KIND_LOOPBACK_UDP: return "loopback_udp";
    case IPC_KIND_PTY: return "pty";
    case IPC_KIND_PROCESS_VM: return "process_vm";
    case IPC_KIND_PTRACE: return "ptrace";
    case IPC_KIND_PIDFD_GETFD: return "pidfd_getfd";
    case IPC_KIND_EVENTFD: return "eventfd";
    case IPC_KIND_MQUEUE: return "mqueue";
    case IPC_KIND_SYSV_MSG: return "sysv_msg";
    case IPC_KIND_SYSV_SEM: return "sysv_sem";
    case IPC_KIND_SHARED_MEMORY: return "shared_memory";
    case IPC_KIND_FUTEX: return "futex";
    case IPC_KIND_NETLINK: return "netlink";
    case IPC_KIND_VSOCK: return "vsock";
    case IPC_KIND_COUNT: break;
  }
  return 0;
}

enum ipc_record_type {
  /* ipc_transfer for pipes, ipc_socket for sockets, ipc_terminal for pseudoterminals, ipc_counter for eventfds,
   * ipc_queued for message queues: */
  IPC_RECORD_WRITE_BEGIN = 1, /* a write was entered that may overlap another one */
  IPC_RECORD_WRITE = 2,       /* a write was done; the fingerprint follows, of a pseudoterminal the contents */
  IPC_RECORD_READ = 3,        /* a read was done; its contents follow, of a pseudoterminal nothing */
  IPC_RECORD_CONTENT = 4,     /* ipc_content: more contents of this thread's last READ or WRITE */
  IPC_RECORD_CHANNEL = 5,     /* ipc_channel: a channel's path, and whether it is new-born */
  IPC_RECORD_SIGNAL = 6,      /* ipc_signal */
  IPC_RECORD_PASSED = 7,      /* ipc_passed: what goes with this thread's next WRITE or READ */
  IPC_RECORD_BACKLOG = 8,     /* ipc_backlog: contents of what is unread in a pipe that begins to be spliced from */
  /* Of no kind (IPC_KIND_COUNT), if anybody wants to know: */
  IPC_RECORD_EXEC = 9,  /* ipc_exec: the process has executed a program */
  IPC_RECORD_FORK = 10, /* ipc_fork: it has made another one */
  /* Of kinds with bytes again: */
  IPC_RECORD_PAST = 11, /* ipc_past: who wrote to the channel before it was of interest */
  IPC_RECORD_UNREAD = 13, /* ipc_unread: contents that nobody will receive */
  /* With --lifecycle; of no kind if it is of no end, but of the process: */
  IPC_RECORD_LIFE = 12, /* ipc_life: what was done with an end of a channel, or met there */
  /* What one process does to another one: */
  IPC_RECORD_ACCESS = 14, /* ipc_access; process-vm: the first contents follow */
  IPC_RECORD_TAKEN = 15,  /* ipc_taken: a descriptor; its name follows */
  IPC_RECORD_CREATED = 16, /* ipc_counter: it is made, with `value` */
  IPC_RECORD_REMOVED = 17, /* ipc_queued: the queue is removed, with what lies in it */
  IPC_RECORD_RELEASED = 18, /* ipc_released: a wait for semaphores has succeeded */
  IPC_RECORD_MAPPED = 19,   /* ipc_mapped: memory is mapped shared; its name follows */
  IPC_RECORD_SPACE = 20,    /* ipc_space: what a process has mapped shared changes */
  IPC_RECORD_WOKEN = 21,    /* ipc_woken: a wait at a futex has been ended; the memory's name follows */
  /* Of no kind again, if anybody wants to know: */
  IPC_RECORD_EXIT = 22, /* ipc_exit: the process has ended, and not with 0 */
};

enum ipc_flags {
  IPC_FLAG_IN_SCOPE = 1 << 0,     /* the acting process is in the scope (enum ipc_scope) */
  IPC_FLAG_FIRST_SEEN = 1 << 1,   /* the channel was not known before: `unread` is valid */
  IPC_FLAG_MORE = 1 << 2,         /* contents follow in IPC_RECORD_CONTENT records: a read's others; a write's all, from 0 on */
  IPC_FLAG_PACKET = 1 << 3,       /* the write makes packets (O_DIRECT pipe) */
  IPC_FLAG_CREATED = 1 << 4,      /* the channel is newly made and empty */
  IPC_FLAG_PARTIAL = 1 << 5,      /* part of the contents could not be read from the user's memory */
  IPC_FLAG_MULTI_WRITER = 1 << 6, /* more than one thread has written to the channel */
  IPC_FLAG_SPLICED = 1 << 7,      /* no buffer of the acting process held the bytes, so it has no contents */
};

/*
 * A process image is what a process runs between two exec(2): `image` is when the process has started, in nanoseconds since
 * boot, plus how often it and its ancestors have executed a program. With the number of the process, nothing else has it.
 */
struct ipc_header {
  __u64 time;
  __u32 tgid; /* of the acting process, in ipcdump's pid namespace; 0 if it is not visible there */
  __u32 tid;
  char comm[IPC_COMM_LENGTH];   /* of the process: what its first thread is called */
  char thread[IPC_COMM_LENGTH]; /* of the thread itself; valid if that is another one, as its number says */
  __u64 image;                  /* of the process, see below; 0 if nobody wants to know */
  __u16 type;                 /* enum ipc_record_type */
  __u8 kind;                  /* enum ipc_kind */
  __u8 flags;                 /* enum ipc_flags */
  __u32 lost;                 /* records of this kind lost up to now, modulo 2^32 */
};

/* Slots of a pipe's ring that were ever filled and emptied after the operation (struct pipe_inode_info), modulo 2^32. */
struct ipc_pipe_slots {
  __u32 head;
  __u32 tail;
};

/* What waits in the receiving socket's queue after the operation. */
struct ipc_queue_depth {
  __u32 messages;
  __u32 pad;
};

/* Positions in a TCP stream, modulo 2^32: a writer's write_seq, a reader's copied_seq (struct tcp_sock). */
struct ipc_tcp_positions {
  __u32 after;
  __u32 before;
};

/* What a record says of its channel's state, or of the call, by header.kind. */
union IPC_PLAIN_BYTES ipc_channel_state {
  struct ipc_pipe_slots pipe;
  struct ipc_queue_depth unix_stream;
  struct ipc_tcp_positions tcp;
  __u64 queued_at; /* writes of messages (unix-dgram, unix-seqpacket, UDP): when the message lay in its receiver's queue
                      at the latest; 0 if it is not known */
  __u64 began; /* writes to a pseudoterminal: when the call began; 0 if that was not seen */
};

/*
 * One side of a transfer, at the end of its syscall (at its start for WRITE_BEGIN). `channel` and `identity` name the
 * channel or the direction; `identity` tells it from an earlier one with the same `channel`:
 *
 *   pipe    address of the pipe · its inode
 *   unix    address of the sending struct sock, 0 if a message's sender is not known · its inode
 *   TCP     a hash of namespace, source and destination, the same on both sides · namespace << 32 | both ports
 *   UDP     a hash of namespace (0 unless the destination is a loopback address), source port and destination, 0 if the
 *           source, or to which of its addresses the receiver got it, is not known · the same as of TCP
 *   netlink a hash of namespace, family, the source's port and the group, or the destination's port · family << 32 | the
 *           source's port; 0 if the source is the kernel
 *   vsock   a hash of both ports · the source's port << 32 | the destination's
 *   eventfd address of the counter (struct eventfd_ctx) · its id
 *   mqueue  address of the queue's inode · its number
 *   SysV    a hash of the IPC namespace and the id (of queues and of semaphores) · the id
 *   pty     address of the slave's tty_struct for what goes from the master to the slave (typing), and one more for the
 *           other way (output) · 1 << 32 | index
 */
struct ipc_transfer {
  struct ipc_header header;
  __u64 channel;
  __u64 identity;
  __u64 count; /* bytes transferred; asked for in WRITE_BEGIN */
  union ipc_channel_state state;
  __u32 unread;   /* bytes in the channel after the operation; valid with IPC_FLAG_FIRST_SEEN */
  __u32 captured; /* bytes that follow this struct: a read's contents, or a write's prefix and suffix */
  __u32 suffix;   /* of those, how many are the suffix of a write; of a read, enum ipc_read_place */
  __u32 fd;
};

/* What `suffix` says of a read at an end where reads are counted (struct ipc_omission, settings.h). The other bits are how
 * many bytes were read there before it, modulo 2^30. */
enum ipc_read_place {
  IPC_READ_OMITTED = 1u << 30, /* nobody wants its contents, which are left out but for those that tell its writers apart */
  IPC_READ_COUNTED = 1u << 31, /* it is counted */
};

struct ipc_content {
  struct ipc_header header;
  __u64 offset; /* in the transfer */
  __u32 captured;
  __u32 pad;
};

/*
 * Contents that lie unread in a pipe, from its first unread byte on, in pieces of up to IPC_CHUNK_LIMIT bytes. From the
 * first of them on, the pipe's WRITE records carry their contents.
 */
struct ipc_backlog {
  struct ipc_header header;
  __u64 channel;
  __u64 identity;
  __u64 offset; /* of the piece that follows */
  __u32 captured;
  __u32 pad;
};

/*
 * What one thread wrote to a channel in one run before that came into the scope of a filter by name: comes before the
 * channel's first record, the oldest run first. The header is that thread's, with the time when the last of these writes
 * ended, or when the one began that goes on.
 */
struct ipc_past {
  struct ipc_transfer transfer; /* channel, identity, count and TCP's positions; of messages, `count` and `unread` are how
                                   many these were, and how many lie unread at most, or IPC_UNREAD_UNKNOWN */
  __u64 birth;                  /* of the thread: when the first of the writes can have begun at the earliest */
  __u32 goes_on;                /* it is one write, which has not ended; `count` is what it asks for */
  __u32 pad;
};

/*
 * Contents that lie unread in a channel when the last one closes it who could read them, or when the trace ends; of
 * messages, those of one. They come in pieces of up to IPC_CHUNK_LIMIT bytes: IPC_FLAG_MORE says that another one follows,
 * IPC_FLAG_PARTIAL that what is behind this one could not be read.
 */
struct ipc_unread {
  struct ipc_header header;
  __u64 channel;  /* of a message, as in its WRITE */
  __u64 identity;
  __u64 target;   /* of a message: address of the struct sock in whose queue it lies */
  __u32 position; /* TCP: of the first unread byte */
  __u32 count;    /* bytes that lie there, in the last piece; of a message in each */
  __u32 offset;   /* of the piece that follows */
  __u32 captured;
};

enum ipc_socket_traits {
  IPC_SOCKET_URGENT = 1 << 0,            /* MSG_OOB: the last byte of a write; the one byte of a read */
  IPC_SOCKET_INLINE = 1 << 1,            /* the reader takes urgent bytes as normal ones (SO_OOBINLINE) */
  IPC_SOCKET_CORKED = 1 << 2,            /* UDP: the datagram is held back, for other sends to go on (MSG_MORE, UDP_CORK) */
  IPC_SOCKET_MULTICAST = 1 << 3,         /* every socket that listens gets a copy of its own */
  IPC_SOCKET_LOCAL = 1 << 4,             /* both ends are on this host for certain */
  IPC_SOCKET_SOURCE_NAMED = 1 << 5,      /* the sending unix socket has a name, reported in IPC_RECORD_CHANNEL */
  IPC_SOCKET_DESTINATION_NAMED = 1 << 6, /* so has the receiving one */
  IPC_SOCKET_BATCH = 1 << 7,             /* WRITE_BEGIN of sendmmsg: any number of messages follows */
  IPC_SOCKET_FILLED = 1 << 8,            /* a read's room is used up, so that the message may be longer than reported */
  IPC_SOCKET_JOINED = 1 << 9,            /* UDP: this write goes on with the datagram that was held back */
  IPC_SOCKET_FROM_KERNEL = 1 << 10,      /* netlink: a read of what no process has sent */
  IPC_SOCKET_TO_KERNEL = 1 << 11,        /* netlink: it is told as a read of the kernel's, with all that the sender's buffer has */
};

/* The end of a transfer that its direction does not name, by header.kind. */
union IPC_PLAIN_BYTES ipc_socket_end {
  __u64 destination;  /* unix, UDP, netlink: address of the receiving struct sock; 0 if it is not known */
  __u64 source_inode; /* TCP, vsock: inode of the sending socket; 0 in a read */
};

/* How far a transfer of a message went, by header.type. */
union IPC_PLAIN_BYTES ipc_socket_extent {
  __u32 received_length; /* reads: bytes that the receiver had room for; transfer.count is a message's real length */
  __u32 call_ns;         /* writes of one message: how long the call took; 0 if it is not known */
};

/* Where one end of a netlink message is (struct sockaddr_nl, include/uapi/linux/netlink.h), in place of an address. */
struct ipc_netlink_end {
  __u32 port;   /* 0 is the kernel's */
  __u32 group;  /* of the destination: number of the group that it was sent to; 0 if it was to one socket */
  __u32 family; /* NETLINK_… */
  __u32 pad;
};

/* The same of a vsock connection (struct sockaddr_vm, include/uapi/linux/vm_sockets.h). */
struct ipc_vsock_end {
  __u32 cid;
  __u32 port;
  __u32 pad[2];
};

/* How a look at what is open names the netlink socket of a port. Namespaces' numbers are never so small that it is a port's of
 * UDP or TCP (PROC_DYNAMIC_FIRST, fs/proc/generic.c). */
#define IPC_NETLINK_NAME(netns, port) (((__u64)(netns) << 32 | (port)) ^ 0x6e6c000000000000ull)

/*
 * One side of a transfer over a socket. Everything is reported from the sender's end to the receiver's, whichever acts.
 */
struct ipc_socket {
  struct ipc_transfer transfer;
  union ipc_socket_end end;
  __u64 destination_inode; /* of the receiving socket; 0 if it is not known, or not accepted yet */
  __u8 source_address[16]; /* TCP, UDP: IPv6, or IPv4 mapped into it; network byte order; others: see below */
  __u8 destination_address[16];
  __u16 source_port;
  __u16 destination_port;
  __u32 netns; /* inode number of the acting end's network namespace */
  union ipc_socket_extent extent;
  __u16 segment; /* UDP: bytes of each datagram that the write was cut into (UDP_SEGMENT); 0 if it is one */
  __u16 traits;  /* enum ipc_socket_traits */
};

enum ipc_counter_traits {
  IPC_COUNTER_SEMAPHORE = 1 << 0, /* a read takes 1 (EFD_SEMAPHORE) */
};

/* What was added to an eventfd's counter, or taken from it. */
struct ipc_counter {
  struct ipc_transfer transfer;
  __u64 value;  /* added or taken; of one that is made, its first count */
  __u64 began;  /* when the call began that added it; 0 if that was not seen */
  __u64 left;   /* count after the operation */
  __u32 traits; /* enum ipc_counter_traits */
  __u32 pad;
};

enum ipc_queued_traits {
  IPC_QUEUED_LABELED = 1 << 0, /* `label` is known */
  IPC_QUEUED_FILLED = 1 << 1,  /* the receiver's room is used up, and the message may have been longer (MSG_NOERROR) */
  IPC_QUEUED_SEEN = 1 << 2,    /* the queue was there: `key` and transfer.unread are known */
};

/* A message that was put into a queue or taken out of it; transfer.unread is how many lie there then. */
struct ipc_queued {
  struct ipc_transfer transfer;
  __s64 label;  /* mqueue: priority; SysV: type */
  __u64 began;  /* when the call began that sent it; 0 if that was not seen */
  __s32 key;    /* SysV: key of the queue; 0 if it is private */
  __u32 traits; /* enum ipc_queued_traits */
};

/* One side of a transfer over a pseudoterminal. */
struct ipc_terminal {
  struct ipc_transfer transfer;
  char name[16];       /* of the slave, as the kernel has it: pts3, ttyp0 */
  __u32 session;       /* id of the session that it controls, in ipcdump's pid namespace; 0 if there is none */
  __u32 foreground;    /* tgid of the leader of its foreground process group, or of another member; 0 if there is none */
  char foreground_comm[IPC_COMM_LENGTH];
  __u8 is_output;      /* from the slave to the master */
  __u8 pad[7];
};

enum ipc_name_form {
  IPC_NAME_PATH = 0,     /* NUL-terminated components from the last to the first */
  IPC_NAME_ABSTRACT = 1, /* the bytes behind the leading NUL of an abstract unix name */
  IPC_NAME_PLAIN = 2,    /* a path as it was given to bind(2) */
};

/* A channel's name follows: of a FIFO, or of one unix socket (`channel` is its struct sock). */
struct ipc_channel {
  struct ipc_header header;
  __u64 channel;
  __u64 inode;
  __u32 length;
  __u32 form; /* enum ipc_name_form */
};

/* Descriptors described in ipc_passed; a message can carry up to 253 (SCM_MAX_FD). */
#define IPC_PASSED_LIMIT 16

enum ipc_passed_parts {
  IPC_PASSED_DESCRIPTORS = 1 << 0,
  IPC_PASSED_CREDENTIALS = 1 << 1,
  IPC_PASSED_PIDFD = 1 << 2,
};

struct ipc_descriptor {
  __s32 fd;    /* number in the acting process */
  __u32 mode;  /* st_mode; 0 if the descriptor was closed meanwhile */
  __u64 inode;
  __u32 length;    /* bytes of its name, which has the form of IPC_NAME_PATH; 0 for pipes and sockets */
  __u32 is_pseudo; /* the name is no path: memfd:x, [eventfd] (anon_inode) */
};

/* Ancillary data as the acting process gave or got it; the names of the descriptors follow in their order. */
struct ipc_passed {
  struct ipc_header header;
  __u32 parts; /* enum ipc_passed_parts */
  __s32 pid;   /* SCM_CREDENTIALS, in the acting process's namespaces */
  __u32 uid;
  __u32 gid;
  __s32 pidfd; /* SCM_PIDFD */
  __u32 count; /* descriptors passed; the first IPC_PASSED_LIMIT of them are listed */
  struct ipc_descriptor descriptors[IPC_PASSED_LIMIT];
};

/* What became of a signal (TRACE_SIGNAL_…, include/trace/events/signal.h). */
enum ipc_signal_result {
  IPC_SIGNAL_DELIVERED = 0,       /* queued, or acted on at once */
  IPC_SIGNAL_IGNORED = 1,
  IPC_SIGNAL_ALREADY_PENDING = 2, /* the same one was waiting already */
  IPC_SIGNAL_OVERFLOW_FAIL = 3,   /* a real-time signal for which the queue had no room */
  IPC_SIGNAL_LOSE_INFO = 4,       /* sent, but without its siginfo */
};

/* The header's process is the sender. */
struct ipc_signal {
  struct ipc_header header;
  __u32 target_tgid;
  __u32 target_tid;
  char target_comm[IPC_COMM_LENGTH];
  char target_thread[IPC_COMM_LENGTH]; /* these as in ipc_header */
  __u64 target_image;
  __u64 value; /* union sigval; valid if has_value */
  __s32 number;
  __s32 code;
  __u8 has_value;
  __u8 to_thread; /* sent to one thread, not to the process */
  __u8 result;    /* enum ipc_signal_result */
  __u8 target_in_scope;
  __u8 is_from_kernel; /* no process has sent it, and the header names none */
  __u8 pad;
  __u16 error; /* errno of a signal that was refused: it was not sent, and has no result; 0 otherwise */
};

/* What a process has done with an end of a channel, or met there. */
enum ipc_operation {
  IPC_OPERATION_CONNECT = 1,
  IPC_OPERATION_ACCEPT = 2,
  IPC_OPERATION_CLOSE = 3, /* nobody has the open file any more */
  IPC_OPERATION_SHUTDOWN = 4,
  IPC_OPERATION_EOF = 5,   /* a read has ended with nothing, because the other end is closed */
  IPC_OPERATION_EPIPE = 6, /* so has a write */
  IPC_OPERATION_EXEC = 7,  /* of no end: an execve(2) is over, for which closes have been announced */
};

/* Which ways of a channel an operation ends. */
enum ipc_ways {
  IPC_WAY_READ = 1 << 0,
  IPC_WAY_WRITE = 1 << 1,
};

enum ipc_life_traits {
  IPC_LIFE_IF_EXECUTED = 1 << 0, /* the end is closed if the execve(2) that begins here succeeds (O_CLOEXEC) */
  IPC_LIFE_AT_EXIT = 1 << 1,     /* it is closed because the process exits */
  IPC_LIFE_NAMED = 1 << 2,       /* the acting unix socket has a name, reported in IPC_RECORD_CHANNEL */
  IPC_LIFE_OTHER_NAMED = 1 << 3, /* so has the one at the other end */
  IPC_LIFE_MASTER = 1 << 4,      /* the end is a pseudoterminal's master */
};

/* Longest address of a unix socket (struct sockaddr_un, include/uapi/linux/un.h). */
#define IPC_SUN_PATH_LIMIT 108

/*
 * What was done with an end of a channel, or met there. Ends are named as the directions that they send in
 * (ipc_transfer): a pipe's write end as the pipe, its read end by one more. The inodes tell an end from an earlier one of
 * that name.
 */
struct ipc_life {
  struct ipc_header header;
  __u64 own;
  __u64 other; /* 0 if there is none */
  __u64 own_inode;   /* of a socket or a pipe; of a pseudoterminal as in ipc_transfer */
  __u64 other_inode; /* of a unix socket; 0 if it is not known, or not accepted yet */
  __u8 own_address[16]; /* TCP, UDP: as in ipc_socket */
  __u8 other_address[16];
  __u16 own_port;
  __u16 other_port;
  __u32 fd;
  __u32 peer; /* unix: tgid of who has connected, or listens (SO_PEERCRED, unix(7)); 0 if it is not known */
  __u32 session; /* of a pseudoterminal, as in ipc_terminal */
  char peer_comm[IPC_COMM_LENGTH];
  char terminal[16]; /* its name, as in ipc_terminal */
  char path[IPC_SUN_PATH_LIMIT]; /* what a unix socket could not be connected to, as it was given */
  __u16 path_length;
  __u16 error;    /* errno of what has failed; 0 otherwise */
  __u8 operation; /* enum ipc_operation */
  __u8 ways;      /* enum ipc_ways: of a shutdown, and of the close of a pipe's end */
  __u8 traits;    /* enum ipc_life_traits */
  __u8 pad[5];
};

/* A process to which another one does something; its numbers and names as in ipc_header. */
struct ipc_target {
  __u32 tgid;
  __u32 tid;
  char comm[IPC_COMM_LENGTH];
  char thread[IPC_COMM_LENGTH];
  __u64 image;
  __u8 in_scope;
  __u8 pad[7];
};

/* The header's process, which has made the call, reaches into another one: process-vm, ptrace. */
struct ipc_access {
  struct ipc_transfer transfer; /* no channel; process-vm: bytes moved, and contents as of a read */
  struct ipc_target target;
  __u64 address;  /* the first one in the target; of no meaning if there is none */
  __u32 request;  /* ptrace: PTRACE_…, include/uapi/linux/ptrace.h */
  __u8 is_write;  /* bytes go into the target */
  __u8 pad[3];
};

/* The header's process has taken a descriptor from another one (pidfd_getfd). */
struct ipc_taken {
  struct ipc_header header;
  struct ipc_target target;
  struct ipc_descriptor descriptor; /* as in ipc_passed */
  __s32 fd_there; /* its number in the target */
  __u32 pad;
};

/* Operations of one call on semaphores that are listed; SEMOPM, most that a call may have, is 500. */
#define IPC_SEM_CHANGES 16

/* An operation on one semaphore of a set, or what a call has made of it. */
struct ipc_sem_change {
  __u16 number; /* of the semaphore */
  __s16 amount; /* added; of a wait, as in struct sembuf: 0 waits for a 0 */
  __s32 value;  /* of a wait: of the semaphore when the thread was woken */
};

enum ipc_released_traits {
  IPC_RELEASED_BY_CALL = 1 << 0,     /* `source` is known, and what its call has changed */
  IPC_RELEASED_VALUES = 1 << 1,      /* the values of the semaphores are known */
  IPC_RELEASED_CUT_WAITS = 1 << 2,   /* there are more operations than are listed */
  IPC_RELEASED_CUT_CHANGES = 1 << 3,
};

/*
 * The header's thread goes on after a wait for semaphores. `source` has made the call in which it was woken, which may
 * have woken others before: what these had waited to do was done then, too, and can be what has let this one go on.
 */
struct ipc_released {
  struct ipc_transfer transfer; /* the set: channel and identity */
  struct ipc_target source;
  __u64 began;  /* when the wait's call began; 0 if that was not seen */
  __u64 woken;
  __u64 call;   /* when the call of `source` began: with the thread's number, nothing else has it */
  __s32 key;    /* of the set; 0 if it is private */
  __u32 order;  /* of the threads that were woken in that call, from 0 on */
  __u16 wait_count;
  __u16 change_count;
  __u32 traits; /* enum ipc_released_traits */
  struct ipc_sem_change waits[IPC_SEM_CHANGES];
  struct ipc_sem_change changes[IPC_SEM_CHANGES];
};

enum ipc_mapped_traits {
  IPC_MAPPED_WRITABLE = 1 << 0,
  IPC_MAPPED_PSEUDO = 1 << 1, /* the name is no path: memfd:x, SYSV000004d2 */
};

/* The header's thread has mapped memory so that others may share it. */
struct ipc_mapped {
  struct ipc_header header;
  __u64 start; /* where in the process */
  __u64 length;
  __u64 offset; /* in the memory, in bytes */
  __u64 inode;  /* of the file that the memory is; 0 with the device if it has none (MAP_ANONYMOUS) */
  __u32 device; /* of its file system; major << 20 | minor */
  __u32 owner;  /* tgid of the process whose address space it is; of another one than the header's during a vfork */
  __u32 traits; /* enum ipc_mapped_traits */
  __u32 name_length; /* bytes of the name, as in IPC_NAME_PATH */
};

enum ipc_space_operation {
  IPC_SPACE_UNMAP = 1,   /* what lies from `start` on is mapped no more, whether or not it was shared */
  IPC_SPACE_DETACH = 2,  /* the SysV segment that was attached at `start` is no more */
  IPC_SPACE_MOVE = 3,    /* mremap(2), to `new_start` */
  IPC_SPACE_COPY = 4,    /* the same, and the old mapping stays (MREMAP_DONTUNMAP) */
  IPC_SPACE_PROTECT = 5, /* it may be written if `new_start` is not 0 */
  IPC_SPACE_INHERIT = 6, /* children get it if `new_start` is not 0 (MADV_DOFORK, MADV_DONTFORK) */
  IPC_SPACE_FORK = 7,    /* `child` has the same mappings from now on */
  IPC_SPACE_EXEC = 8,    /* the process runs another program, and has none any more */
  IPC_SPACE_EXIT = 9,
};

/* What becomes of mappings that may be shared. */
struct ipc_space {
  struct ipc_header header;
  struct ipc_target child;
  __u64 start;
  __u64 length;
  __u64 new_start;
  __u64 new_length;
  __u32 owner; /* as in ipc_mapped */
  __u32 operation; /* enum ipc_space_operation */
};

/* What the task_vma iterator tells of every mapping that may be shared; the path follows, as /proc/PID/maps has it. */
struct ipc_mapped_before {
  __u64 start;
  __u64 length;
  __u64 offset;
  __u64 inode;
  __u32 device;
  __u32 tgid;
  __u32 traits; /* enum ipc_mapped_traits */
  __u32 path_length; /* with the NUL behind it; 0 if it is not known */
  char comm[IPC_COMM_LENGTH];
  __u32 in_scope; /* the filter takes in the process */
  __u32 pad;
};

/* `operation` of a robust futex's owner that ends; others are commands of futex(2). */
#define IPC_FUTEX_OWNER_DIED 256

enum ipc_woken_traits {
  IPC_WOKEN_FOUND = 1 << 0,  /* the memory that the word lies in was found */
  IPC_WOKEN_PSEUDO = 1 << 1, /* its name is no path, as of IPC_MAPPED_PSEUDO */
};

/* The header's thread goes on after a wait at a futex, which another process has ended. */
struct ipc_woken {
  struct ipc_header header;
  struct ipc_target source;
  __u64 began; /* when the wait's call began; 0 if that was not seen */
  __u64 woken;
  __u64 offset; /* of the word in the memory, in bytes */
  __u32 operation; /* FUTEX_… of the waker, without its flags */
  __u32 traits; /* enum ipc_woken_traits */
  __u32 name_length; /* bytes of the name, as in IPC_NAME_PATH */
  __u32 pad;
};

/* A program that the header's process runs from now on. What is told of it follows in the order of the fields. */
struct ipc_exec {
  struct ipc_header header;
  __u32 uid;        /* effective one, in the initial user namespace */
  __u32 executable; /* bytes of its file's path, as in IPC_NAME_PATH */
  __u32 directory;  /* the same of the working directory */
  __u32 arguments;  /* bytes of its arguments, each with a NUL behind it; the last one may be cut off */
  __u32 cgroup;     /* bytes of the names of its cgroup and those above it, as in IPC_NAME_PATH */
  __u32 is_pseudo;  /* the executable's name is no path: memfd:x */
  __u32 own_pid;    /* the process's number in its own pid namespace; 0 if that is ipcdump's */
  __u32 pad;
};

/* A process that the header's process has made, and that goes on with the same program. */
struct ipc_fork {
  struct ipc_header header;
  __u32 child; /* its tgid, or the tid of a thread, as in ipc_header */
  __u32 own_child; /* the number in its own pid namespace; 0 if that is ipcdump's, or it is not known */
};

/* The header's process is over. */
struct ipc_exit {
  struct ipc_header header;
  __u32 status; /* as wait(2) has it */
  __u32 pad;
};

/*
 * What the task_file iterator tells of every open pipe, socket and pseudoterminal; written to the iterator's file, not to the ring.
 * Directions are named as in ipc_transfer; UDP sockets by (netns << 32 | local port) and identity 0, netlink sockets by
 * IPC_NETLINK_NAME and their family.
 */
struct ipc_held {
  __u64 sends;          /* direction in which the holder can send: a pipe itself */
  __u64 sends_identity;
  __u64 receives;       /* direction in which it can receive; 0 for none */
  __u64 receives_identity;
  __u64 inode;          /* st_ino of the descriptor */
  __u32 tgid;
  __u32 unread; /* bytes that wait for the holder */
  __u8 kind;
  __u8 can_read;
  __u8 can_write;
  __u8 interest; /* enum ipc_interest */
  __u8 pad[4];
  char comm[IPC_COMM_LENGTH];
  __u64 file; /* address of its open file, which several descriptors may share */
};

enum ipc_interest {
  IPC_INTEREST_NONE = 0,   /* processes that the filter does not take in use it, and nobody else */
  IPC_INTEREST_WANTED = 1, /* its transfers are reported */
  IPC_INTEREST_OWN = 2,    /* it shows ipcdump's own output */
};

/* What the iterators over processes tell of those that concern the scope. */
struct ipc_process {
  __u32 tgid;        /* in ipcdump's pid namespace; 0 if it has no number there */
  __u32 parent;      /* of a child of a given process: that one; 0 of others */
  __u32 is_in_scope;
  __u32 pad;
};

/* What a thread is asleep in. */
enum ipc_waiting_call {
  IPC_WAITING_TRANSFER = 0, /* a read or a write of the file */
  IPC_WAITING_SPLICE = 1,   /* a transfer between two files, whichever of them holds it up */
  IPC_WAITING_POLL = 2,     /* poll, select and their like: it ends as soon as any of its files is ready */
  IPC_WAITING_SET = 3,      /* epoll_wait: the same for the files of a set */
};

/* What has to become possible with a file. */
enum ipc_readiness {
  IPC_READY_TO_READ = 1 << 0,
  IPC_READY_TO_WRITE = 1 << 1,
};

/* What the iterator over tasks tells of every thread that is asleep in a transfer or in waiting for one: one of these
 * for each file. */
struct ipc_waiting {
  __u64 file; /* address of the open file, or of the set (struct eventpoll); 0 for what is too much to tell */
  __u64 inode;
  __u64 since; /* how long the thread has had no CPU, in ns; IPC_WAITING_UNKNOWN if the kernel does not tell */
  __u32 tgid;
  __u32 tid;
  __u8 call;      /* enum ipc_waiting_call */
  __u8 readiness; /* enum ipc_readiness; none if it is something else */
  __u8 in_scope;  /* the filter takes in the thread's process */
  __u8 pad[5];
  char comm[IPC_COMM_LENGTH];   /* both as in ipc_header */
  char thread[IPC_COMM_LENGTH];
};

#define IPC_WAITING_UNKNOWN (~0ull)

/* Files of a poll or select that are reported; of more, there is one ipc_waiting for all of them. */
#define IPC_WAITING_FILES 64

/* What the iterator over tasks tells of every thread, whatever it does. */
struct ipc_sleeper {
  __u64 idle;    /* how long it has had no CPU, in ns; IPC_WAITING_UNKNOWN if the kernel does not tell */
  __u64 timers;  /* signals that running timers will send to the process (bit n - 1 is signal n); of its first thread */
  __u64 arrival; /* when it got a CPU last, by the scheduler's clock; 0 if the kernel does not tell */
  __u32 tgid;
  __u32 tid;
};

/* What the task_file iterator tells of everything that is open. */
struct ipc_open_file {
  __u64 inode;
  __u64 object; /* what the file keeps for itself (private_data); the same for all descriptors of one anonymous file */
  __u32 tgid;
  __u32 fd;
  __u32 device; /* of the file system; major << 20 | minor */
  __u32 node;   /* of a device itself */
  __u32 system; /* magic number of the file system */
  __u16 mode;   /* type and permissions */
  __u8 access;  /* FMODE_READ, FMODE_WRITE */
  __u8 pad[9];
  char name[16]; /* the last part of its path; of an anonymous file what it is, [eventfd] */
};

/* What the task_file iterator tells of every open file that is in a set of epoll. */
struct ipc_watched {
  __u64 set; /* address of the struct eventpoll */
  __u64 file;
  __u64 inode;
  __u32 readiness; /* enum ipc_readiness */
  __u32 pad;
};

_Static_assert(sizeof(struct ipc_header) == 64, "ipc_header");
_Static_assert(__builtin_offsetof(struct ipc_header, comm) == 16, "ipc_header.comm");
_Static_assert(__builtin_offsetof(struct ipc_header, type) == 56, "ipc_header.type");
_Static_assert(sizeof(struct ipc_transfer) == 112, "ipc_transfer");
_Static_assert(__builtin_offsetof(struct ipc_transfer, channel) == 64, "ipc_transfer.channel");
_Static_assert(__builtin_offsetof(struct ipc_transfer, count) == 80, "ipc_transfer.count");
_Static_assert(__builtin_offsetof(struct ipc_transfer, state) == 88, "ipc_transfer.state");
_Static_assert(sizeof(union ipc_channel_state) == 8, "ipc_channel_state");
_Static_assert(__builtin_offsetof(struct ipc_transfer, unread) == 96, "ipc_transfer.unread");
_Static_assert(sizeof(struct ipc_past) == 128, "ipc_past");
_Static_assert(__builtin_offsetof(struct ipc_past, birth) == 112, "ipc_past.birth");
_Static_assert(sizeof(struct ipc_content) == 80, "ipc_content");
_Static_assert(sizeof(struct ipc_backlog) == 96, "ipc_backlog");
_Static_assert(__builtin_offsetof(struct ipc_backlog, offset) == 80, "ipc_backlog.offset");
_Static_assert(sizeof(struct ipc_unread) == 104, "ipc_unread");
_Static_assert(__builtin_offsetof(struct ipc_unread, position) == 88, "ipc_unread.position");
_Static_assert(sizeof(struct ipc_terminal) == 160, "ipc_terminal");
_Static_assert(__builtin_offsetof(struct ipc_terminal, is_output) == 152, "ipc_terminal.is_output");
_Static_assert(sizeof(struct ipc_channel) == 88, "ipc_channel");
_Static_assert(sizeof(struct ipc_signal) == 136, "ipc_signal");
_Static_assert(__builtin_offsetof(struct ipc_signal, value) == 112, "ipc_signal.value");
_Static_assert(__builtin_offsetof(struct ipc_signal, is_from_kernel) == 132, "ipc_signal.is_from_kernel");
_Static_assert(sizeof(struct ipc_life) == 296, "ipc_life");
_Static_assert(__builtin_offsetof(struct ipc_life, own_address) == 96, "ipc_life.own_address");
_Static_assert(__builtin_offsetof(struct ipc_life, path) == 176, "ipc_life.path");
_Static_assert(sizeof(struct ipc_socket) == 176, "ipc_socket");
_Static_assert(__builtin_offsetof(struct ipc_socket, end) == 112, "ipc_socket.end");
_Static_assert(__builtin_offsetof(struct ipc_socket, destination_inode) == 120, "ipc_socket.destination_inode");
_Static_assert(__builtin_offsetof(struct ipc_socket, extent) == 168, "ipc_socket.extent");
_Static_assert(__builtin_offsetof(struct ipc_socket, source_address) == 128, "ipc_socket.source_address");
_Static_assert(sizeof(struct ipc_netlink_end) == 16, "ipc_netlink_end");
_Static_assert(sizeof(struct ipc_vsock_end) == 16, "ipc_vsock_end");
_Static_assert(sizeof(struct ipc_descriptor) == 24, "ipc_descriptor");
_Static_assert(sizeof(struct ipc_passed) == 472, "ipc_passed");
_Static_assert(sizeof(struct ipc_counter) == 144, "ipc_counter");
_Static_assert(sizeof(struct ipc_queued) == 136, "ipc_queued");
_Static_assert(sizeof(struct ipc_target) == 56, "ipc_target");
_Static_assert(sizeof(struct ipc_access) == 184, "ipc_access");
_Static_assert(__builtin_offsetof(struct ipc_access, address) == 168, "ipc_access.address");
_Static_assert(sizeof(struct ipc_taken) == 152, "ipc_taken");
_Static_assert(sizeof(struct ipc_sem_change) == 8, "ipc_sem_change");
_Static_assert(sizeof(struct ipc_released) == 464, "ipc_released");
_Static_assert(__builtin_offsetof(struct ipc_released, began) == 168, "ipc_released.began");
_Static_assert(__builtin_offsetof(struct ipc_released, waits) == 208, "ipc_released.waits");
_Static_assert(sizeof(struct ipc_mapped) == 112, "ipc_mapped");
_Static_assert(sizeof(struct ipc_space) == 160, "ipc_space");
_Static_assert(__builtin_offsetof(struct ipc_space, start) == 120, "ipc_space.start");
_Static_assert(sizeof(struct ipc_mapped_before) == 72, "ipc_mapped_before");
_Static_assert(sizeof(struct ipc_woken) == 160, "ipc_woken");
_Static_assert(sizeof(struct ipc_exec) == 96, "ipc_exec");
_Static_assert(sizeof(struct ipc_fork) == 72, "ipc_fork");
_Static_assert(sizeof(struct ipc_exit) == 72, "ipc_exit");
_Static_assert(sizeof(struct ipc_process) == 16, "ipc_process");
_Static_assert(sizeof(struct ipc_held) == 80, "ipc_held");
_Static_assert(__builtin_offsetof(struct ipc_held, inode) == 32, "ipc_held.inode");
_Static_assert(__builtin_offsetof(struct ipc_held, file) == 72, "ipc_held.file");
_Static_assert(sizeof(struct ipc_waiting) == 72, "ipc_waiting");
_Static_assert(sizeof(struct ipc_watched) == 32, "ipc_watched");
_Static_assert(sizeof(struct ipc_sleeper) == 32, "ipc_sleeper");
_Static_assert(sizeof(struct ipc_open_file) == 64, "ipc_open_file");

#endif
