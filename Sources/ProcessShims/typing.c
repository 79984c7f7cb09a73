#define _GNU_SOURCE
#include "process_shims.h"

#include "inherited.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * ioctl(2) in each of the ways in which this machine's programs can call it: architecture (linux/audit.h) and number.
 * x32 is x86-64 with numbers of its own.
 */
#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#define OTHER_NUMBER (0x40000000 | 514)
#define COMPAT AUDIT_ARCH_I386
#define COMPAT_NUMBER 54
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#define OTHER_NUMBER SYS_ioctl
#define COMPAT AUDIT_ARCH_ARM
#define COMPAT_NUMBER 54
#else
#error "numbers of ioctl(2) are to be added for this architecture"
#endif

/* Both architectures are little-endian; the kernel takes no more of the request than these 32 bits. */
#define REQUEST (offsetof(struct seccomp_data, args) + sizeof(__u64))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define IF_EQUAL(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))

static struct sock_filter instructions[] = {
  LOAD(offsetof(struct seccomp_data, arch)),
  IF_EQUAL(NATIVE, 0, 3),
  LOAD(offsetof(struct seccomp_data, nr)),
  IF_EQUAL(SYS_ioctl, 4, 0),
  IF_EQUAL(OTHER_NUMBER, 3, 7),
  IF_EQUAL(COMPAT, 0, 6),
  LOAD(offsetof(struct seccomp_data, nr)),
  IF_EQUAL(COMPAT_NUMBER, 0, 4),
  LOAD(REQUEST),
  IF_EQUAL(TIOCSTI, 1, 0),
  IF_EQUAL(TIOCLINUX, 0, 1),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int process_forbid_typing(void) {
  const struct sock_fprog program = {sizeof(instructions) / sizeof(instructions[0]), instructions};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0) return 0;
  if (errno != EACCES) return errno;
  /* Without CAP_SYS_ADMIN it takes this, with which the command's own programs can gain no rights either. */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ? errno : 0;
}
