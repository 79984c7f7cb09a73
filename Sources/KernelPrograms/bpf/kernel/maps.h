// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Every map, why it is there and what bounds it. */
#pragma once

#include "kernel/types.h"
#include "kernel/syscalls.h"
#include "settings.h"

const volatile struct ipc_settings settings = {};
struct ipc_shared shared = {};

/* The one way out. Bounded by --buffer-size, which Swift sets before loading. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} ring SEC(".maps");

/* Handlers by syscall number, filled with those of the requested kinds only. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, SYSCALL_LIMIT);
  __type(key, u32);
  __type(value, u32);
} syscall_exits SEC(".maps"), syscall_enters SEC(".maps");

/* Programs by the type bits of a file's mode (S_IFMT >> 12); behind those, steps that all of them share. */
#define STEP_CONTENT 16
#define STEP_OUTPUT_CHAIN 17
#define STEP_OTHER_END 18
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 19);
  __type(key, u32);
  __type(value, u32);
} exit_files SEC(".maps"), enter_files SEC(".maps");

/* Where a record is put together: one per CPU and door, because a task that is preempted in one door (kernels from
 * 7.0 on) can be overtaken in the other. A plain array, because per-CPU values are limited to 32 KiB. */
/* Bytes in a pipe, added up slot by slot. */
struct slot_count {
  u32 slot;
  u32 sum;
};

enum { DOOR_ENTER = 0, DOOR_EXIT = 1, DOOR_COUNT = 2 };

struct scratch {
  /* The call as the door understood it. */
  struct file *file;
  u64 base; /* user address of the buffer, or of the iovec array */
  u64 length;
  s64 result;
  u32 fd;
  u8 is_write;
  u8 is_vector;
  u8 is_compat;
  u8 has_other_end; /* the bytes went on into `other_fd`, which is still to be told */
  u32 other_fd;
  u32 pad;
  /* How far the contents have been copied. */
  u64 limit;
  u64 done;
  u64 piece; /* user address in the current buffer */
  u64 piece_left;
  u32 next_vector;
  u32 fill;
  u32 first_chunk;
  u32 pad2;
  /* Where loops stand; kept here, so that the verifier has no states to tell apart. */
  struct slot_count slots;
  struct dentry *dentry;
  struct vfsmount *mount;
  /* The record: each header ends where the contents begin. */
  union {
    struct ipc_transfer transfer;
    struct {
      u8 pad_content[sizeof(struct ipc_transfer) - sizeof(struct ipc_content)];
      struct ipc_content content;
    };
    struct {
      u8 pad_channel[sizeof(struct ipc_transfer) - sizeof(struct ipc_channel)];
      struct ipc_channel channel;
    };
  };
  u8 bytes[2 * IPC_CHUNK_LIMIT]; /* twice, so that the verifier sees any offset plus any length inside */
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* DOOR_COUNT * CPUs, set by Swift */
  __type(key, u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

/* Channels that have been seen, or are of interest while a filter is on. The least recently used ones fall out; they
 * are met as new ones then, which costs a count of their unread bytes and nothing else. */
enum {
  CHANNEL_SEEN = 1 << 0,     /* a record of it has gone out, or it was born under our eyes */
  CHANNEL_MULTI = 1 << 1,    /* more than one thread has written */
  CHANNEL_EXCLUDED = 1 << 2, /* it shows ipcdump's own output */
  CHANNEL_NAMED = 1 << 3,    /* its path has gone out, or it has none */
  CHANNEL_MEETING = 1 << 4,  /* the write that `last_writer` is in was announced because it is the first that is seen */
};

struct channel {
  u64 inode; /* tells a new object at a used address */
  u32 last_writer;
  u32 flags;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536);
  __type(key, u64);
  __type(value, struct channel);
} channels SEC(".maps");

/* Tgids of the traced command's tree. Bounded by the tree's size; entries go when the process does. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u8);
} tree SEC(".maps");

/* Processes and names of the filter options, filled once. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, u8);
} pids SEC(".maps");

struct comm {
  char bytes[IPC_COMM_LENGTH];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct comm);
  __type(value, u8);
} comms SEC(".maps");

/* Pipes that show ipcdump's own output: its own, and those of the processes that read it. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u64);
  __type(value, u64); /* inode */
} output_chain SEC(".maps");

/* An operation that could not be recorded. */
static __always_inline void lose(u32 kind, u64 bytes) {
  if (kind >= IPC_KIND_COUNT) return;
  /* LLVM 20 turns __sync_fetch_and_add into a fetching atomic, which 5.10 refuses. */
  __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].records, 1, __ATOMIC_RELAXED);
  /* An addition of a constant 0 becomes an atomic OR, which 5.10 refuses, too. */
  if (bytes != 0) __c11_atomic_fetch_add((_Atomic u64 *)&shared.lost[kind].bytes, bytes, __ATOMIC_RELAXED);
}

static __always_inline struct scratch *scratch_of(u32 door) {
  u32 slot = bpf_get_smp_processor_id() * DOOR_COUNT + door;
  return bpf_map_lookup_elem(&scratches, &slot);
}
