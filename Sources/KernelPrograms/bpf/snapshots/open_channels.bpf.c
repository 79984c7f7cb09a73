// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What is open: the channels that processes hold, before the start and when they come into scope. */
#include "core/channels.h"
#include "core/kinds.h"
#include "record/pages.h"
#include "snapshots/open_files.h"

/* What the trace has to do with a channel. */
static __always_inline u8 interest_in(struct ipc_held *open) {
  u64 keys[2] = {open->sends, open->receives};
  if (is_own_output(keys[0], open->sends_identity) || is_own_output(keys[1], open->receives_identity))
    return IPC_INTEREST_OWN;
  if (settings.scope == IPC_SCOPE_ALL || bpf_map_lookup_elem(&channels, &keys[0])
      || bpf_map_lookup_elem(&channels, &keys[1]))
    return IPC_INTEREST_WANTED;
  return IPC_INTEREST_NONE;
}

/* Every open channel of the wanted kinds and who holds it. */
SEC("iter/task_file") int open_channels(struct bpf_iter__task_file *ctx) {
  struct task_struct *task = ctx->task;
  struct file *file = ctx->file;
  if (!task || !file) return 0;
  struct ipc_held open = {};
  if (settings.scope != IPC_SCOPE_ALL && is_in_scope(task)) {
    /* Looked up anew, because a typed pointer is no number to the verifier. */
    struct file *found = file_of(task, ctx->fd);
    if (found) enter_file((u64)found);
  }
  if (!describe_open(file, &open, true)) return 0;
  open.file = (u64)file;
  open.interest = interest_in(&open);
  open.tgid = visible_tgid(task);
  read_process_comm(open.comm, task);
  bpf_seq_write(ctx->meta->seq, &open, sizeof(open));
  return 0;
}

/* Makes what threads have open of interest that have a name of the filter, if their process has none: of the threads that
 * share their files, the look at those asks the first one only. */
SEC("iter/task") int chosen_threads(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || settings.scope != IPC_SCOPE_COMMS) return 0;
  if (READ_KERNEL(task, pid) == READ_KERNEL(task, tgid) || !is_in_scope(task)) return 0;
  /* As a number, because a typed pointer is none to the verifier. */
  u64 address = 0;
  bpf_probe_read_kernel(&address, sizeof(address), &task);
  enter_open_files((struct task_struct *)address);
  return 0;
}

/* Where ipcdump stands among the pid namespaces: the level of its own, and its number in the initial one. */
SEC("iter/task") int own_place(struct bpf_iter__task *ctx) {
  struct task_struct *self = (void *)bpf_get_current_task();
  shared.self_level = READ_KERNEL(self, thread_pid, level);
  shared.self_tgid = READ_KERNEL(self, tgid);
  return 0;
}

/* Finds out where the memory of a page lies. */
SEC("iter/task") int own_pages(struct bpf_iter__task *ctx) {
  if (shared.page_constant == 0) try_constants();
  return 0;
}
