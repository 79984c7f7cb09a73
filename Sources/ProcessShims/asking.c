#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process_shims.h"

/* Whom the kernel calls nobody (/proc/sys/kernel/overflowuid). */
#define NOBODY 65534

/* A connection to a unix socket, or -1. A server that takes none is not waited for. */
static int connection_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = 0;
  while (path[length] && length < sizeof(address.sun_path) - 1) {
    address.sun_path[length] = path[length];
    length++;
  }
  if (path[length]) return -1;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && fcntl(fd, F_SETFL, 0) == 0) return fd;
  close(fd);
  return -1;
}

/* Leaves nothing to this process but two descriptors, for good. */
static int give_up_all(void) {
  struct rlimit none = {0, 0};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) return -1;
  if (geteuid() == 0 && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY)))
    return -1;
  if (process_keep_capabilities(0)) return -1;
  return setrlimit(RLIMIT_NPROC, &none) || setrlimit(RLIMIT_FSIZE, &none) ? -1 : 0;
}

/* Leaves two descriptors, as 0 and 1. */
static int close_all_but(int server, int answer) {
  if (dup2(server, 0) < 0 || dup2(answer, 1) < 0) return -1;
  /* Since 5.9; what there is before is closed one by one. */
  if (syscall(SYS_close_range, 2u, ~0u, 0u) == 0) return 0;
  for (int fd = 2, most = (int)sysconf(_SC_OPEN_MAX); fd < most; fd++) close(fd);
  return 0;
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int process_ask(const char *path, process_talk *talk, int timeout, void *answer, size_t room) {
  int server = connection_to(path), ends[2];
  if (server < 0) return -1;
  if (pipe2(ends, O_CLOEXEC)) {
    close(server);
    return -1;
  }
  pid_t child = fork();
  if (child == 0) {
    signal(SIGPIPE, SIG_DFL);
    alarm((unsigned)(timeout / 1000 + 1));
    /* Of the standard descriptors, none is closed here; if one was, the child would mix them up. */
    if (server > 1 && ends[1] > 1 && close_all_but(server, ends[1]) == 0 && give_up_all() == 0) talk(0, 1);
    _exit(0);
  }
  close(server);
  close(ends[1]);
  size_t fill = 0;
  long end = milliseconds() + timeout;
  while (child > 0 && fill < room) {
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    long left = end - milliseconds();
    if (left <= 0 || poll(&ready, 1, (int)left) <= 0) break;
    ssize_t count = read(ends[0], (char *)answer + fill, room - fill);
    if (count <= 0) break;
    fill += (size_t)count;
  }
  close(ends[0]);
  if (child < 0) return -1;
  kill(child, SIGKILL);
  while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  return (int)fill;
}
