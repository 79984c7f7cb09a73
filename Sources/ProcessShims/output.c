#define _GNU_SOURCE
#include "process_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Links that the kernel follows on one path (MAXSYMLINKS, include/linux/namei.h). */
enum { MOST_LINKS = 40 };

/* Where a path goes on: components that are still to be followed from a folder. */
struct walk {
  int folder;
  int links;
  char rest[PATH_MAX];
};

static int set_folder(struct walk *walk, int folder) {
  if (folder < 0) return -errno;
  close(walk->folder);
  walk->folder = folder;
  return 0;
}

/* Takes the first component off; returns whether it is the last one. */
static int take_component(struct walk *walk, char name[NAME_MAX + 1]) {
  const char *start = walk->rest + strspn(walk->rest, "/");
  size_t length = strcspn(start, "/");
  if (length > NAME_MAX) length = NAME_MAX;
  memcpy(name, start, length);
  name[length] = 0;
  const char *next = start + length;
  memmove(walk->rest, next, strlen(next) + 1);
  return !*walk->rest;
}

/* Whether what is in a folder has not been put there by a user who has no business with it. */
static int is_trusted(int folder, uid_t owner, uid_t caller) {
  struct stat status;
  if (fstat(folder, &status)) return 0;
  if (!(status.st_mode & S_IWOTH)) return 1;
  return owner == 0 || owner == geteuid() || owner == status.st_uid || (caller != (uid_t)-1 && owner == caller);
}

static int is_process_file(int folder) {
  struct statfs status;
  return fstatfs(folder, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
}

/* Puts the target of a link before what is left of the path. */
static int follow(struct walk *walk, const char *name) {
  char target[PATH_MAX];
  if (++walk->links > MOST_LINKS) return -ELOOP;
  ssize_t length = readlinkat(walk->folder, name, target, sizeof(target) - 1);
  if (length < 0) return -errno;
  target[length] = 0;
  if (length + strlen(walk->rest) >= sizeof(walk->rest)) return -ENAMETOOLONG;
  memmove(walk->rest + length, walk->rest, strlen(walk->rest) + 1);
  memcpy(walk->rest, target, length);
  return target[0] == '/' ? set_folder(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) : 0;
}

/* One component further. Returns 0 to go on, or what process_open_output() returns. */
static int step(struct walk *walk, int flags, uid_t caller, struct process_output *output) {
  char name[NAME_MAX + 1];
  int is_last = take_component(walk, name);
  if (!*name) return -EISDIR; /* only slashes were left */
  struct stat status;
  int exists = fstatat(walk->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists && (errno != ENOENT || !is_last)) return -errno;
  if (exists && S_ISLNK(status.st_mode)) {
    if (!is_trusted(walk->folder, status.st_uid, caller)) {
      output->is_planted = 1;
      return -EPERM;
    }
    if (!is_process_file(walk->folder)) return follow(walk, name);
    /* Links such as /proc/self/fd/1 lead to what has no path. */
    if (!is_last) return set_folder(walk, openat(walk->folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC));
    output->descriptor = openat(walk->folder, name, flags);
    return output->descriptor >= 0 ? 1 : -errno;
  }
  if (!is_last)
    return set_folder(walk, openat(walk->folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!exists) {
    output->descriptor = openat(walk->folder, name, flags | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    output->is_new = output->descriptor >= 0;
    return output->is_new ? 1 : -errno;
  }
  if (!is_trusted(walk->folder, status.st_uid, caller)) {
    output->is_planted = 1;
    return -EPERM;
  }
  output->descriptor = openat(walk->folder, name, flags | O_NOFOLLOW);
  if (output->descriptor < 0) return -errno;
  /* It can have become another one meanwhile. */
  if (fstat(output->descriptor, &status) == 0 && is_trusted(walk->folder, status.st_uid, caller)) return 1;
  close(output->descriptor);
  output->is_planted = 1;
  return -EPERM;
}

int process_open_output(const char *path, int waits, uid_t caller, struct process_output *output) {
  int flags = O_WRONLY | O_NOCTTY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK);
  struct walk walk = {.folder = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  *output = (struct process_output){.descriptor = -1};
  if (walk.folder < 0) return errno;
  int result = *path ? 0 : -ENOENT;
  if (strlen(path) >= sizeof(walk.rest)) result = -ENAMETOOLONG;
  if (!result) strcpy(walk.rest, path);
  while (!result) result = step(&walk, flags, caller, output);
  close(walk.folder);
  if (result < 0) return -result;
  /* Only the opening must not wait. */
  if (!waits) fcntl(output->descriptor, F_SETFL, fcntl(output->descriptor, F_GETFL) & ~O_NONBLOCK);
  return 0;
}
