// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Who acts, and whether the filter takes them in. */
#pragma once

#include "core/state.h"
#include "kernel/task.h"
#include "kernel/verifier.h"

/* Tgids of the traced command's tree. Bounded by the tree's size; entries go when the process does. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 65536);
  __type(key, u32);
  __type(value, u8);
} tree SEC(".maps");

/* Whether threads are in the scope, by their number modulo SCOPES: a hash of the thread's birth and of
 * `scope_changes`, whose lowest bit is the answer. Two threads that meet here ask `tree`, `pids` or `comms` more
 * often. */
#define SCOPES 1024
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SCOPES);
  __type(key, u32);
  __type(value, u64);
} scopes SEC(".maps");

/* Processes and names of the filter options, filled once. */
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

/* Cgroups of the filter options and those below them. One that is made later comes in with its parent, one that is removed
 * goes (hooks/cgroups.bpf.c). */
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

/* Whether a task is of the users, or in the cgroups, of the filter: that can change at any time, and nothing tells when. */
static __always_inline bool is_of_group(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_USERS) {
    u32 user = user_of(task);
    return bpf_map_lookup_elem(&users, &user) != NULL;
  }
  u64 cgroup = cgroup_of(task);
  return bpf_map_lookup_elem(&cgroups, &cgroup) != NULL;
}

/* Whether the scope of the filter takes in this process, by what it is itself. */
static __always_inline bool is_in_scope(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (settings.scope >= IPC_SCOPE_USERS) return is_of_group(task);
  if (settings.scope == IPC_SCOPE_TREE) {
    u32 tgid = READ_KERNEL(task, tgid);
    return bpf_map_lookup_elem(&tree, &tgid) != NULL;
  }
  if (settings.scope == IPC_SCOPE_PIDS) {
    u32 tgid = visible_tgid(task);
    return bpf_map_lookup_elem(&pids, &tgid) != NULL;
  }
  return has_wanted_name(task);
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
 * costs as much as that at a tree or at pids. */
static __always_inline bool scope_matches(struct task_struct *task) {
  if (settings.scope == IPC_SCOPE_ALL) return true;
  if (settings.scope >= IPC_SCOPE_USERS) return is_number_in_scope((u64)task);
  if (READS_DIRECTLY) return remembers_scope(task);
  if (settings.scope == IPC_SCOPE_COMMS) return remembers_number_in_scope((u64)task);
  return is_number_in_scope((u64)task);
}
