// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Syscall numbers of both architectures, written out because a build machine has the headers of one only.
 * Native: arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h (arm64).
 * Compat: arch/x86/entry/syscalls/syscall_32.tbl; arch/arm64/tools/syscall_32.tbl.
 */
#pragma once

#if defined(__TARGET_ARCH_x86)

#define NR_read 0
#define NR_write 1
#define NR_readv 19
#define NR_writev 20
#define NR_preadv2 327
#define NR_pwritev2 328
#define NR_splice 275
#define NR_tee 276
#define NR_vmsplice 278
#define NR_sendfile 40
/* A native caller has one sendfile only; the number lies where no native call is. */
#define NR_sendfile64 508
#define NR_pipe 22
#define NR_pipe2 293
#define NR_open 2
#define NR_creat 85
#define NR_openat 257
#define NR_openat2 437
#define NR_close 3
#define NR_dup2 33
#define NR_dup3 292
#define NR_close_range 436
#define NR_listen 50
#define NR_connect 42
#define NR_accept 43
#define NR_accept4 288
#define NR_sendto 44
#define NR_recvfrom 45
#define NR_sendmsg 46
#define NR_recvmsg 47
#define NR_sendmmsg 307
#define NR_recvmmsg 299
/* Only 32-bit callers have socketcall, and recvmmsg with 64-bit times; the numbers lie where no native call is. */
#define NR_socketcall 505
#define NR_recvmmsg_time64 506
#define NR_rt_sigqueueinfo 129
#define NR_rt_tgsigqueueinfo 297
#define NR_pidfd_send_signal 424
#define NR_pread64 17
#define NR_pwrite64 18
#define NR_preadv 295
#define NR_pwritev 296
#define NR_process_vm_readv 310
#define NR_process_vm_writev 311
#define NR_ptrace 101
#define NR_pidfd_getfd 438
#define NR_eventfd 284
#define NR_eventfd2 290
#define NR_mq_timedsend 242
#define NR_mq_timedreceive 243
#define NR_msgsnd 69
#define NR_msgrcv 70
#define NR_msgctl 71
#define NR_semop 65
#define NR_semctl 66
#define NR_semtimedop 220
#define NR_shmat 30
#define NR_shmdt 67
#define NR_mmap 9
#define NR_mprotect 10
#define NR_munmap 11
#define NR_mremap 25
#define NR_madvise 28
#define NR_pkey_mprotect 329
#define NR_futex 202

#define COMPAT_read 3
#define COMPAT_write 4
#define COMPAT_readv 145
#define COMPAT_writev 146
#define COMPAT_preadv2 378
#define COMPAT_pwritev2 379
#define COMPAT_splice 313
#define COMPAT_tee 315
#define COMPAT_vmsplice 316
#define COMPAT_sendfile 187
#define COMPAT_sendfile64 239
#define COMPAT_pipe 42
#define COMPAT_pipe2 331
#define COMPAT_open 5
#define COMPAT_creat 8
#define COMPAT_openat 295
#define COMPAT_openat2 437
#define COMPAT_close 6
#define COMPAT_dup2 63
#define COMPAT_dup3 330
#define COMPAT_close_range 436
/* i386 has no accept of its own: it is socketcall's, or accept4. */
#define COMPAT_accept 0xffff
#define COMPAT_listen 363
#define COMPAT_connect 362
#define COMPAT_accept4 364
#define COMPAT_sendto 369
#define COMPAT_recvfrom 371
#define COMPAT_sendmsg 370
#define COMPAT_recvmsg 372
#define COMPAT_sendmmsg 345
#define COMPAT_recvmmsg 337
#define COMPAT_socketcall 102
#define COMPAT_recvmmsg_time64 417
#define COMPAT_rt_sigqueueinfo 178
#define COMPAT_rt_tgsigqueueinfo 335
#define COMPAT_pidfd_send_signal 424
#define COMPAT_pread64 180
#define COMPAT_pwrite64 181
#define COMPAT_preadv 333
#define COMPAT_pwritev 334
#define COMPAT_process_vm_readv 347
#define COMPAT_process_vm_writev 348
#define COMPAT_ptrace 26
#define COMPAT_pidfd_getfd 438
#define COMPAT_eventfd 323
#define COMPAT_eventfd2 328
#define COMPAT_mq_timedsend 279
#define COMPAT_mq_timedreceive 280
#define COMPAT_msgsnd 400
#define COMPAT_msgrcv 401
#define COMPAT_msgctl 402
#define COMPAT_semctl 394
#define COMPAT_shmat 397
#define COMPAT_shmdt 398
#define COMPAT_mmap 192 /* mmap2 */
#define COMPAT_mprotect 125
#define COMPAT_munmap 91
#define COMPAT_mremap 163
#define COMPAT_madvise 219
#define COMPAT_pkey_mprotect 380
#define COMPAT_futex 240

#elif defined(__TARGET_ARCH_arm64)

#define NR_read 63
#define NR_write 64
#define NR_readv 65
#define NR_writev 66
#define NR_preadv2 286
#define NR_pwritev2 287
#define NR_splice 76
#define NR_tee 77
#define NR_vmsplice 75
#define NR_sendfile 71
#define NR_pipe2 59
#define NR_openat 56
#define NR_openat2 437
#define NR_close 57
#define NR_dup3 24
#define NR_close_range 436
#define NR_listen 201
#define NR_connect 203
#define NR_accept 202
#define NR_accept4 242
#define NR_sendto 206
#define NR_recvfrom 207
#define NR_sendmsg 211
#define NR_recvmsg 212
#define NR_sendmmsg 269
#define NR_recvmmsg 243
/* Only 32-bit callers have these; the numbers lie behind the table of native calls. */
#define NR_send 504
#define NR_recv 505
#define NR_recvmmsg_time64 506
#define NR_rt_sigqueueinfo 138
#define NR_rt_tgsigqueueinfo 240
#define NR_pidfd_send_signal 424
#define NR_pread64 67
#define NR_pwrite64 68
#define NR_preadv 69
#define NR_pwritev 70
#define NR_process_vm_readv 270
#define NR_process_vm_writev 271
#define NR_ptrace 117
#define NR_pidfd_getfd 438
#define NR_eventfd2 19
#define NR_mq_timedsend 182
#define NR_mq_timedreceive 183
#define NR_msgsnd 189
#define NR_msgrcv 188
#define NR_msgctl 187
#define NR_semop 193
#define NR_semctl 191
#define NR_semtimedop 192
#define NR_shmat 196
#define NR_shmdt 197
#define NR_mmap 222
#define NR_mprotect 226
#define NR_munmap 215
#define NR_mremap 216
#define NR_madvise 233
#define NR_pkey_mprotect 288
#define NR_futex 98
/* arm64 has no eventfd; the number lies behind the table. */
#define NR_eventfd 500
/* arm64 has no pipe, open, creat and dup2, and one sendfile; the numbers lie behind the table, where no native call can
 * reach. */
#define NR_dup2 507
#define NR_sendfile64 508
#define NR_pipe 509
#define NR_open 510
#define NR_creat 511

#define COMPAT_read 3
#define COMPAT_write 4
#define COMPAT_readv 145
#define COMPAT_writev 146
#define COMPAT_preadv2 392
#define COMPAT_pwritev2 393
#define COMPAT_splice 340
#define COMPAT_tee 342
#define COMPAT_vmsplice 343
#define COMPAT_sendfile 187
#define COMPAT_sendfile64 239
#define COMPAT_pipe 42
#define COMPAT_pipe2 359
#define COMPAT_open 5
#define COMPAT_creat 8
#define COMPAT_openat 322
#define COMPAT_openat2 437
#define COMPAT_close 6
#define COMPAT_dup2 63
#define COMPAT_dup3 358
#define COMPAT_close_range 436
#define COMPAT_listen 284
#define COMPAT_connect 283
#define COMPAT_accept 285
#define COMPAT_accept4 366
#define COMPAT_sendto 290
#define COMPAT_recvfrom 292
#define COMPAT_sendmsg 296
#define COMPAT_recvmsg 297
#define COMPAT_sendmmsg 374
#define COMPAT_recvmmsg 365
#define COMPAT_send 289
#define COMPAT_recv 291
#define COMPAT_recvmmsg_time64 417
#define COMPAT_rt_sigqueueinfo 178
#define COMPAT_rt_tgsigqueueinfo 363
#define COMPAT_pidfd_send_signal 424
#define COMPAT_pread64 180
#define COMPAT_pwrite64 181
#define COMPAT_preadv 361
#define COMPAT_pwritev 362
#define COMPAT_process_vm_readv 376
#define COMPAT_process_vm_writev 377
#define COMPAT_ptrace 26
#define COMPAT_pidfd_getfd 438
#define COMPAT_eventfd 351
#define COMPAT_eventfd2 356
#define COMPAT_mq_timedsend 276
#define COMPAT_mq_timedreceive 277
#define COMPAT_msgsnd 301
#define COMPAT_msgrcv 302
#define COMPAT_msgctl 304
#define COMPAT_semop 298
#define COMPAT_semctl 300
#define COMPAT_semtimedop 312
#define COMPAT_shmat 305
#define COMPAT_shmdt 306
#define COMPAT_mmap 192 /* mmap2 */
#define COMPAT_mprotect 125
#define COMPAT_munmap 91
#define COMPAT_mremap 163
#define COMPAT_madvise 220
#define COMPAT_pkey_mprotect 394
#define COMPAT_futex 240

#endif

/* A flag of close_range(2) (include/uapi/linux/close_range.h). */
#define CLOSE_RANGE_CLOEXEC (1u << 2)

/* 32-bit callers have these again with 64-bit times; the numbers lie where no native call is. */
#define NR_mq_timedsend_time64 498
#define NR_mq_timedreceive_time64 499
#define COMPAT_mq_timedsend_time64 418
#define COMPAT_mq_timedreceive_time64 419
#define NR_semtimedop_time64 497
#define COMPAT_semtimedop_time64 420

#define NR_futex_time64 494
#define COMPAT_futex_time64 422
/* The same numbers everywhere. */
#define NR_futex_waitv 449
#define COMPAT_futex_waitv 449
#define NR_futex_wake 454
#define COMPAT_futex_wake 454
#define NR_futex_wait 455
#define COMPAT_futex_wait 455
#define NR_futex_requeue 456
#define COMPAT_futex_requeue 456

/* One call for all of SysV IPC, which 32-bit programs of x86 make; the number lies where no native call is. */
#define NR_ipc 496
#define COMPAT_ipc 117

/* The first mmap of i386, whose arguments lie in memory. */
#define NR_old_mmap 495
#define COMPAT_old_mmap 90

#define NO_SYSCALL IPC_SYSCALL_LIMIT

/* Syscalls that 32-bit callers make, too. */
#if defined(__TARGET_ARCH_x86)
#define SYSCALLS_OF_ONE(ROW) ROW(socketcall) ROW(ipc) ROW(old_mmap)
#else
#define SYSCALLS_OF_ONE(ROW) ROW(send) ROW(recv) ROW(semop) ROW(semtimedop)
#endif
#define SYSCALLS(ROW)                                                                                       \
  ROW(read) ROW(readv) ROW(preadv2) ROW(write) ROW(writev) ROW(pwritev2)                                     \
  ROW(splice) ROW(tee) ROW(vmsplice) ROW(sendfile) ROW(sendfile64)                                           \
  ROW(pipe) ROW(pipe2) ROW(open) ROW(creat) ROW(openat) ROW(openat2)                                         \
  ROW(close) ROW(dup2) ROW(dup3) ROW(close_range)                                                            \
  ROW(listen) ROW(connect) ROW(accept4) ROW(sendto) ROW(recvfrom) ROW(sendmsg) ROW(recvmsg)                  \
  ROW(sendmmsg) ROW(recvmmsg) ROW(recvmmsg_time64) SYSCALLS_OF_ONE(ROW)                                      \
  ROW(rt_sigqueueinfo) ROW(rt_tgsigqueueinfo) ROW(pidfd_send_signal)                                         \
  ROW(pread64) ROW(pwrite64) ROW(preadv) ROW(pwritev)                                                        \
  ROW(process_vm_readv) ROW(process_vm_writev) ROW(ptrace) ROW(pidfd_getfd)                                  \
  ROW(eventfd) ROW(eventfd2)                                                                                 \
  ROW(mq_timedsend) ROW(mq_timedreceive) ROW(mq_timedsend_time64) ROW(mq_timedreceive_time64)                \
  ROW(msgsnd) ROW(msgrcv) ROW(msgctl)                                                                        \
  ROW(semctl) ROW(semtimedop_time64) ROW(shmat) ROW(shmdt)                                                   \
  ROW(mmap) ROW(munmap) ROW(mremap) ROW(mprotect) ROW(pkey_mprotect) ROW(madvise)                                     \
  ROW(futex) ROW(futex_time64) ROW(futex_waitv) ROW(futex_wake) ROW(futex_wait) ROW(futex_requeue)

/* Number of a 32-bit caller's syscall in the 64-bit table. */
static __always_inline u32 native_number(u32 compat) {
  switch (compat) {
#define ROW(name)     \
  case COMPAT_##name: \
    return NR_##name;
    SYSCALLS(ROW)
#undef ROW
  }
  return NO_SYSCALL;
}

/* Numbers by which 32-bit callers make them. */
#define ROW(name) [COMPAT_##name] = 1,
static const u8 compat_numbers[IPC_SYSCALL_LIMIT] SEC(".rodata.compat") = {SYSCALLS(ROW)};
#undef ROW
