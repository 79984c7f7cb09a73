/* What Swift cannot reach: fork(2) and signalfd(2). */
#ifndef PROCESS_SHIMS_H
#define PROCESS_SHIMS_H

#include <sys/types.h>

struct process_launch {
  pid_t pid;
  int gate;   /* writing a byte lets the command be executed; closing it ends the child */
  int report; /* tells the errno of a failed exec as an int; end of file if it succeeded */
};

/*
 * Forks a child that waits at the gate and then executes arguments[0], looked up in PATH, with the signal mask and
 * dispositions of a fresh program. Returns 0, or the errno of a failed call.
 */
int process_launch_command(char *const arguments[], struct process_launch *launch);

/* Blocks the given signals and returns a non-blocking descriptor that tells them, or a negative errno. */
int process_watch_signals(const int *numbers, int count);

struct process_signal {
  int number;
  int is_from_process; /* sent by a process, as opposed to the terminal or the kernel */
};

/* Takes the next signal; returns 0 if there is none. */
int process_next_signal(int watch, struct process_signal *signal);

#endif
