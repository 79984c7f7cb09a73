// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who acts, and whether the filter takes them in. */
#pragma once

#include "core/state.h"
#include "kernel/task.h"
#include "kernel/verifier.h"

/* Processes of the scope, by tgid, with their births: the traced command and its descendants, or those that were given.
 * Bounded by their number; entries go when the processes do. A birth is 0 if it was not seen. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u64);
} processes SEC(".maps");

/* Whether threads are in the scope, by their number modulo SCOPES: a hash of the thread's birth and of
 * `scope_changes`, whose lowest bit is the answer. Two threads that meet here ask `processes` or `comms` more
 * often. */
#define SCOPES 1024
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SCOPES);
  __type(key, u32);
  __type(value, u64);
} scopes SEC(".maps");

/* Numbers and names of the filter options, filled once. The processes of these numbers enter the scope when the trace
 * begins (snapshots/chosen_processes.bpf.c), so that it never has a later one of a used number. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, u32);
  __type(value, u8);
} pids SEC(".maps");

struct comm {
  char bytes[IPC_COMM_LENGTH];
} __attribute__((aligned(8)));

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct comm);
  __type(value, u8);
} comms SEC(".maps");

/* Users of the filter option, filled once. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 1024);
  __type(key, u32);
  __type(value, u8);
} users SEC(".maps");

/* Cgroups of the filter, each with its part in it (enum ipc_cgroup_part). One that is made below one that grows comes in, one that is removed goes
 * (hooks/cgroups.bpf.c). */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __type(key, u64);
  __type(value, u8);
} cgroups SEC(".maps");

/* Number of `pid` in ipcdump's pid namespace, 0 if it has none there. */
static __always_inline u32 visible_number(struct pid *pid) {
  u32 level = shared.self_level;
  if (READ_KERNEL(pid, level) < level) return 0;
  /* numbers[] has one entry in 5.10's BTF and is flexible later; both lie at the same offset rule. */
  struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers)
                        + (u64)(level & 31) * bpf_core_type_size(struct upid);
  if (READ_KERNEL(number, ns, ns.inum) != settings.pidns_inum) return 0;
  return READ_KERNEL(number, nr);
}

static __always_inline u32 visible_tgid(struct task_struct *task) {
  if (shared.self_level == 0) return READ_KERNEL(task, tgid);
  return visible_number(READ_KERNEL(task, group_leader, thread_pid));
}

static __always_inline u32 visible_tid(struct task_struct *task) {
  if (shared.self_level == 0) return READ_KERNEL(task, pid);
  return visible_number(READ_KERNEL(task, thread_pid));
}

/* Number of a process in its own pid namespace; 0 if that is ipcdump's. */
VERIFIED_ONCE u32 own_tgid(u64 task) {
  struct pid *pid = READ_KERNEL((struct task_struct *)task, group_leader, thread_pid);
  struct upid *number = (void *)pid + bpf_core_field_offset(struct pid, numbers)
                        + (u64)(READ_KERNEL(pid, level) & 31) * bpf_core_type_size(struct upid);
  return READ_KERNEL(number, ns, ns.inum) == settings.pidns_inum ? 0 : (u32)READ_KERNEL(number, nr);
}

/* Its numbers in ipcdump's pid namespace: the process's in the upper half, the thread's in the lower one. */
VERIFIED_ONCE u64 namespace_ids(u64 task) {
  return (u64)visible_tgid((struct task_struct *)task) << 32 | visible_tid((struct task_struct *)task);
}

/* Its numbers as the user knows them. */
static __always_inline u64 visible_ids(struct task_struct *task) {
  if (shared.self_level != 0) return namespace_ids((u64)task);
  return (u64)(u32)READ_KERNEL(task, tgid) << 32 | (u32)READ_KERNEL(task, pid);
}

/* Number of the current thread, whose task is `task`. */
static __always_inline u32 number_of_current(struct task_struct *task) {
  return READS_DIRECTLY ? (u32)READ_KERNEL(task, pid) : current_thread();
}

/* Makes bytes behind the NUL, which are whatever a longer name has left there, 0. */
static __always_inline void cut_comm(struct comm *comm) {
  u64 *words = (u64 *)comm->bytes;
  for (u32 i = 0; i < 2; i++) {
    /* The highest bit of each byte that is 0, and of none before the first of them. */
    u64 zeros = (words[i] - 0x0101010101010101ull) & ~words[i] & 0x8080808080808080ull;
    u64 first = zeros & -zeros;
    if (first == 0) continue;
    words[i] &= (first >> 7) - 1;
    if (i == 0) words[1] = 0;
  }
}

/* Whether a task is ipcdump's own, and to be left out. */
static __always_inline bool is_self(struct task_struct *task) {
  return settings.skips_self && (u32)READ_KERNEL(task, tgid) == shared.self_tgid;
}

static __always_inline bool is_wanted_comm(struct comm *comm) {
  cut_comm(comm);
  return bpf_map_lookup_elem(&comms, comm) != NULL;
}

/* Whether the thread, its process, or the file that this runs has a name of the filter; of a file's, what a comm has
 * room for. */
static __always_inline bool has_wanted_name(struct task_struct *task) {
  struct comm comm = {};
  read_comm(comm.bytes, task);
  if (is_wanted_comm(&comm)) return true;
  read_process_comm(comm.bytes, task);
  if (is_wanted_comm(&comm)) return true;
  const unsigned char *name = executable_name(task);
  if (!name) return false;
  bpf_probe_read_kernel_str(comm.bytes, sizeof(comm.bytes), name);
  return is_wanted_comm(&comm);
}

/* Whether a task is of a process that has entered the scope, and not of a later one of the same number. */
static __always_inline bool is_of_processes(struct task_struct *task) {
  u32 tgid = READ_KERNEL(task, tgid);
  u64 *birth = bpf_map_lookup_elem(&processes, &tgid);
  return birth && (*birth == 0 || *birth == birth_of(READ_KERNEL(task, group_leader)));
}

/* Whether a task is of the users, or in the cgroups, of the filter: that can change at any time, and nothing tells when. */
static __always_inline bool is_of_group(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_USERS) {
    u32 user = user_of(task);
    return bpf_map_lookup_elem(&users, &user) != NULL;
  }
  u64 cgroup = cgroup_of(task);
  u8 *part = bpf_map_lookup_elem(&cgroups, &cgroup);
  return part && *part & IPC_CGROUP_MEMBER;
}

/* Whether the scope of the filter takes in this process, by what it is itself. */
static __always_inline bool is_in_scope(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (settings.scope >= IPC_SCOPE_USERS) return is_of_group(task);
  return settings.scope == IPC_SCOPE_PROCESSES ? is_of_processes(task) : has_wanted_name(task);
}

VERIFIED_ONCE bool is_number_in_scope(u64 task) { return is_in_scope((struct task_struct *)task); }

/* Nanoseconds after which a rename that was noticed has come into effect for certain. */
#define RENAME_TIME 1000000

/* Whether what a task is called now can be remembered. */
static __always_inline bool is_scope_settled(void) {
  return settings.scope != IPC_SCOPE_COMMS || bpf_ktime_get_ns() - shared.renamed_at > RENAME_TIME;
}

static __always_inline u64 *remembered_scope(struct task_struct *task) {
  u32 slot = (u32)READ_KERNEL(task, pid) & (SCOPES - 1);
  return bpf_map_lookup_elem(&scopes, &slot);
}

/* The same, with the answer of the thread's last time if no process has come, gone or got another name since. */
static __always_inline bool remembers_scope(struct task_struct *task) {
  u64 question = hash_mix(READ_KERNEL(task, start_time), shared.scope_changes) & ~1ull;
  u64 *answer = remembered_scope(task);
  if (!answer) return false;
  u64 last = *answer;
  if ((last & ~1ull) == question) return last & 1;
  bool matches = is_number_in_scope((u64)task);
  if (is_scope_settled()) *answer = question | matches;
  return matches;
}

VERIFIED_ONCE bool remembers_number_in_scope(u64 task) { return remembers_scope((struct task_struct *)task); }

/* Whether the scope takes in a task, in the way that costs least: without direct reads, the look at what is remembered
 * costs as much as that at the processes. */
static __always_inline bool scope_matches(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (settings.scope >= IPC_SCOPE_USERS) return is_number_in_scope((u64)task);
  if (READS_DIRECTLY) return remembers_scope(task);
  if (settings.scope == IPC_SCOPE_COMMS) return remembers_number_in_scope((u64)task);
  return is_number_in_scope((u64)task);
}

/* After the change: who has asked before it asks again. */
static __always_inline void scope_changed(void) {
  __c11_atomic_fetch_add((_Atomic u32 *)&shared.scope_changes, 1, __ATOMIC_RELAXED);
}

/* A process enters the scope. */
static __always_inline void enter_scope(u32 tgid, u64 birth) {
  if (bpf_map_update_elem(&processes, &tgid, &birth, BPF_NOEXIST) == 0)
    __c11_atomic_fetch_add((_Atomic u32 *)&shared.processes_live, 1, __ATOMIC_RELAXED);
  else if (!bpf_map_lookup_elem(&processes, &tgid))
    __c11_atomic_fetch_add((_Atomic u32 *)&shared.processes_lost, 1, __ATOMIC_RELAXED);
  scope_changed();
}

/* A process leaves it for good. */
static __always_inline void leave_scope(u32 tgid) {
  if (bpf_map_delete_elem(&processes, &tgid) != 0) return;
  __c11_atomic_fetch_add((_Atomic u32 *)&shared.processes_live, -1, __ATOMIC_RELAXED);
  scope_changed();
}
