// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What processes have mapped shared when the trace begins. */
#include "kinds/kinds.h"
#include "snapshots/sleep.h"

#define VM_WRITE 0x2 /* include/linux/mm.h */
#define VM_MAYSHARE 0x80
#define PAGE_BITS 12

struct path_room {
  char bytes[IPC_PATH_LIMIT];
};

/* Where the iterator puts a path; ipcdump alone runs it. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct path_room);
} mapped_path SEC(".maps");

/* Linux 5.12. */
SEC("iter/task_vma") int shared_mappings(struct bpf_iter__task_vma *ctx) {
  struct task_struct *task = ctx->task;
  struct vm_area_struct *vma = ctx->vma;
  if (!task || !vma || !(READ_KERNEL(vma, vm_flags) & VM_MAYSHARE)) return 0;
  struct file *file = vma->vm_file;
  u32 zero = 0;
  struct path_room *room = bpf_map_lookup_elem(&mapped_path, &zero);
  if (!file || !room) return 0;
  /* Read anew, because a typed pointer is no number to the verifier. */
  struct task_struct *leader = READ_KERNEL(task, group_leader);
  struct inode *inode = READ_KERNEL(file, f_inode);
  if (READ_KERNEL(task, pid) != READ_KERNEL(task, tgid) || is_self(leader) || !is_shareable(inode)) return 0;
  struct ipc_mapped_before record = {
    .start = READ_KERNEL(vma, vm_start),
    .offset = (u64)READ_KERNEL(vma, vm_pgoff) << PAGE_BITS,
    .inode = READ_KERNEL(inode, i_ino),
    .device = READ_KERNEL(inode, i_sb, s_dev),
    .tgid = visible_ids(leader) >> 32,
    .traits = READ_KERNEL(vma, vm_flags) & VM_WRITE ? IPC_MAPPED_WRITABLE : 0,
    .in_scope = scope_matches(leader),
  };
  u64 end = READ_KERNEL(vma, vm_end);
  record.length = end - record.start;
  read_comm(record.comm, leader);
  extend_span(READ_KERNEL(leader, tgid), record.start, end);
  if (record.tgid == 0) return 0;
  long length = bpf_d_path(&file->f_path, room->bytes, sizeof(room->bytes));
  record.path_length = length > 0 ? at_most(length, sizeof(room->bytes)) : 0;
  bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
  if (length > 0) bpf_seq_write(ctx->meta->seq, room->bytes, at_most(length, sizeof(room->bytes)));
  return 0;
}

/* Where there is no such iterator, /proc tells what is mapped; any call may concern it then. What /proc cannot tell is
 * whose mappings these are to the filter: each process that it takes in is written. */
SEC("iter/task") int mapping_processes(struct bpf_iter__task *ctx) {
  struct task_struct *task = ctx->task;
  if (!task || READ_KERNEL(task, flags) & PF_NO_CALLER || READ_KERNEL(task, pid) != READ_KERNEL(task, tgid)) return 0;
  extend_span(READ_KERNEL(task, tgid), 0, ~0ull);
  struct task_struct *leader = READ_KERNEL(task, group_leader);
  struct ipc_process process = {.tgid = visible_tgid(leader), .is_in_scope = scope_matches(leader)};
  if (process.is_in_scope) bpf_seq_write(ctx->meta->seq, &process, sizeof(process));
  return 0;
}
