// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The syscalls that say what becomes of a channel's ends. Numbers of those that have no handlers stand here, and not in
 * kernel/syscalls.h, which has the sources of the numbers.
 */
#pragma once

#include "kernel/syscalls.h"

#if defined(__TARGET_ARCH_x86)

#define NR_close 3
#define NR_dup2 33
#define NR_dup3 292
#define NR_execve 59
#define NR_execveat 322
#define NR_shutdown 48
#define NR_kill 62
#define NR_tkill 200
#define NR_tgkill 234

#define COMPAT_dup3 330
#define COMPAT_execveat 358
#define COMPAT_shutdown 373

#elif defined(__TARGET_ARCH_arm64)

#define NR_close 57
#define NR_dup3 24
#define NR_execve 221
#define NR_execveat 281
#define NR_shutdown 210
#define NR_kill 129
#define NR_tkill 130
#define NR_tgkill 131
/* arm64 has no dup2; the number lies where no native call is. */
#define NR_dup2 507

#define COMPAT_dup3 358
#define COMPAT_execveat 387
#define COMPAT_shutdown 293

#endif

/* The same on both. */
#define NR_close_range 436
#define COMPAT_close 6
#define COMPAT_dup2 63
#define COMPAT_close_range 436
#define COMPAT_execve 11
#define COMPAT_kill 37
#if defined(__TARGET_ARCH_x86)
#define COMPAT_tkill 238
#define COMPAT_tgkill 270
#else
#define COMPAT_tkill 238
#define COMPAT_tgkill 268
#endif

/* Number of a 32-bit caller's syscall, these included. */
static __always_inline u32 native_number_of_life(u32 compat) {
  switch (compat) {
#define ROW(name)     \
  case COMPAT_##name: \
    return NR_##name;
    ROW(close)
    ROW(close_range)
    ROW(dup2)
    ROW(dup3)
    ROW(execve)
    ROW(execveat)
    ROW(shutdown)
    ROW(kill)
    ROW(tkill)
    ROW(tgkill)
#undef ROW
  }
  return native_number(compat);
}

/* What of a file's end can be seen at the end of a syscall. */
enum life_form {
  LIFE_NONE,
  LIFE_READ, /* the end of what is read, from the descriptor that is the first argument */
  LIFE_WRITE, /* that nobody can read what is written to it */
  LIFE_WRITE_SECOND, /* the same of the second argument */
  LIFE_SPLICE, /* either, from the first to the third */
  LIFE_CONNECT,
  LIFE_ACCEPT,
  LIFE_SHUTDOWN,
  LIFE_EXEC,
};

static __always_inline enum life_form life_form(u32 number) {
  switch (number) {
    case NR_read: case NR_readv: case NR_preadv2: case NR_recvfrom: case NR_recvmsg: return LIFE_READ;
    case NR_write: case NR_writev: case NR_pwritev2: case NR_sendto: case NR_sendmsg: case NR_sendmmsg:
    case NR_vmsplice: case NR_sendfile: case NR_sendfile64:
      return LIFE_WRITE;
    case NR_tee: return LIFE_WRITE_SECOND;
    case NR_splice: return LIFE_SPLICE;
    case NR_connect: return LIFE_CONNECT;
    case NR_accept: case NR_accept4: return LIFE_ACCEPT;
    case NR_shutdown: return LIFE_SHUTDOWN;
    case NR_execve: case NR_execveat: return LIFE_EXEC;
    default: return LIFE_NONE;
  }
}
