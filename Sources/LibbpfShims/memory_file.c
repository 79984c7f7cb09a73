#define _GNU_SOURCE
#include "libbpf_shims.h"

#include <errno.h>
#include <sys/mman.h>

#define NEVER_EXECUTED 8 /* MFD_NOEXEC_SEAL of Linux 6.3, which some systems demand (include/uapi/linux/memfd.h) */

int libbpf_shims_create_memory_file(const char *name) {
  int file = memfd_create(name, MFD_CLOEXEC | NEVER_EXECUTED);
  if (file < 0) file = memfd_create(name, MFD_CLOEXEC);
  return file >= 0 ? file : -errno;
}
