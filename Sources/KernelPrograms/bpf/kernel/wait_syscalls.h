// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The syscalls in which a thread waits until a transfer is possible, and for what. Numbers of those that have no
 * handlers stand here, and not in kernel/syscalls.h, which has the sources of the numbers.
 */
#pragma once

#include "kernel/syscalls.h"

#if defined(__TARGET_ARCH_x86)

#define NR_restart_syscall 219
#define NR_poll 7
#define NR_ppoll 271
#define NR_select 23
#define NR_pselect6 270
#define NR_epoll_wait 232
#define NR_epoll_pwait 281

#define COMPAT_ppoll 309
#define COMPAT_pselect6 308
#define COMPAT_epoll_wait 256
#define COMPAT_epoll_pwait 319

#elif defined(__TARGET_ARCH_arm64)

#define NR_restart_syscall 128
#define NR_ppoll 73
#define NR_pselect6 72
#define NR_epoll_pwait 22
/* arm64 has no poll, select and epoll_wait; the numbers lie where no native call is. */
#define NR_poll 501
#define NR_select 502
#define NR_epoll_wait 503

#define COMPAT_ppoll 336
#define COMPAT_pselect6 335
#define COMPAT_epoll_wait 252
#define COMPAT_epoll_pwait 346

#endif

/* The same on both. */
#define NR_epoll_pwait2 441
#define COMPAT_restart_syscall 0
#define COMPAT_poll 168
#define COMPAT_select 142
#define COMPAT_epoll_pwait2 441
/* 32-bit callers have these again with 64-bit times. */
#define NR_ppoll_time64 NR_ppoll
#define COMPAT_ppoll_time64 414
#define NR_pselect6_time64 NR_pselect6
#define COMPAT_pselect6_time64 413

/* Number of a 32-bit caller's syscall, these included. */
static __always_inline u32 native_number_of_wait(u32 compat) {
  switch (compat) {
#define ROW(name)     \
  case COMPAT_##name: \
    return NR_##name;
    ROW(restart_syscall)
    ROW(poll)
    ROW(ppoll)
    ROW(ppoll_time64)
    ROW(select)
    ROW(pselect6)
    ROW(pselect6_time64)
    ROW(epoll_wait)
    ROW(epoll_pwait)
    ROW(epoll_pwait2)
#undef ROW
  }
  return native_number(compat);
}

/* What a syscall's thread waits for. */
enum wait_form {
  WAIT_NONE,
  WAIT_READ, /* to read from the descriptor that is the first argument */
  WAIT_WRITE, /* to write to it */
  WAIT_EITHER, /* whichever it was opened for */
  WAIT_SPLICE, /* to go from one descriptor to another, by the order of the arguments */
  WAIT_TEE,
  WAIT_SENDFILE,
  WAIT_POLL, /* for any of the descriptors that poll or select was given */
  WAIT_SET, /* for any of epoll's set */
};

static __always_inline enum wait_form wait_form(u32 number) {
  switch (number) {
    case NR_read: case NR_readv: case NR_preadv2: case NR_recvfrom: case NR_recvmsg: case NR_recvmmsg:
    case NR_recvmmsg_time64:
      return WAIT_READ;
    case NR_write: case NR_writev: case NR_pwritev2: case NR_sendto: case NR_sendmsg: case NR_sendmmsg:
      return WAIT_WRITE;
    case NR_vmsplice: return WAIT_EITHER;
    case NR_splice: return WAIT_SPLICE;
    case NR_tee: return WAIT_TEE;
    case NR_sendfile: case NR_sendfile64: return WAIT_SENDFILE;
    case NR_poll: case NR_ppoll: case NR_select: case NR_pselect6: return WAIT_POLL;
    case NR_restart_syscall: return WAIT_POLL; /* if one is found, that a signal has interrupted */
    case NR_epoll_wait: case NR_epoll_pwait: case NR_epoll_pwait2: return WAIT_SET;
    default: return WAIT_NONE;
  }
}
