#define _GNU_SOURCE
#include "process_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Signals that end a process which has gone wrong. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGQUIT};
enum { FAULT_COUNT = sizeof(faults) / sizeof(faults[0]) };

static struct {
  volatile sig_atomic_t is_taken;
  int descriptor;
  struct termios before;
  size_t length;
  char farewell[256];
} taken;

static char fault_stack[16 << 10];

static void give_back(void) {
  if (!taken.is_taken) return;
  taken.is_taken = 0;
  size_t written = 0;
  while (written < taken.length) {
    ssize_t count = write(taken.descriptor, taken.farewell + written, taken.length - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += count;
  }
  tcsetattr(taken.descriptor, TCSADRAIN, &taken.before);
}

/* SA_RESETHAND has made the signal deadly again. */
static void on_fault(int number) {
  give_back();
  raise(number);
}

static void watch_faults(int is_watched) {
  stack_t stack = {.ss_sp = fault_stack, .ss_size = sizeof(fault_stack)};
  sigaltstack(&stack, NULL);
  struct sigaction action = {.sa_handler = is_watched ? on_fault : SIG_DFL, .sa_flags = SA_RESETHAND | SA_ONSTACK};
  for (int i = 0; i < FAULT_COUNT; i++) sigaction(faults[i], &action, NULL);
}

int process_take_terminal(int descriptor, const char *farewell, size_t length) {
  if (length > sizeof(taken.farewell)) return EINVAL;
  if (tcgetattr(descriptor, &taken.before)) return errno;
  memcpy(taken.farewell, farewell, length);
  taken.length = length;
  taken.descriptor = descriptor;
  struct termios raw = taken.before;
  cfmakeraw(&raw);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  taken.is_taken = 1;
  watch_faults(1);
  if (tcsetattr(descriptor, TCSAFLUSH, &raw)) {
    int error = errno;
    process_give_terminal_back();
    return error;
  }
  return 0;
}

void process_give_terminal_back(void) {
  give_back();
  watch_faults(0);
}

pid_t process_fork_companion(int *channel) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return -errno;
  pid_t pid = fork();
  int error = errno;
  if (pid != 0) {
    close(ends[1]);
    if (pid < 0) {
      close(ends[0]);
      return -error;
    }
    *channel = ends[0];
    return pid;
  }
  close(ends[0]);
  /* It ends with its parent, whose socket it reads from, and not by the terminal's keyboard. */
  prctl(PR_SET_NAME, "ipcdump/look", 0L, 0L, 0L);
  for (int number = SIGHUP; number <= SIGQUIT; number++) signal(number, SIG_IGN);
  signal(SIGTSTP, SIG_IGN);
  int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int number = 0; nothing >= 0 && number <= 2; number++) dup2(nothing, number);
  *channel = ends[1];
  return 0;
}
