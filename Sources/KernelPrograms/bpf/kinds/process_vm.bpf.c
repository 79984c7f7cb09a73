// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Memory of another process: process_vm_readv, process_vm_writev, and reads and writes of /proc/PID/mem. Contents are
 * the caller's: what it has read lies in its buffers, and what it has written, too.
 */
#include "hooks/transfers.h"
#include "kernel/numbers.h"
#include "record/contents.h"
#include "record/target.h"

static __always_inline int process_vm_record(void *ctx, u32 slot, struct scratch *scratch, struct task_struct *target,
                                             u64 address) {
  if (!reaches(scratch, target)) return 0;
  fill_access(slot, IPC_KIND_PROCESS_VM, (u64)target, address, 0);
  return send_with_contents(ctx, slot, scratch, settings.capture_limit);
}

/* Address of the first piece of a vector (struct iovec, struct compat_iovec). */
static __always_inline u64 first_address(u64 vector, bool is_compat) {
  u64 address = 0;
  bpf_probe_read_user(&address, is_compat ? sizeof(u32) : sizeof(address), (void *)vector);
  return address;
}

static __always_inline int process_vm(void *ctx, struct call *call, bool is_write) {
  if (call->result <= 0) return 0;
  struct scratch *scratch = call->scratch;
  begin_transfer(call, NULL, NO_FD, is_write);
  scratch->call.base = argument(call->regs, 1, call->compat);
  scratch->call.length = argument(call->regs, 2, call->compat);
  scratch->call.is_vector = true;
  u64 address = first_address(argument(call->regs, 3, call->compat), call->compat);
  struct task_struct *target = thread_numbered(call->task, argument(call->regs, 0, call->compat));
  return process_vm_record(ctx, call->slot, scratch, target, address);
}

static __always_inline int process_vm_readv_exit(void *ctx, struct call *call) { return process_vm(ctx, call, false); }
static __always_inline int process_vm_writev_exit(void *ctx, struct call *call) { return process_vm(ctx, call, true); }
SYSCALL_EXIT(process_vm_readv, SLOTS1(process_vm_readv), process_vm, process_vm_readv_exit)
SYSCALL_EXIT(process_vm_writev, SLOTS1(process_vm_writev), process_vm, process_vm_writev_exit)

/* Whether a file of /proc is the memory of a process. */
static __always_inline bool is_memory_file(struct file *file) {
  char name[8] = {};
  bpf_probe_read_kernel_str(name, sizeof(name), READ_KERNEL(file, f_path.dentry, d_name.name));
  return name[0] == 'm' && name[1] == 'e' && name[2] == 'm' && name[3] == 0;
}

/* Whether the call says where in the file it reads or writes; −1 means where the file is. */
static __always_inline bool has_position(u64 number) {
  return number == NR_pread64 || number == NR_pwrite64 || number == NR_preadv || number == NR_pwritev
         || number == NR_preadv2 || number == NR_pwritev2;
}

/* Where in the file the call has begun. A 32-bit caller passes the halves of the position. */
static __always_inline u64 begun_at(struct scratch *scratch) {
  struct pt_regs *regs = current_registers();
  bool is_compat = scratch->call.is_compat;
  u32 number = syscall_number(regs);
  if (is_compat) number = native_number(number);
  u64 position = argument(regs, 3, is_compat);
  if (is_compat) position |= argument(regs, 4, true) << 32;
  if (has_position(number) && position != ~0ull) return position;
  return READ_KERNEL(scratch->call.file, f_pos) - scratch->call.result;
}

static __always_inline int memory_exit(void *ctx, u32 slot, struct scratch *scratch) {
  struct file *file = scratch->call.file;
  if (scratch->call.result <= 0 || !is_memory_file(file)) return 0;
  struct proc_inode *inode = (void *)READ_KERNEL(file, f_inode) - bpf_core_field_offset(struct proc_inode, vfs_inode);
  struct pid *pid = READ_KERNEL(inode, pid);
  if (!pid) return 0;
  return process_vm_record(ctx, slot, scratch, task_of(pid, PIDTYPE_PID), begun_at(scratch));
}
EXIT_STAGE(memory, STAGE_MEMORY, process_vm, memory_exit)

/* Calls with a position fail on pipes, sockets and terminals, so that these handlers are there for this kind only. */
SYSCALL_EXIT(pread, SLOTS1(pread64), process_vm, read_exit)
SYSCALL_EXIT(pwrite, SLOTS1(pwrite64), process_vm, write_exit)
SYSCALL_EXIT(preadv, SLOTS1(preadv), process_vm, readv_exit)
SYSCALL_EXIT(pwritev, SLOTS1(pwritev), process_vm, writev_exit)
