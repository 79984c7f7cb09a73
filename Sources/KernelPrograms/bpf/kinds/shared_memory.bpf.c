// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Memory that processes share: what each one maps, and what becomes of its mappings. Who shares what with whom follows from
 * them, in Swift. Records are of every process, because whoever is in the filter's scope may share with anyone; but only
 * calls that concern a shared mapping are recorded.
 *
 * An address space is known by its owner, the process; one that borrows it (vfork) is told as its owner.
 */
#include "core/sysv.h"
#include "hooks/programs.h"
#include "kernel/compat.h"
#include "record/names.h"
#include "record/target.h"

/* include/uapi/linux/mman.h, include/uapi/asm-generic/mman-common.h */
#define PROT_WRITE 2
#define MAP_SHARED 1
#define MAP_SHARED_VALIDATE 3
#define MAP_TYPE 0xf
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MREMAP_FIXED 2
#define MREMAP_DONTUNMAP 4
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
/* include/uapi/linux/shm.h */
#define SHM_RDONLY 010000
#define SHM_REMAP 040000

/* Numbers in ipc(2), include/uapi/linux/ipc.h. */
#define SHMAT 21
#define SHMDT 22

#define ZERO_DEVICE (1 << 20 | 5) /* /dev/zero: each mapping of it is memory of its own (drivers/char/mem.c) */

/* Calls may name any number of bytes; the kernel takes whole pages (PAGE_ALIGN in mm/mmap.c and its neighbours). */
static __always_inline u64 whole_pages(u64 length) { return (length + 4095) & ~4095ull; }

/* From where to where an address space has had shared mappings. */
struct mapped_span {
  u64 low;
  u64 high;
};

/* Those of processes that have any, by their number. What finds no room is counted as lost. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __type(key, u32);
  __type(value, struct mapped_span);
} mapped_spans SEC(".maps");

static __always_inline void extend_span(u32 process, u64 low, u64 high) {
  struct mapped_span *span = bpf_map_lookup_elem(&mapped_spans, &process);
  if (span) {
    if (low < span->low) span->low = low;
    if (high > span->high) span->high = high;
    return;
  }
  struct mapped_span fresh = {.low = low, .high = high};
  if (bpf_map_update_elem(&mapped_spans, &process, &fresh, BPF_ANY)) loss_add(IPC_KIND_SHARED_MEMORY, 0);
}

static __always_inline bool is_in_span(u32 process, u64 start, u64 length) {
  struct mapped_span *span = bpf_map_lookup_elem(&mapped_spans, &process);
  return span && start < span->high && start + length > span->low;
}

/* The process whose address space the current task uses. */
static __always_inline struct task_struct *owner_of_space(struct task_struct *task) {
  struct mm_struct *mm = READ_KERNEL(task, mm);
  struct task_struct *owner = mm && bpf_core_field_exists(mm->owner) ? READ_KERNEL(mm, owner) : NULL;
  return owner ? owner : task;
}

/* Whether a file's mappings are memory that others can have, and not a device's, or of the one anonymous inode. */
static __always_inline bool is_shareable(struct inode *inode) {
  u32 type = READ_KERNEL(inode, i_mode) & S_IFMT;
  return type == S_IFREG || (type == 0 && READ_KERNEL(inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC);
}

/* Fills in the memory that a file is. */
static __always_inline void name_memory(struct ipc_mapped *record, struct inode *inode) {
  record->device = READ_KERNEL(inode, i_sb, s_dev);
  record->inode = READ_KERNEL(inode, i_ino);
}

/* Sends the record in the scratch of a new mapping by the current call: of memory that a file is, or of new memory
 * without one. */
VERIFIED_ONCE int send_mapped(u32 slot, u64 address) {
  struct scratch *scratch = scratch_at(slot);
  struct file *file = (struct file *)address;
  if (!scratch) return 0;
  struct task_struct *task = scratch->call.task, *owner = owner_of_space(task);
  struct ipc_mapped *record = &scratch->mapped;
  scratch->cursor.fill = 0;
  if (file) {
    name_memory(record, READ_KERNEL(file, f_inode));
    if (walk_path(slot, scratch, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt)))
      record->traits |= IPC_MAPPED_PSEUDO;
  }
  scratch->call.in_scope = scope_matches(task);
  fill_header(&record->header, task, IPC_RECORD_MAPPED, IPC_KIND_SHARED_MEMORY, transfer_flags(scratch));
  record->owner = visible_ids(owner) >> 32;
  record->name_length = scratch->cursor.fill;
  extend_span(READ_KERNEL(owner, tgid), record->start, record->start + record->length);
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

static __always_inline void tell_mapped(struct call *call, struct file *file, u64 start, u64 length, u64 offset,
                                        bool is_writable) {
  struct ipc_mapped *record = &call->scratch->mapped;
  __builtin_memset(record, 0, sizeof(*record));
  record->start = start;
  record->length = length;
  record->offset = offset;
  record->traits = is_writable ? IPC_MAPPED_WRITABLE : 0;
  send_mapped(call->slot, (u64)file);
}

/* Sends the record in the scratch of what has become of mappings by the current task. */
VERIFIED_ONCE int send_space(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct task_struct *task = scratch->call.task;
  struct ipc_space *record = &scratch->space;
  scratch->call.in_scope = scope_matches(task);
  scratch->call.is_spliced = false;
  fill_header(&record->header, task, IPC_RECORD_SPACE, IPC_KIND_SHARED_MEMORY, transfer_flags(scratch));
  record->owner = visible_ids(owner_of_space(task)) >> 32;
  scratch->cursor.fill = 0;
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

static __always_inline void tell_space(struct scratch *scratch, u32 slot, u32 operation, u64 start, u64 length,
                                       u64 new_start, u64 new_length) {
  struct ipc_space *record = &scratch->space;
  __builtin_memset(record, 0, sizeof(*record));
  record->operation = operation;
  record->start = start;
  record->length = length;
  record->new_start = new_start;
  record->new_length = new_length;
  send_space(slot);
}

static __always_inline bool begin_mapping(struct call *call) {
  begin_transfer(call, NULL, NO_FD, false);
  return !is_self(call->task);
}

static __always_inline u32 process_of_space(struct call *call) { return READ_KERNEL(owner_of_space(call->task), tgid); }

/* Whether a call has returned an address, and not an error. */
static __always_inline bool is_address(struct call *call) {
  return call->compat ? (u32)call->result < (u32)-4095 : (u64)call->result < (u64)-4095;
}

static __always_inline u64 returned_address(struct call *call) {
  return call->compat ? (u32)call->result : (u64)call->result;
}

struct mmap_arguments {
  u64 length;
  u64 offset; /* in bytes */
  u32 protection;
  u32 flags;
  u32 fd;
};

static __always_inline int mapped_by(struct call *call, const struct mmap_arguments *arguments) {
  if (!is_address(call)) return 0;
  u32 type = arguments->flags & MAP_TYPE;
  u64 start = returned_address(call), length = whole_pages(arguments->length);
  bool is_shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
  if (!is_shared && !(arguments->flags & MAP_FIXED)) return 0;
  if (!begin_mapping(call)) return 0;
  struct file *file = is_shared && !(arguments->flags & MAP_ANONYMOUS) ? file_of(call->task, arguments->fd) : NULL;
  if (is_shared && !(arguments->flags & MAP_ANONYMOUS)) {
    struct inode *inode = file ? READ_KERNEL(file, f_inode) : NULL;
    bool is_zero = inode && (READ_KERNEL(inode, i_mode) & S_IFMT) == S_IFCHR && READ_KERNEL(inode, i_rdev) == ZERO_DEVICE;
    if (is_zero)
      file = NULL;
    else
      is_shared = inode && is_shareable(inode);
  }
  /* What lay there before is gone in any case. */
  if (arguments->flags & MAP_FIXED && is_in_span(process_of_space(call), start, length))
    tell_space(call->scratch, call->slot, IPC_SPACE_UNMAP, start, length, 0, 0);
  if (is_shared)
    tell_mapped(call, file, start, length, file ? arguments->offset : 0, arguments->protection & PROT_WRITE);
  return 0;
}

/* 32-bit callers give the offset in pages. */
static __always_inline int mmap_exit(void *ctx, struct call *call) {
  bool compat = call->compat;
  u64 offset = argument(call->regs, 5, compat);
  struct mmap_arguments arguments = {
    .length = argument(call->regs, 1, compat),
    .protection = argument(call->regs, 2, compat),
    .flags = argument(call->regs, 3, compat),
    .fd = argument(call->regs, 4, compat),
    .offset = compat ? offset << 12 : offset,
  };
  return mapped_by(call, &arguments);
}

/* The oldest mmap of i386, whose arguments lie in memory. */
static __always_inline int old_mmap_exit(void *ctx, struct call *call) {
  u32 values[6] = {};
  if (bpf_probe_read_user(values, sizeof(values), (void *)argument(call->regs, 0, true))) return 0;
  struct mmap_arguments arguments = {
    .length = values[1], .protection = values[2], .flags = values[3], .fd = values[4], .offset = values[5]};
  return mapped_by(call, &arguments);
}

static __always_inline int munmap_exit(void *ctx, struct call *call) {
  u64 start = argument(call->regs, 0, call->compat), length = whole_pages(argument(call->regs, 1, call->compat));
  if (call->result != 0 || !is_in_span(process_of_space(call), start, length) || !begin_mapping(call)) return 0;
  tell_space(call->scratch, call->slot, IPC_SPACE_UNMAP, start, length, 0, 0);
  return 0;
}

static __always_inline int mremap_exit(void *ctx, struct call *call) {
  bool compat = call->compat;
  u64 start = argument(call->regs, 0, compat), length = whole_pages(argument(call->regs, 1, compat));
  u64 new_length = whole_pages(argument(call->regs, 2, compat)), new_start = returned_address(call);
  u32 flags = argument(call->regs, 3, compat), process = process_of_space(call);
  if (!is_address(call)) return 0;
  bool is_of_shared = is_in_span(process, start, length ? length : 1);
  if (!is_of_shared && !(flags & MREMAP_FIXED && is_in_span(process, new_start, new_length))) return 0;
  if (!begin_mapping(call)) return 0;
  if (is_of_shared) extend_span(process, new_start, new_start + new_length);
  u32 operation = flags & MREMAP_DONTUNMAP ? IPC_SPACE_COPY : IPC_SPACE_MOVE;
  tell_space(call->scratch, call->slot, operation, start, length, new_start, new_length);
  return 0;
}

/* What can be done to mappings where they are. */
static __always_inline int mappings_changed(struct call *call, u32 operation, u64 value) {
  u64 start = argument(call->regs, 0, call->compat), length = whole_pages(argument(call->regs, 1, call->compat));
  if (call->result != 0 || !is_in_span(process_of_space(call), start, length) || !begin_mapping(call)) return 0;
  tell_space(call->scratch, call->slot, operation, start, length, value, 0);
  return 0;
}

static __always_inline int mprotect_exit(void *ctx, struct call *call) {
  bool is_writable = argument(call->regs, 2, call->compat) & PROT_WRITE;
  return mappings_changed(call, IPC_SPACE_PROTECT, is_writable);
}

static __always_inline int madvise_exit(void *ctx, struct call *call) {
  u32 advice = argument(call->regs, 2, call->compat);
  if (advice != MADV_DONTFORK && advice != MADV_DOFORK) return 0;
  return mappings_changed(call, IPC_SPACE_INHERIT, advice == MADV_DOFORK);
}

/* A SysV segment has been attached. */
static __always_inline int shm_attached(struct call *call, u32 id, u32 flags, u64 start) {
  if (!has_sysv_memory() || !begin_mapping(call)) return 0;
  struct shmid_kernel *segment = sysv_object(call->task, SYSV_MEMORY, id);
  struct file *file = segment ? READ_KERNEL(segment, shm_file) : NULL;
  if (!file) return 0;
  u64 length = whole_pages(READ_KERNEL(segment, shm_segsz));
  if (flags & SHM_REMAP && is_in_span(process_of_space(call), start, length))
    tell_space(call->scratch, call->slot, IPC_SPACE_UNMAP, start, length, 0, 0);
  tell_mapped(call, file, start, length, 0, !(flags & SHM_RDONLY));
  return 0;
}

static __always_inline int shm_detached(struct call *call, u64 start) {
  if (call->result != 0 || !is_in_span(process_of_space(call), start, 1) || !begin_mapping(call)) return 0;
  tell_space(call->scratch, call->slot, IPC_SPACE_DETACH, start, 0, 0, 0);
  return 0;
}

static __always_inline int shmat_exit(void *ctx, struct call *call) {
  if (!is_address(call)) return 0;
  return shm_attached(call, argument(call->regs, 0, call->compat), argument(call->regs, 2, call->compat),
                      returned_address(call));
}

static __always_inline int shmdt_exit(void *ctx, struct call *call) {
  return shm_detached(call, argument(call->regs, 0, call->compat));
}

SYSCALL_EXIT(mmap, SLOTS1(mmap), shared_memory, mmap_exit)
SYSCALL_EXIT(old_mmap, SLOTS1(old_mmap), shared_memory, old_mmap_exit)
SYSCALL_EXIT(munmap, SLOTS1(munmap), shared_memory, munmap_exit)
SYSCALL_EXIT(mremap, SLOTS1(mremap), shared_memory, mremap_exit)
SYSCALL_EXIT(mprotect, SLOTS2(mprotect, pkey_mprotect), shared_memory, mprotect_exit)
SYSCALL_EXIT(madvise, SLOTS1(madvise), shared_memory, madvise_exit)
SYSCALL_EXIT(shmat, SLOTS1(shmat), shared_memory, shmat_exit)
SYSCALL_EXIT(shmdt, SLOTS1(shmdt), shared_memory, shmdt_exit)

/* A process with shared mappings has made another one, which has them, too. */
VERIFIED_ONCE int send_forked(u32 slot, u64 parent, u64 child) {
  struct scratch *scratch = scratch_at(slot);
  struct task_struct *task = (struct task_struct *)parent, *made = (struct task_struct *)child;
  if (!scratch || !made || is_self(task)) return 0;
  if (READ_KERNEL(task, mm) == READ_KERNEL(made, mm)) return 0;
  struct task_struct *owner = owner_of_space(task);
  u32 process = READ_KERNEL(owner, tgid), number = READ_KERNEL(made, tgid);
  struct mapped_span *span = bpf_map_lookup_elem(&mapped_spans, &process);
  if (!span) return 0;
  extend_span(number, span->low, span->high);
  struct ipc_space *record = &scratch->space;
  __builtin_memset(record, 0, sizeof(*record));
  bool in_scope = scope_matches(task);
  fill_header(&record->header, task, IPC_RECORD_SPACE, IPC_KIND_SHARED_MEMORY, in_scope ? IPC_FLAG_IN_SCOPE : 0);
  record->owner = visible_ids(owner) >> 32;
  record->operation = IPC_SPACE_FORK;
  fill_target(&record->child, made);
  scratch->cursor.fill = 0;
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

SEC("raw_tp/sched_process_fork") int fork_space__trace_0__shared_memory__raw(u64 *ctx) {
  return send_forked(scratch_slot(IPC_HOOK_EXEC), ctx[0], ctx[1]);
}

SEC("tp/sched/sched_process_fork")
int fork_space__trace_0__shared_memory__classic(struct trace_event_raw_sched_process_fork *ctx) {
  struct task_struct *task = (void *)bpf_get_current_task();
  struct task_struct *child = thread_numbered_anywhere(task, ctx->child_pid);
  return send_forked(scratch_slot(IPC_HOOK_EXEC), (u64)task, (u64)child);
}

/* All mappings of the current process go: it runs another program, or ends. */
static __always_inline int on_space_end(u32 operation) {
  u32 process = bpf_get_current_pid_tgid() >> 32;
  if (bpf_map_delete_elem(&mapped_spans, &process) != 0) return 0;
  u32 slot = scratch_slot(IPC_HOOK_EXEC);
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  scratch->call.task = (void *)bpf_get_current_task();
  tell_space(scratch, slot, operation, 0, 0, 0, 0);
  return 0;
}

SEC("raw_tp/sched_process_exec") int exec_space__trace_0__shared_memory__raw(u64 *ctx) {
  return on_space_end(IPC_SPACE_EXEC);
}
SEC("tp/sched/sched_process_exec") int exec_space__trace_0__shared_memory__classic(void *ctx) {
  return on_space_end(IPC_SPACE_EXEC);
}

static __always_inline int on_exit_of_space(void) {
  return is_process_alive((void *)bpf_get_current_task()) ? 0 : on_space_end(IPC_SPACE_EXIT);
}

SEC("raw_tp/sched_process_exit") int exit_space__trace_0__shared_memory__raw(u64 *ctx) { return on_exit_of_space(); }
SEC("tp/sched/sched_process_exit") int exit_space__trace_0__shared_memory__classic(void *ctx) {
  return on_exit_of_space();
}
