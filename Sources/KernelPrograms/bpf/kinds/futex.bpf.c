// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Futexes: who ends the wait of another process. `sched_waking` is passed in the context of who wakes, with interrupts off,
 * so that a raw_tp program is never preempted in it and misses nothing. What is woken is noted with the wait, and recorded
 * when that has succeeded. Private futexes, which are nearly all, are passed by at once.
 */
#include "hooks/programs.h"
#include "kernel/compat.h"
#include "kernel/vma.h"
#include "record/names.h"
#include "record/target.h"

/* include/uapi/linux/futex.h */
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI 12
#define FUTEX_LOCK_PI2 13
#define FUTEX_PRIVATE_FLAG 128 /* FUTEX2_PRIVATE, too */
#define FUTEX_COMMAND 0x7f

#define IN_PAGE 4095

struct futex_wait {
  struct ipc_woken record;
  u64 word; /* user address that is waited at, or of the array of them */
  u64 wakes[2]; /* where the waker has woken; 0 for nowhere */
  u32 is_vector;
  u32 pad;
};

/* Waits that go on, by the thread's number. What finds no room is counted as lost. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8192);
  __type(key, u32);
  __type(value, struct futex_wait);
} futex_waits SEC(".maps");

/* From where to where waits have been moved lately: places in their pages, and how far that is. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, s64);
} futex_moves SEC(".maps");

u32 open_futex_waits SEC(".bss.waits");

const struct futex_wait empty_futex_wait SEC(".rodata.calls") = {};

static __always_inline void futex_wait_begins(u32 thread, u64 word, bool is_vector, u64 now) {
  struct futex_wait *wait;
  if (bpf_map_update_elem(&futex_waits, &thread, &empty_futex_wait, BPF_NOEXIST) == 0) {
    __c11_atomic_fetch_add((_Atomic u32 *)&open_futex_waits, 1, __ATOMIC_RELAXED);
  } else if (bpf_map_update_elem(&futex_waits, &thread, &empty_futex_wait, BPF_EXIST)) {
    loss_add(IPC_KIND_FUTEX, 0);
    return;
  }
  wait = bpf_map_lookup_elem(&futex_waits, &thread);
  if (!wait) return;
  wait->word = word;
  wait->is_vector = is_vector;
  wait->record.began = now;
}

static __always_inline bool is_futex_wait(u32 command) {
  return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2
         || command == FUTEX_WAIT_REQUEUE_PI;
}

static __always_inline bool is_futex_move(u32 command) {
  return command == FUTEX_REQUEUE || command == FUTEX_CMP_REQUEUE || command == FUTEX_CMP_REQUEUE_PI;
}

static __always_inline u32 move_key(u64 from, u64 to) { return (from & IN_PAGE) << 12 | (to & IN_PAGE); }

static __always_inline int futex_enter(void *ctx, struct call *call) {
  u32 operation = argument(call->regs, 1, call->compat), command = operation & FUTEX_COMMAND;
  if (operation & FUTEX_PRIVATE_FLAG) return 0;
  u64 word = argument(call->regs, 0, call->compat);
  if (is_futex_wait(command)) {
    futex_wait_begins(call->thread, word, false, bpf_ktime_get_ns());
  } else if (is_futex_move(command)) {
    u64 other = argument(call->regs, 4, call->compat);
    u32 key = move_key(word, other);
    s64 distance = other - word;
    bpf_map_update_elem(&futex_moves, &key, &distance, BPF_ANY);
  }
  return 0;
}

static __always_inline int futex_wait2_enter(void *ctx, struct call *call) {
  if (argument(call->regs, 3, call->compat) & FUTEX_PRIVATE_FLAG) return 0;
  futex_wait_begins(call->thread, argument(call->regs, 0, call->compat), false, bpf_ktime_get_ns());
  return 0;
}

static __always_inline int futex_waitv_enter(void *ctx, struct call *call) {
  futex_wait_begins(call->thread, argument(call->regs, 0, call->compat), true, bpf_ktime_get_ns());
  return 0;
}

/* Where a thread has waited: its own word, or that to which its wait was moved; 0 if the waker has woken elsewhere. */
static __always_inline u64 woken_word(struct futex_wait *wait, u64 word) {
  if (wait->record.operation == IPC_FUTEX_OWNER_DIED) return word;
  u64 first = wait->wakes[0], second = wait->wakes[1];
  if ((first & IN_PAGE) == (word & IN_PAGE) || (second && (second & IN_PAGE) == (word & IN_PAGE))) return word;
  u32 key = move_key(word, first);
  s64 *distance = bpf_map_lookup_elem(&futex_moves, &key);
  return distance ? word + *distance : 0;
}

VERIFIED_ONCE int send_woken(u32 slot, u32 thread, u64 word) {
  struct scratch *scratch = scratch_at(slot);
  u32 key = thread;
  struct futex_wait *wait = bpf_map_lookup_elem(&futex_waits, &key);
  if (!scratch || !wait || wait->record.woken == 0) return 0;
  struct task_struct *task = scratch->call.task;
  word = woken_word(wait, word);
  scratch->call.in_scope = scope_matches(task);
  if (word == 0 || is_self(task) || (!scratch->call.in_scope && !wait->record.source.in_scope)) return 0;
  struct ipc_woken *record = &scratch->woken;
  *record = wait->record;
  scratch->cursor.fill = 0;
  struct found_vma vma = vma_at(task, word);
  if (vma.file) {
    struct file *file = (struct file *)vma.file;
    record->traits = IPC_WOKEN_FOUND;
    record->offset = word - vma.start + (vma.page << 12);
    if (walk_path(slot, scratch, READ_KERNEL(file, f_path.dentry), READ_KERNEL(file, f_path.mnt)))
      record->traits |= IPC_WOKEN_PSEUDO;
  }
  record->name_length = scratch->cursor.fill;
  fill_header(&record->header, task, IPC_RECORD_WOKEN, IPC_KIND_FUTEX, transfer_flags(scratch));
  record_send(scratch, record, sizeof(*record), 0);
  return 0;
}

static __always_inline int futex_exit(void *ctx, struct call *call) {
  struct futex_wait *wait = bpf_map_lookup_elem(&futex_waits, &call->thread);
  if (!wait) return 0;
  u64 word = wait->word;
  bool ends_well = call->result == 0;
  if (wait->is_vector && call->result >= 0) {
    struct {
      u64 value, address;
      u32 flags, reserved;
    } place = {};
    bpf_probe_read_user(&place, sizeof(place), (void *)(word + (u64)call->result * sizeof(place)));
    word = place.address;
    ends_well = !(place.flags & FUTEX_PRIVATE_FLAG);
  }
  if (ends_well && wait->record.woken) {
    begin_transfer(call, NULL, NO_FD, false);
    send_woken(call->slot, call->thread, word);
  }
  if (bpf_map_delete_elem(&futex_waits, &call->thread) == 0)
    __c11_atomic_fetch_add((_Atomic u32 *)&open_futex_waits, -1, __ATOMIC_RELAXED);
  return 0;
}

SYSCALL_ENTER(futex, SLOTS2(futex, futex_time64), futex, futex_enter)
SYSCALL_ENTER(futex_wait2, SLOTS1(futex_wait), futex, futex_wait2_enter)
SYSCALL_ENTER(futex_waitv, SLOTS1(futex_waitv), futex, futex_waitv_enter)
SYSCALL_EXIT(futex, SLOTS4(futex, futex_time64, futex_wait, futex_waitv), futex, futex_exit)

/* What the current task does that wakes threads: a command of futex(2), or 0 for nothing. */
static __always_inline u32 waking_operation(struct task_struct *task, u64 *wakes) {
  if (READ_KERNEL(task, flags) & PF_EXITING) return IPC_FUTEX_OWNER_DIED;
  struct pt_regs *regs = current_registers();
  s64 number = syscall_number(regs);
  bool compat = is_compat(task);
  if (compat && number >= 0) number = native_number(number);
  wakes[0] = argument(regs, 0, compat);
  if (number == NR_futex_wake) return FUTEX_WAKE;
  if (number == NR_futex_requeue) return FUTEX_REQUEUE;
  if (number != NR_futex && number != NR_futex_time64) return 0;
  u32 operation = argument(regs, 1, compat), command = operation & FUTEX_COMMAND;
  if (operation & FUTEX_PRIVATE_FLAG) return 0;
  if (command == FUTEX_WAKE_OP) wakes[1] = argument(regs, 4, compat);
  bool wakes_others = command == FUTEX_WAKE || command == FUTEX_WAKE_OP || command == FUTEX_WAKE_BITSET
                      || command == FUTEX_UNLOCK_PI || is_futex_move(command);
  return wakes_others ? command : 0;
}

VERIFIED_ONCE int note_futex_waking(u32 thread, u64 address) {
  struct task_struct *task = (struct task_struct *)address;
  struct futex_wait *wait = bpf_map_lookup_elem(&futex_waits, &thread);
  u64 wakes[2] = {};
  if (!wait) return 0;
  u32 operation = waking_operation(task, wakes);
  if (!operation) return 0;
  wait->record.woken = bpf_ktime_get_ns();
  wait->record.operation = operation;
  wait->wakes[0] = wakes[0];
  wait->wakes[1] = wakes[1];
  fill_target(&wait->record.source, task);
  return 0;
}

SEC("raw_tp/sched_waking") int wake__trace_0__futex__any(u64 *ctx) {
  if (open_futex_waits == 0) return 0;
  struct task_struct *woken = (void *)ctx[0], *task = (void *)bpf_get_current_task();
  u32 thread = READ_KERNEL(woken, pid);
  if (READ_KERNEL(woken, tgid) == READ_KERNEL(task, tgid) || !bpf_map_lookup_elem(&futex_waits, &thread)) return 0;
  if (state_of(woken) & TASK_INTERRUPTIBLE) note_futex_waking(thread, (u64)task);
  return 0;
}

/* A thread that waits already when the trace begins, and since when nobody knows. */
static __always_inline void meet_futex_wait(struct task_struct *task, struct pt_regs *regs, bool compat, u32 number) {
  u32 operation = argument(regs, 1, compat);
  bool waits = (number == NR_futex || number == NR_futex_time64) && !(operation & FUTEX_PRIVATE_FLAG)
               && is_futex_wait(operation & FUTEX_COMMAND);
  if (waits || number == NR_futex_wait || number == NR_futex_waitv)
    futex_wait_begins(READ_KERNEL(task, pid), argument(regs, 0, compat), number == NR_futex_waitv, 0);
}
