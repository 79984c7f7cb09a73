// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The objects of SysV IPC, by their ids in a task's IPC namespace. */
#pragma once

#include "core/state.h"
#include "kernel/numbers.h"

/* Places in ipc_namespace.ids (ipc/util.h). */
#define SYSV_SEMAPHORES 0
#define SYSV_MESSAGES 1
#define SYSV_MEMORY 2

/* An id's lower bits are the place in the table: 15 of them, or 24 with ipcmni_extend (ipc/util.h). */
#define SYSV_PLACE_BITS 15
#define SYSV_PLACE_BITS_EXTENDED 24

/* A name for an object that outlives it: no other one has it before the ids of its place have all been used. */
static __always_inline u64 sysv_key(struct task_struct *task, u32 id) {
  return hash_mix((u64)READ_KERNEL(task, nsproxy, ipc_ns), id);
}

/* The object of that id; NULL if it is gone. */
static __always_inline void *sysv_object(struct task_struct *task, u32 table, u32 id) {
  struct ipc_namespace *namespace = READ_KERNEL(task, nsproxy, ipc_ns);
  struct ipc_ids *ids = (void *)namespace + bpf_core_field_offset(struct ipc_namespace, ids)
                        + table * bpf_core_type_size(struct ipc_ids);
  u64 head = (u64)READ_KERNEL(ids, ipcs_idr.idr_rt.xa_head);
  struct kern_ipc_perm *object = (void *)xarray_load(head, id & ((1 << SYSV_PLACE_BITS) - 1));
  if (object && (u32)READ_KERNEL(object, id) == id) return object;
  object = (void *)xarray_load(head, id & ((1 << SYSV_PLACE_BITS_EXTENDED) - 1));
  return object && (u32)READ_KERNEL(object, id) == id ? object : NULL;
}
