#define _GNU_SOURCE
#include "snapshot_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Newer than some headers; the same on every architecture. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define MQUEUE_MAGIC 0x19800202 /* ipc/mqueue.c */

ssize_t snapshot_read_memory(pid_t pid, uint64_t address, void *buffer, size_t size) {
  struct iovec local = {buffer, size}, remote = {(void *)(uintptr_t)address, size};
  ssize_t count = process_vm_readv(pid, &local, 1, &remote, 1, 0);
  return count < 0 ? -errno : count;
}

int snapshot_open_process(pid_t pid) {
  int process = syscall(SYS_pidfd_open, pid, 0);
  return process < 0 ? -errno : process;
}

int snapshot_borrow_descriptor(int process, int number) {
  int borrowed = syscall(SYS_pidfd_getfd, process, number, 0);
  return borrowed < 0 ? -errno : borrowed;
}

int snapshot_pipe_fill(int pipe, uint64_t *unread, uint64_t *capacity) {
  int count = 0;
  if (ioctl(pipe, FIONREAD, &count) != 0) return -errno;
  int size = fcntl(pipe, F_GETPIPE_SZ);
  if (size < 0) return -errno;
  *unread = count;
  *capacity = size;
  return 0;
}

int snapshot_queue_fill(int queue, uint64_t *unread, uint64_t *capacity) {
  struct mq_attr attributes;
  if (mq_getattr(queue, &attributes) != 0) return -errno;
  *unread = attributes.mq_curmsgs;
  *capacity = attributes.mq_maxmsg;
  return 0;
}

int snapshot_has_timeout(int socket, int sends) {
  struct timeval time = {0};
  socklen_t size = sizeof(time);
  if (getsockopt(socket, SOL_SOCKET, sends ? SO_SNDTIMEO : SO_RCVTIMEO, &time, &size) != 0) return 0;
  return time.tv_sec != 0 || time.tv_usec != 0;
}

int snapshot_is_same_file(pid_t one, int number, pid_t other, int other_number) {
  long order = syscall(SYS_kcmp, one, other, KCMP_FILE, (long)number, (long)other_number);
  return order < 0 ? -errno : order == 0;
}

union semaphore_argument {
  int value;
  struct semid_ds *status;
  unsigned short *array;
};

int snapshot_semaphore_values(int set, uint16_t *values, int limit) {
  struct semid_ds status;
  union semaphore_argument argument = {.status = &status};
  if (semctl(set, 0, IPC_STAT, argument) != 0) return -errno;
  if ((int)status.sem_nsems > limit) return -E2BIG;
  argument.array = values;
  if (semctl(set, 0, GETALL, argument) != 0) return -errno;
  return status.sem_nsems;
}

int snapshot_semaphore_user(int set, int number) {
  int pid = semctl(set, number, GETPID);
  return pid < 0 ? -errno : pid;
}

int snapshot_run_on(int cpu) {
  static _Thread_local cpu_set_t allowed;
  static _Thread_local int is_known;
  if (!is_known) {
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return errno;
    is_known = 1;
  }
  if (cpu < 0) return sched_setaffinity(0, sizeof(allowed), &allowed) != 0 ? errno : 0;
  if (cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, &allowed)) return EINVAL;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return sched_setaffinity(0, sizeof(one), &one) != 0 ? errno : 0;
}

int snapshot_status(int folder, const char *name, int follows, struct snapshot_file *file) {
  struct statx status;
  int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | (follows ? 0 : AT_SYMLINK_NOFOLLOW);
  if (statx(folder, name, flags, STATX_TYPE | STATX_MODE | STATX_INO, &status) != 0) return errno;
  *file = (struct snapshot_file){
      .inode = status.stx_ino,
      .device_major = status.stx_dev_major,
      .device_minor = status.stx_dev_minor,
      .node_major = status.stx_rdev_major,
      .node_minor = status.stx_rdev_minor,
      .mode = status.stx_mode,
  };
  return 0;
}

int snapshot_is_queue(int folder, const char *name) {
  int file = openat(folder, name, O_PATH | O_CLOEXEC);
  if (file < 0) return 0;
  struct statfs status;
  int is_queue = fstatfs(file, &status) == 0 && status.f_type == MQUEUE_MAGIC;
  close(file);
  return is_queue;
}
