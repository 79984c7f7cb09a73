// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Tables of programs, filled by Swift with those of the requested kinds only. */
#pragma once

#include "core/state.h"
#include "core/stages.h"

/* Handlers by syscall number. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, IPC_SYSCALL_LIMIT);
  __type(key, u32);
  __type(value, u32);
} syscall_exits SEC(".maps"), syscall_enters SEC(".maps");

/* Tail-call stages. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, STAGE_COUNT);
  __type(key, u32);
  __type(value, u32);
} exit_stages SEC(".maps"), enter_stages SEC(".maps");
