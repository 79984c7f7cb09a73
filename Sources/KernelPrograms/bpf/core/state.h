// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What Swift and the programs tell each other beside the maps. */
#pragma once

#include "kernel/types.h"
#include "settings.h"

/* Filled in before the programs are loaded, constant afterwards: the verifier leaves out what they rule out. */
const volatile struct ipc_settings settings = {};

/* Written by both while they run. */
struct ipc_shared shared = {};

static __always_inline bool is_wanted(u32 kind) { return settings.kinds & 1u << kind; }

/* Mixes a value into a hash. */
static __always_inline u64 hash_mix(u64 hash, u64 value) {
  hash = (hash ^ value) * IPC_HASH_FACTOR;
  return hash ^ hash >> 32;
}
