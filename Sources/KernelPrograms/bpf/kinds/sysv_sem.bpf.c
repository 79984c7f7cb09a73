// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * SysV semaphores: who lets a waiting thread go on. The one whose call changes a set does for all waiters what has become
 * possible, and wakes them; so `sched_waking`, which is passed in its context, has both. It is passed with interrupts
 * off, so that a raw_tp program is never preempted in it and misses nothing, on any kernel.
 *
 * Every call on semaphores has its record in a table while it goes on. One that waits is sent when the wait has
 * succeeded.
 */
#include "core/sysv.h"
#include "hooks/programs.h"
#include "kernel/compat.h"
#include "record/target.h"

/* include/uapi/linux/sem.h; IPC_64 is another version of what the caller gets. */
#define SETVAL 16
#define SETALL 17

/* Numbers in ipc(2), include/uapi/linux/ipc.h. */
#define SEMOP 1
#define SEMCTL 3
#define SEMTIMEDOP 4

/* Semaphores of one set that are looked at when all are set, or undone. */
#define SEM_LOOKS 64
/* Sets that one process undoes something of. */
#define UNDO_SETS 8

struct sem_call {
  struct ipc_released record; /* `waits` are the call's operations, of others than semop what they change */
  u64 operations; /* user address of an array of struct sembuf; 0 if there is none */
  u32 count; /* of these */
  u32 released; /* threads that were woken in the call up to now */
};

/* Calls that go on, by the thread's number. What finds no room is counted as lost. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, struct sem_call);
} sem_calls SEC(".maps");

/* What processes that end undo of a set, by the thread's number and the set's id. Nothing tells when the undoing is over:
 * entries are used again when they are the oldest. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 256);
  __type(key, u64);
  __type(value, struct sem_call);
} sem_undos SEC(".maps");

/* Entries of `sem_calls`: as long as there is none, whoever wakes somebody pays for a look at this only. */
u32 open_sem_calls SEC(".bss.waits");

static __always_inline u64 undo_key(u32 thread, u32 id) { return (u64)thread << 32 | id; }

static __always_inline u64 place_of_semaphore(struct sem_array *set, u32 number) {
  return (u64)set + bpf_core_field_offset(struct sem_array, sems) + (u64)number * bpf_core_type_size(struct sem);
}

static __always_inline s32 value_of_semaphore(struct sem_array *set, u32 number) {
  struct sem *semaphore = (void *)place_of_semaphore(set, number);
  return READ_KERNEL(semaphore, semval);
}

/* The set of that id; NULL if it is gone. */
static __always_inline struct sem_array *semaphores_of(struct task_struct *task, u32 id) {
  return has_sysv_semaphores() ? sysv_object(task, SYSV_SEMAPHORES, id) : NULL;
}

/* Lists one operation of the call of a thread; false if its memory cannot be read. */
VERIFIED_ONCE bool list_operation(u32 thread, u32 place) {
  struct sem_call *call = bpf_map_lookup_elem(&sem_calls, &thread);
  struct {
    u16 number;
    s16 amount;
    s16 flags;
  } operation;
  if (!call || place >= IPC_SEM_CHANGES) return false;
  if (bpf_probe_read_user(&operation, sizeof(operation), (void *)(call->operations + place * sizeof(operation))))
    return false;
  call->record.waits[place] = (struct ipc_sem_change){.number = operation.number, .amount = operation.amount};
  return true;
}

/* Lists what the call of a thread does, as far as it has not been done: its memory cannot always be read when it begins. */
VERIFIED_ONCE int list_operations(u32 thread) {
  struct sem_call *call = bpf_map_lookup_elem(&sem_calls, &thread);
  if (!call || call->operations == 0 || call->record.wait_count != 0) return 0;
  u32 count = call->count, listed = 0;
  if (count > IPC_SEM_CHANGES) call->record.traits |= IPC_RELEASED_CUT_WAITS;
  for (u32 i = 0; i < IPC_SEM_CHANGES; i++) {
    if (i >= count || !list_operation(thread, i)) break;
    listed++;
  }
  call->record.wait_count = listed;
  return 0;
}

/* Fills in the beginning of a record in the scratch. */
static __always_inline void begin_released(struct scratch *scratch, struct task_struct *task, u32 id) {
  struct ipc_released *record = &scratch->released;
  __builtin_memset(record, 0, sizeof(*record));
  record->transfer.channel = sysv_key(task, id);
  record->transfer.identity = id;
  record->transfer.fd = NO_FD;
  record->began = bpf_ktime_get_ns();
  struct sem_array *set = semaphores_of(task, id);
  if (set) record->key = READ_KERNEL(set, sem_perm.key);
}

/* Puts an entry into the table; false if there is no room. */
static __always_inline bool enter_sem_call(u32 thread, const void *entry) {
  if (bpf_map_update_elem(&sem_calls, &thread, entry, BPF_NOEXIST) == 0) {
    __c11_atomic_fetch_add((_Atomic u32 *)&open_sem_calls, 1, __ATOMIC_RELAXED);
    return true;
  }
  if (bpf_map_update_elem(&sem_calls, &thread, entry, BPF_EXIST) == 0) return true;
  loss_add(IPC_KIND_SYSV_SEM, 0);
  return false;
}

/* Puts the record of the scratch into the table; `count` operations lie at a user address. */
VERIFIED_ONCE int open_sem_call(u32 slot, u32 thread, u64 operations, u32 count) {
  struct scratch *scratch = scratch_at(slot);
  /* What an entry has behind the record comes from the bytes behind it in the scratch, and is set below. */
  if (!scratch || !enter_sem_call(thread, &scratch->released)) return 0;
  u32 key = thread;
  struct sem_call *call = bpf_map_lookup_elem(&sem_calls, &key);
  if (!call) return 0;
  call->operations = operations;
  call->count = count;
  call->released = 0;
  list_operations(thread);
  return 0;
}

static __always_inline void close_sem_call(u32 thread) {
  if (bpf_map_delete_elem(&sem_calls, &thread) == 0)
    __c11_atomic_fetch_add((_Atomic u32 *)&open_sem_calls, -1, __ATOMIC_RELAXED);
}

static __always_inline int semop_begins(struct call *call, u32 id, u64 operations, u32 count) {
  begin_released(call->scratch, call->task, id);
  open_sem_call(call->slot, call->thread, operations, count);
  return 0;
}

/* Sends the record of a wait that has succeeded; false if it is of no interest. */
VERIFIED_ONCE int send_released(u32 slot, u32 thread) {
  struct scratch *scratch = scratch_at(slot);
  struct sem_call *call = bpf_map_lookup_elem(&sem_calls, &thread);
  if (!scratch || !call || call->record.woken == 0) return 0;
  struct task_struct *task = scratch->call.task;
  list_operations(thread);
  struct ipc_released *record = &call->record;
  bool is_caused = record->traits & IPC_RELEASED_BY_CALL;
  if (!is_caused) record->change_count = 0;
  scratch->call.in_scope = scope_matches(task);
  if (!scratch->call.in_scope && !(is_caused && record->source.in_scope)) return 0;
  fill_header(&record->transfer.header, task, IPC_RECORD_RELEASED, IPC_KIND_SYSV_SEM, transfer_flags(scratch));
  if (!ring_submit(record, sizeof(*record))) loss_add(IPC_KIND_SYSV_SEM, 0);
  return 0;
}

static __always_inline int semop_ends(struct call *call) {
  begin_transfer(call, NULL, NO_FD, false);
  if (call->result == 0) send_released(call->slot, call->thread);
  close_sem_call(call->thread);
  return 0;
}

/* Adds what becomes of a semaphore to the changes in the scratch. */
VERIFIED_ONCE int add_change(u32 slot, u32 number, s32 amount) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch || amount == 0) return 0;
  u32 place = scratch->released.wait_count;
  if (place >= IPC_SEM_CHANGES) {
    scratch->released.traits |= IPC_RELEASED_CUT_WAITS;
    return 0;
  }
  scratch->released.waits[place & (IPC_SEM_CHANGES - 1)] = (struct ipc_sem_change){.number = number, .amount = amount};
  scratch->released.wait_count = place + 1;
  return 0;
}

/* Lists in the scratch what setting one of all semaphores will change. */
VERIFIED_ONCE int list_setting(u32 slot, u64 set, u64 values, u32 number) {
  u16 value;
  struct scratch *scratch = scratch_at(slot);
  if (!scratch || !set || !has_sysv_semaphores()) return 0;
  if (bpf_probe_read_user(&value, sizeof(value), (void *)(values + number * sizeof(value))))
    scratch->released.traits |= IPC_RELEASED_CUT_WAITS;
  else
    add_change(slot, number, (s32)value - value_of_semaphore((struct sem_array *)set, number));
  return 0;
}

/* The same of all. */
VERIFIED_ONCE int list_settings(u32 slot, u64 set, u64 values, u32 count) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (count > SEM_LOOKS) scratch->released.traits |= IPC_RELEASED_CUT_WAITS;
  for (u32 i = 0; i < SEM_LOOKS; i++) {
    if (i >= count) break;
    list_setting(slot, set, values, i);
  }
  return 0;
}

/* Semaphores are about to be set: what that changes can be seen only before. */
static __always_inline int semctl_begins(struct call *call, u32 id, u32 number, u32 command, u64 value) {
  u32 operation = command & 0xff;
  if (operation != SETVAL && operation != SETALL) return 0;
  struct sem_array *set = semaphores_of(call->task, id);
  if (!set) return 0;
  begin_released(call->scratch, call->task, id);
  u32 count = READ_KERNEL(set, sem_nsems);
  if (operation == SETALL)
    list_settings(call->slot, (u64)set, value, count);
  else if (number < count)
    add_change(call->slot, number, (s32)value - value_of_semaphore(set, number));
  open_sem_call(call->slot, call->thread, 0, 0);
  return 0;
}

static __always_inline int semop_enter(void *ctx, struct call *call) {
  bool compat = call->compat;
  return semop_begins(call, argument(call->regs, 0, compat), argument(call->regs, 1, compat),
                      argument(call->regs, 2, compat));
}

static __always_inline int semctl_enter(void *ctx, struct call *call) {
  bool compat = call->compat;
  return semctl_begins(call, argument(call->regs, 0, compat), argument(call->regs, 1, compat),
                       argument(call->regs, 2, compat), argument(call->regs, 3, compat));
}

static __always_inline int semop_exit(void *ctx, struct call *call) { return semop_ends(call); }

static __always_inline int semctl_exit(void *ctx, struct call *call) {
  close_sem_call(call->thread);
  return 0;
}

SYSCALL_ENTER(semop, SLOTS3(semop, semtimedop, semtimedop_time64), sysv_sem, semop_enter)
SYSCALL_EXIT(semop, SLOTS3(semop, semtimedop, semtimedop_time64), sysv_sem, semop_exit)
SYSCALL_ENTER(semctl, SLOTS1(semctl), sysv_sem, semctl_enter)
SYSCALL_EXIT(semctl, SLOTS1(semctl), sysv_sem, semctl_exit)

/* Keeps the value of a semaphore of a wait, when it ends. */
VERIFIED_ONCE int keep_value(u32 thread, u64 set, u32 place) {
  struct sem_call *wait = bpf_map_lookup_elem(&sem_calls, &thread);
  if (!wait || place >= IPC_SEM_CHANGES || !set || !has_sysv_semaphores()) return 0;
  wait->record.waits[place].value = value_of_semaphore((struct sem_array *)set, wait->record.waits[place].number);
  return 0;
}

/* Notes what has woken a thread that waits in its call: a call of the current task on the same set, by its entry. */
static __always_inline void note_release(u32 woken, struct sem_call *wait, struct sem_call *cause,
                                          struct task_struct *task) {
  struct ipc_released *record = &wait->record;
  record->woken = bpf_ktime_get_ns();
  record->traits |= IPC_RELEASED_BY_CALL | (cause->record.traits & IPC_RELEASED_CUT_WAITS
                                              ? IPC_RELEASED_CUT_CHANGES
                                              : 0);
  record->call = cause->record.began;
  record->order = cause->released++;
  fill_target(&record->source, task);
  __builtin_memcpy(record->changes, cause->record.waits, sizeof(record->changes));
  record->change_count = cause->record.wait_count;
  struct sem_array *set = semaphores_of(task, record->transfer.identity);
  if (!set) return;
  record->traits |= IPC_RELEASED_VALUES;
  for (u32 i = 0; i < IPC_SEM_CHANGES; i++) {
    if (i >= record->wait_count) break;
    keep_value(woken, (u64)set, i);
  }
}

/* A thread is woken by the current one. */
VERIFIED_ONCE int note_waking(u32 woken, u64 address) {
  struct task_struct *task = (struct task_struct *)address;
  u32 key = woken, thread = READ_KERNEL(task, pid);
  struct sem_call *wait = bpf_map_lookup_elem(&sem_calls, &key);
  if (!wait) return 0;
  list_operations(thread);
  struct sem_call *cause = bpf_map_lookup_elem(&sem_calls, &thread);
  if (!cause && READ_KERNEL(task, flags) & PF_EXITING) {
    u64 undo = undo_key(thread, wait->record.transfer.identity);
    cause = bpf_map_lookup_elem(&sem_undos, &undo);
  }
  if (cause && cause->record.transfer.channel == wait->record.transfer.channel) {
    note_release(woken, wait, cause, task);
  } else if (wait->record.woken == 0) {
    /* A timer, a signal; the call's result will tell. */
    wait->record.woken = bpf_ktime_get_ns();
  }
  return 0;
}

SEC("raw_tp/sched_waking") int release__trace_0__sysv_sem__any(u64 *ctx) {
  if (open_sem_calls == 0) return 0;
  struct task_struct *woken = (void *)ctx[0];
  u32 thread = READ_KERNEL(woken, pid);
  if (!bpf_map_lookup_elem(&sem_calls, &thread) || !(state_of(woken) & TASK_INTERRUPTIBLE)) return 0;
  note_waking(thread, bpf_get_current_task());
  return 0;
}

/* Lists in the scratch what is undone of a set. */
VERIFIED_ONCE int list_undone(u32 slot, u64 amounts, u32 count) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  if (count > SEM_LOOKS) scratch->released.traits |= IPC_RELEASED_CUT_WAITS;
  for (u32 i = 0; i < SEM_LOOKS; i++) {
    if (i >= count) break;
    add_change(slot, i, READ_AT(s16, amounts + i * sizeof(s16)));
  }
  return 0;
}

/* Keeps what will be undone of a set, and goes on to the next one. */
VERIFIED_ONCE u64 keep_undo(u32 slot, u64 task, u64 node) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch || !has_sysv_semaphores()) return 0;
  struct sem_undo *undo = (void *)(node - bpf_core_field_offset(struct sem_undo, list_proc));
  u32 id = READ_KERNEL(undo, semid);
  struct sem_array *set = id == ~0u ? NULL : semaphores_of((struct task_struct *)task, id);
  if (set) {
    begin_released(scratch, (struct task_struct *)task, id);
    list_undone(slot, undo_amounts(undo), READ_KERNEL(set, sem_nsems));
    u64 key = undo_key(READ_KERNEL((struct task_struct *)task, pid), id);
    bpf_map_update_elem(&sem_undos, &key, (void *)&scratch->released, BPF_ANY);
    struct sem_call *kept = bpf_map_lookup_elem(&sem_undos, &key);
    if (kept) kept->released = 0;
  }
  return READ_AT(u64, node);
}

/* A thread is about to end, and the last one that shares it undoes what is to be undone (exit_sem, ipc/sem.c). */
static __always_inline int on_undo(enum ipc_hook hook) {
  if (open_sem_calls == 0 || !has_sysv_semaphores()) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  struct sem_undo_list *list = READ_KERNEL(task, sysvsem.undo_list);
  if (!list || READ_KERNEL(list, refcnt.refs.counter) != 1) return 0;
  u32 slot = scratch_slot(hook);
  u64 head = (u64)list + bpf_core_field_offset(struct sem_undo_list, list_proc);
  u64 node = READ_AT(u64, head);
  for (u32 i = 0; i < UNDO_SETS; i++) {
    if (node == head || node == 0) break;
    node = keep_undo(slot, (u64)task, node);
  }
  return 0;
}

SEC("raw_tp/sched_process_exit") int undo__trace_0__sysv_sem__raw(u64 *ctx) { return on_undo(IPC_HOOK_CLOSE); }
SEC("tp/sched/sched_process_exit") int undo__trace_0__sysv_sem__classic(void *ctx) { return on_undo(IPC_HOOK_CLOSE); }

const struct sem_call waiting_sem_call SEC(".rodata.calls") = {};

/* A thread that waits already when the trace begins, and since when nobody knows. */
static __always_inline void meet_sem_wait(struct task_struct *task, struct pt_regs *regs, bool compat, u32 number) {
  u32 thread = READ_KERNEL(task, pid), first = 0, pointer = 1, count = 2;
  if (number == NR_ipc) {
    u32 operation = argument(regs, 0, compat) & 0xffff;
    if (operation != SEMOP && operation != SEMTIMEDOP) return;
    first = 1, pointer = 4, count = 2;
  } else if (number != NR_semop && number != NR_semtimedop && number != NR_semtimedop_time64) {
    return;
  }
  if (!enter_sem_call(thread, &waiting_sem_call)) return;
  struct sem_call *call = bpf_map_lookup_elem(&sem_calls, &thread);
  if (!call) return;
  u32 id = argument(regs, first, compat);
  struct sem_array *set = semaphores_of(task, id);
  if (set) call->record.key = READ_KERNEL(set, sem_perm.key);
  call->record.transfer.identity = id;
  call->record.transfer.fd = NO_FD;
  call->operations = argument(regs, pointer, compat);
  call->count = argument(regs, count, compat);
  /* Last: it is what a waking is compared by. */
  call->record.transfer.channel = sysv_key(task, id);
}
