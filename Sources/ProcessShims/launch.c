#define _GNU_SOURCE
#include "process_shims.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void be_command(char *const arguments[], int gate, int report) {
  char go;
  ssize_t count;
  do count = read(gate, &go, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) _exit(125); /* ipcdump is gone */
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(arguments[0], arguments);
  int error = errno;
  if (write(report, &error, sizeof(error)) < 0) _exit(125);
  _exit(error == ENOENT ? 127 : 126);
}

int process_launch_command(char *const arguments[], struct process_launch *launch) {
  int gate[2], report[2];
  if (pipe2(gate, O_CLOEXEC)) return errno;
  if (pipe2(report, O_CLOEXEC)) {
    int error = errno;
    close(gate[0]), close(gate[1]);
    return error;
  }
  pid_t pid = fork();
  if (pid == 0) {
    close(gate[1]);
    close(report[0]);
    be_command(arguments, gate[0], report[1]);
  }
  int error = errno;
  close(gate[0]);
  close(report[1]);
  if (pid < 0) {
    close(gate[1]), close(report[0]);
    return error;
  }
  *launch = (struct process_launch){.pid = pid, .gate = gate[1], .report = report[0]};
  return 0;
}
