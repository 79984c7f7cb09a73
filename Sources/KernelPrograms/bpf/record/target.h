// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Calls by which one process reaches into another one: both ends are known when they end, so that each is a record. */
#pragma once

#include "record/record.h"

/* Whether the filter takes in either end; `scratch->call.in_scope` is then known. */
static __always_inline bool reaches(struct scratch *scratch, struct task_struct *target) {
  struct task_struct *task = scratch->call.task;
  if (!target || is_self(task) || is_self(target)) return false;
  scratch->call.in_scope = scope_matches(task);
  return scratch->call.in_scope || scope_matches(target);
}

static __always_inline void fill_target(struct ipc_target *record, struct task_struct *target) {
  u64 ids = visible_ids(target);
  record->tgid = ids >> 32;
  record->tid = ids;
  fill_names(record->comm, record->thread, &record->image, target, ids);
  record->in_scope = scope_matches(target);
}

/* Fills in the record of an access by the call in the scratch. */
VERIFIED_ONCE int fill_access(u32 slot, u32 kind, u64 target, u64 address, u32 request) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_access *record = &scratch->access;
  __builtin_memset(record, 0, sizeof(*record));
  fill_header(&record->transfer.header, scratch->call.task, IPC_RECORD_ACCESS, kind, transfer_flags(scratch));
  fill_target(&record->target, (struct task_struct *)target);
  record->transfer.count = scratch->call.result;
  record->transfer.fd = scratch->call.fd;
  record->address = address;
  record->request = request;
  record->is_write = scratch->call.is_write;
  scratch->record_start = RECORD_START(access);
  scratch->cursor.fill = 0;
  return 0;
}
