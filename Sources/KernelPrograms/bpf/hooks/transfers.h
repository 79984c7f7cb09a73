// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The zero-copy family, seen from the pipe or socket: a process that splices bytes out of it counts as their reader,
 * one that splices them in as their writer. No buffer of the caller holds them.
 */
#pragma once

#include "hooks/programs.h"

/* Types of files that are no stages. Anonymous inodes were of no type before 6.16 (cfd86ef7e8e7), and are regular now. */
#define FILE_REGULAR (S_IFREG >> 12)
#define FILE_ANONYMOUS 0

static __always_inline void begin_splice(struct call *call, struct file *file, u32 fd, bool is_write) {
  struct scratch *scratch = call->scratch;
  begin_transfer(call, file, fd, is_write);
  scratch->call.base = 0;
  scratch->call.length = 0;
  scratch->call.is_vector = false;
  scratch->call.is_plain = true;
  scratch->call.is_spliced = true;
}

/* Whether bytes can be spliced out of a file by a process that gets them. */
static __always_inline bool is_spliced_from(struct file *file) {
  u32 type = file ? file_type(file) : 0;
  return type == STAGE_PIPE || type == STAGE_SOCKET;
}

/* From one file to another; `from` is NULL if what is moved stays there. */
static __always_inline int splice_transfer(void *ctx, struct call *call, struct file *from, u32 from_fd,
                                           struct file *to, u32 to_fd) {
  struct scratch *scratch = call->scratch;
  if (call->result <= 0 || !to) return 0;
  if (is_spliced_from(from)) {
    begin_splice(call, from, from_fd, false);
    scratch->splice.is_pending = true;
    scratch->splice.file = to;
    scratch->splice.fd = to_fd;
    /* Fails if its kind is not traced. */
    go_to_file(ctx, AT_END, file_type(from));
  }
  begin_splice(call, to, to_fd, true);
  go_to_file(ctx, AT_END, file_type(to));
  return 0;
}
