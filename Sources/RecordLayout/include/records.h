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

#define IPC_COMM_LENGTH 16 /* TASK_COMM_LEN, include/linux/sched.h */

/* Most content bytes in one record; a longer transfer continues in IPC_RECORD_CONTENT records. */
#define IPC_CHUNK_LIMIT 32768u

/* A write's fingerprint: its first and its last bytes, whole if it is no longer than both together. */
#define IPC_PREFIX_LIMIT 48u
#define IPC_SUFFIX_LIMIT 16u

/* Longest path that is told (PATH_MAX, include/uapi/linux/limits.h). */
#define IPC_PATH_LIMIT 4096u

/* `unread` of a pipe whose ring has more slots than are counted. */
#define IPC_UNREAD_UNKNOWN 0xffffffffu

/* Kinds, in the order of KindRow.registry. */
enum ipc_kind {
  IPC_KIND_PIPE = 0,
  IPC_KIND_SIGNAL = 1,
  IPC_KIND_COUNT = 2,
};

enum ipc_record_type {
  IPC_RECORD_WRITE_BEGIN = 1, /* ipc_transfer: a write was entered that may overlap another one */
  IPC_RECORD_WRITE = 2,       /* ipc_transfer: a write was done; the fingerprint follows */
  IPC_RECORD_READ = 3,        /* ipc_transfer: a read was done; its contents follow */
  IPC_RECORD_CONTENT = 4,     /* ipc_content: more contents of this thread's last read */
  IPC_RECORD_CHANNEL = 5,     /* ipc_channel: a channel's path, and whether it is new-born */
  IPC_RECORD_SIGNAL = 6,      /* ipc_signal */
};

enum ipc_flags {
  IPC_FLAG_MATCHED = 1 << 0, /* the process is of the traced command's tree */
  IPC_FLAG_FIRST = 1 << 1,   /* the channel was not known before: `unread` is valid */
  IPC_FLAG_MORE = 1 << 2,    /* more contents follow in IPC_RECORD_CONTENT records */
  IPC_FLAG_PACKET = 1 << 3,  /* the write makes packets (O_DIRECT pipe) */
  IPC_FLAG_BORN = 1 << 4,    /* the channel is newly made and empty */
  IPC_FLAG_SEVERAL = 1 << 6, /* more than one thread has written to the channel */
  IPC_FLAG_SHORT = 1 << 5,   /* part of the contents could not be read from the user's memory */
};

struct ipc_header {
  __u64 time;
  __u32 tgid; /* of the acting process, in ipcdump's pid namespace; 0 if it is not visible there */
  __u32 tid;
  char comm[IPC_COMM_LENGTH]; /* of the task itself */
  __u16 type;                 /* enum ipc_record_type */
  __u8 kind;                  /* enum ipc_kind */
  __u8 flags;                 /* enum ipc_flags */
  __u32 lost;                 /* records of this kind lost up to now, modulo 2^32 */
};

/* One side of a transfer over a byte stream, at the end of its syscall (at its start for WRITE_BEGIN). */
struct ipc_transfer {
  struct ipc_header header;
  __u64 channel;   /* address of the kernel object, unique while it lives */
  __u64 inode;
  __u64 count;     /* bytes transferred; asked for in WRITE_BEGIN */
  __u32 head;      /* slots ever filled and emptied (struct pipe_inode_info) after the operation */
  __u32 tail;
  __u32 unread;    /* bytes in the channel after the operation; valid with IPC_FLAG_FIRST */
  __u32 captured;  /* bytes that follow this struct: a read's contents, or a write's prefix and suffix */
  __u32 suffix;    /* of those, how many are the suffix of a write */
  __u32 fd;
};

struct ipc_content {
  struct ipc_header header;
  __u64 offset; /* in the transfer */
  __u32 captured;
  __u32 pad;
};

/* The path follows, as NUL-terminated components from the last to the first. */
struct ipc_channel {
  struct ipc_header header;
  __u64 channel;
  __u64 inode;
  __u32 length;
  __u32 pad;
};

/* The header's process is the sender. */
struct ipc_signal {
  struct ipc_header header;
  __u32 target_tgid;
  __u32 target_tid;
  char target_comm[IPC_COMM_LENGTH];
  __u64 value; /* union sigval; valid if has_value */
  __s32 number;
  __s32 code;
  __u8 has_value;
  __u8 to_thread; /* sent to one thread, not to the process */
  __u8 result;    /* enum in include/trace/events/signal.h: 0 delivered, 1 ignored, 2 pending, 3 and 4 lost */
  __u8 target_matched;
  __u32 pad;
};

/* What the task_file iterator tells of every open pipe; written to the iterator's file, not to the ring. */
struct ipc_held_pipe {
  __u64 channel;
  __u64 inode;
  __u32 tgid;
  __u32 unread;
  __u8 can_read;
  __u8 can_write;
  __u8 pad[6];
  char comm[IPC_COMM_LENGTH];
};

_Static_assert(sizeof(struct ipc_header) == 40, "ipc_header");
_Static_assert(__builtin_offsetof(struct ipc_header, comm) == 16, "ipc_header.comm");
_Static_assert(__builtin_offsetof(struct ipc_header, type) == 32, "ipc_header.type");
_Static_assert(sizeof(struct ipc_transfer) == 88, "ipc_transfer");
_Static_assert(__builtin_offsetof(struct ipc_transfer, channel) == 40, "ipc_transfer.channel");
_Static_assert(sizeof(struct ipc_content) == 56, "ipc_content");
_Static_assert(sizeof(struct ipc_channel) == 64, "ipc_channel");
_Static_assert(sizeof(struct ipc_signal) == 88, "ipc_signal");
_Static_assert(__builtin_offsetof(struct ipc_signal, value) == 64, "ipc_signal.value");
_Static_assert(sizeof(struct ipc_held_pipe) == 48, "ipc_held_pipe");

#endif
