#define _GNU_SOURCE
#include "libbpf_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A mount that nobody else sees, for systems (and containers) that have not mounted that file system. Linux 5.2. */
static int detached_mount(const char *type) {
  int context = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
  if (context < 0) return -errno;
  int mount = -EPERM;
  if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
  if (mount < 0) mount = -errno;
  close(context);
  return mount;
}

int libbpf_shims_open_kernel_file(const char *type, const char *path) {
  static const struct {
    const char *type, *directory;
  } mounts[] = {{"tracefs", "/sys/kernel/tracing"},
                {"tracefs", "/sys/kernel/debug/tracing"},
                {"debugfs", "/sys/kernel/debug"},
                {"securityfs", "/sys/kernel/security"}};
  char absolute[256];
  int refusal = 0;
  for (unsigned i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
    if (strcmp(mounts[i].type, type) != 0) continue;
    snprintf(absolute, sizeof(absolute), "%s/%s", mounts[i].directory, path);
    int file = open(absolute, O_RDONLY | O_CLOEXEC);
    if (file >= 0) return file;
    if (errno == EACCES) refusal = -EACCES;
  }
  int mount = detached_mount(type);
  /* That a mounted one is not to be read says more than that no other may be mounted. */
  if (mount < 0) return refusal ? refusal : mount;
  int file = openat(mount, path, O_RDONLY | O_CLOEXEC);
  int error = errno;
  close(mount);
  return file >= 0 ? file : -error;
}

int libbpf_shims_tracepoint_number(const char *category, const char *name) {
  char path[128];
  snprintf(path, sizeof(path), "events/%s/%s/id", category, name);
  int file = libbpf_shims_open_kernel_file("tracefs", path);
  if (file < 0) return file;
  char text[32] = "";
  ssize_t length = read(file, text, sizeof(text) - 1);
  close(file);
  return length > 0 ? atoi(text) : -ENOENT;
}

int libbpf_shims_open_tracepoint(int number) {
  struct perf_event_attr attributes = {
    .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attributes), .config = number};
  /* One CPU is named because the call demands it; a BPF program on the event runs on all of them. */
  int event = syscall(SYS_perf_event_open, &attributes, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  return event >= 0 ? event : -errno;
}
