// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* ipc(2), by which 32-bit programs make all calls of SysV IPC. */
#include "hooks/programs.h"
#include "kinds/kinds.h"

/* The upper half is a version. */
static __always_inline u32 sysv_call(struct call *call) { return argument(call->regs, 0, true) & 0xffff; }

static __always_inline int ipc_enter(void *ctx, struct call *call) {
  if (!is_wanted(IPC_KIND_SYSV_SEM)) return 0;
  u32 number = sysv_call(call), id = argument(call->regs, 1, true), second = argument(call->regs, 2, true);
  u64 pointer = argument(call->regs, 4, true);
  if (number == SEMOP || number == SEMTIMEDOP) return semop_begins(call, id, pointer, second);
  if (number != SEMCTL) return 0;
  /* What it is to be set to, or where the values lie. */
  u32 value = 0;
  bpf_probe_read_user(&value, sizeof(value), (void *)pointer);
  return semctl_begins(call, id, second, argument(call->regs, 3, true), value);
}

static __always_inline int ipc_exit(void *ctx, struct call *call) {
  u32 number = sysv_call(call);
  if (is_wanted(IPC_KIND_SHARED_MEMORY)) {
    if (number == SHMDT) return shm_detached(call, argument(call->regs, 4, true));
    if (number == SHMAT && call->result == 0) {
      u32 address = 0;
      bpf_probe_read_user(&address, sizeof(address), (void *)argument(call->regs, 3, true));
      return shm_attached(call, argument(call->regs, 1, true), argument(call->regs, 2, true), address);
    }
  }
  if (!is_wanted(IPC_KIND_SYSV_SEM)) return 0;
  if (number == SEMOP || number == SEMTIMEDOP) return semop_ends(call);
  if (number == SEMCTL) close_sem_call(call->thread);
  return 0;
}

SYSCALL_ENTER(ipc, SLOTS1(ipc), sysv, ipc_enter)
SYSCALL_EXIT(ipc, SLOTS1(ipc), sysv, ipc_exit)
