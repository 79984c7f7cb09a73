// Processes that receive signals, shared by the signal scenarios.
#pragma once

#include <signal.h>

#include "actor.h"

// GATE_TARGET_HANDLED counts the signals that targets have handled.
enum { GATE_TARGET_READY = 40, GATE_TARGET_DONE, GATE_TARGET_HANDLED };

enum target_manner { TARGET_HANDLES, TARGET_IGNORES, TARGET_BLOCKS, TARGET_NO_QUEUE };

// Starts a process that waits, treating signals in this manner, until `targets_release`.
struct party target_start(enum target_manner manner);
void targets_release(void);
// SIGTERM, SIGUSR1, SIGUSR2, SIGCONT and the real-time signals are handled like this.
void handle_signals(void (*handler)(int));

void tell_signal(struct party target, int num, int code, bool to_thread, enum signal_result result);
void tell_signal_value(struct party target, int num, int code, int value, bool to_thread,
                       enum signal_result result);
