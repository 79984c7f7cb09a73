// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The start of a splice, as a syscall or as a request. */
#pragma once

#include "core/channels.h"
#include "core/kinds.h"
#include "hooks/transfers.h"
#include "record/pipe_pages.h"

/* Marks the channel that a file receives from as spliced from. */
static __always_inline int begin_to_splice(void *ctx, struct call *call, struct file *file) {
  if (settings.capture_limit == 0 || !is_spliced_from(file) || is_self(call->task)) return 0;
  struct scratch *scratch = call->scratch;
  struct ipc_held open = {};
  if (!describe_open(file, &open, false)) return 0;
  bool is_pipe = open.kind == IPC_KIND_PIPE;
  u64 key = is_pipe ? open.sends : open.receives, inode = is_pipe ? open.sends_identity : open.receives_identity;
  bool in_scope = scope_matches(call->task), enters = in_scope && is_wanted_file(call->slot, file, &open);
  struct channel *channel = key ? channel_in_scope(open.kind, key, inode, enters, 0) : NULL;
  if (!channel || channel->flags & (CHANNEL_EXCLUDED | CHANNEL_SPLICED)) return 0;
  channel->flags |= CHANNEL_SPLICED;
  if (!is_pipe) return 0;
  begin_transfer(call, file, 0, false);
  begin_contents(scratch, ~0ull, settings.capture_limit);
  bool has_backlog = begin_pages(scratch, READ_KERNEL(file, private_data));
  u8 flags = in_scope ? IPC_FLAG_IN_SCOPE : 0;
  fill_header(&scratch->backlog.header, call->task, IPC_RECORD_BACKLOG, IPC_KIND_PIPE, flags);
  scratch->backlog.channel = key;
  scratch->backlog.identity = inode;
  if (has_backlog) {
    bpf_tail_call(ctx, &enter_stages, STAGE_BACKLOG);
    return 0;
  }
  /* Nothing is worth recording, too: all that comes is recorded with its writes. */
  scratch->backlog.offset = 0;
  scratch->backlog.captured = 0;
  record_send(scratch, &scratch->backlog, sizeof(struct ipc_backlog), 0);
  return 0;
}
