// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies in a pipe. */
#pragma once

#include "kernel/task.h"
#include "kernel/verifier.h"
#include "records.h"

/* Buffer of a pipe by its running number. */
static __always_inline struct pipe_buffer *pipe_buffer_at(struct pipe_inode_info *pipe, u32 number) {
  u32 at = number & (READ_KERNEL(pipe, ring_size) - 1);
  return (void *)READ_KERNEL(pipe, bufs) + (u64)at * bpf_core_type_size(struct pipe_buffer);
}

/* Most buffers whose lengths are added up; a pipe of the default greatest size (1 MiB) has 256. */
#define SUMMED_BUFFERS 256
#define BUFFERS_AT_ONCE 16

/* Bytes in the buffers from one number to another, of which the first few are looked at. */
VERIFIED_ONCE u32 bytes_in_buffers(u64 address, u32 from, u32 to) {
  struct pipe_inode_info *pipe = (struct pipe_inode_info *)address;
  u32 mask = READ_KERNEL(pipe, ring_size) - 1, sum = 0;
  void *buffers = READ_KERNEL(pipe, bufs);
  for (u32 i = 0; i < BUFFERS_AT_ONCE; i++) {
    if (from + i == to) break;
    struct pipe_buffer *buffer = buffers + (u64)((from + i) & mask) * bpf_core_type_size(struct pipe_buffer);
    sum += READ_KERNEL(buffer, len);
  }
  return sum;
}

/* Bytes that wait in a pipe; IPC_UNREAD_UNKNOWN if there are too many buffers to add up. */
VERIFIED_ONCE u32 unread_bytes(u64 address) {
  struct pipe_inode_info *pipe = (struct pipe_inode_info *)address;
  u32 head = READ_KERNEL(pipe, head), tail = READ_KERNEL(pipe, tail), sum = 0;
  if (head - tail > SUMMED_BUFFERS) return IPC_UNREAD_UNKNOWN;
  for (u32 i = 0; i < SUMMED_BUFFERS; i += BUFFERS_AT_ONCE) {
    if (i >= head - tail) break;
    sum += bytes_in_buffers(address, tail + i, head);
  }
  return sum;
}

/* Whether it is a FIFO, which has a path, and no pipe. */
static __always_inline bool has_path(struct file *file) {
  return READ_KERNEL(file, f_inode, i_sb, s_magic) != PIPEFS_MAGIC;
}
