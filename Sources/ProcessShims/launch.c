#define _GNU_SOURCE
#include "process_shims.h"

#include "inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Whether there is a terminal that the command could use. */
static int has_terminal(void) {
  for (int number = 0; number <= 2; number++)
    if (isatty(number)) return 1;
  int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return 0;
  close(terminal);
  return 1;
}

/* Returns 0, or the errno of a failed call. */
static int become(const struct process_identity *identity) {
  int error = process_raise_capabilities();
  if (error) return error;
  /* What another user's program typed into our terminal, our shell would take for ours. */
  error = process_forbid_typing();
  if (error && has_terminal()) return error;
  if (setgroups(identity->group_count, identity->groups)) return errno;
  if (setresgid(identity->gid, identity->gid, identity->gid)) return errno;
  if (setresuid(identity->uid, identity->uid, identity->uid)) return errno;
  if (setenv("USER", identity->name, 1) || setenv("LOGNAME", identity->name, 1)) return errno;
  return setenv("HOME", identity->home, 1) ? errno : 0;
}

static void give_up(int report, struct process_failure failure) {
  if (write(report, &failure, sizeof(failure)) < 0) _exit(125);
  _exit(failure.error == ENOENT ? 127 : 126);
}

static void be_command(char *const arguments[], const struct process_identity *identity, int gate, int report) {
  char go;
  ssize_t count;
  do count = read(gate, &go, 1);
  while (count < 0 && errno == EINTR);
  if (count != 1) _exit(125); /* ipcdump is gone */
  int error = identity ? become(identity) : 0;
  if (!error) error = process_clear_inherited_capabilities();
  if (error) give_up(report, (struct process_failure){.error = error, .is_about_identity = 1});
  process_restore_open_file_limit();
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(arguments[0], arguments);
  give_up(report, (struct process_failure){.error = errno});
}

int process_launch_command(char *const arguments[], const struct process_identity *identity,
                           struct process_launch *launch) {
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
    be_command(arguments, identity, gate[0], report[1]);
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

void process_adopt_orphans(void) { prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L); }
