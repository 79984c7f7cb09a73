// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Makes what processes of the filter's scope have open of interest, so that the first message is already recorded. */
#pragma once

#include "core/channels.h"
#include "core/kinds.h"

/* Makes what a file sends to and receives from of interest. */
VERIFIED_ONCE int enter_file(u64 address) {
  struct file *file = (struct file *)address;
  struct ipc_held open = {};
  struct sock *sk = sock_of(file);
  u64 service = sk && is_listening(sk) ? service_key(sk) : 0;
  if (service) channel_of(service, 0, 0);
  if (!describe_open(file, &open, false)) return 0;
  enter_direction(open.kind, open.sends, open.sends_identity);
  if (open.receives != 0) enter_direction(open.kind, open.receives, open.receives_identity);
  return 0;
}

/* Descriptors of a process that are looked at. */
#ifdef NO_CALLS
#define OPEN_FDS 32 /* as many as the verifier follows */
#else
#define OPEN_FDS 128
#endif

VERIFIED_ONCE int enter_descriptor(u64 task, u32 fd) {
  struct file *file = file_of((struct task_struct *)task, fd);
  return file ? enter_file((u64)file) : 0;
}

static __always_inline void enter_open_files(struct task_struct *task) {
  for (u32 fd = 0; fd < OPEN_FDS; fd++) enter_descriptor((u64)task, fd);
}
