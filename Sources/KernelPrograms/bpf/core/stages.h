// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tail-call stages: the slots of `exit_files` and `enter_files`. A call comes to the stage of its file's type, and from
 * there to those that the types share.
 *
 * Macros and no enum, because the numbers become part of programs' names (hooks/syscalls.h).
 */
#pragma once

#include "kernel/types.h"

/* The types of files that bytes go through: S_IFMT >> 12. */
#define STAGE_PIPE 1
#define STAGE_CHARACTER_DEVICE 2
#define STAGE_SOCKET 12
_Static_assert(STAGE_PIPE == S_IFIFO >> 12, "STAGE_PIPE");
_Static_assert(STAGE_CHARACTER_DEVICE == S_IFCHR >> 12, "STAGE_CHARACTER_DEVICE");
_Static_assert(STAGE_SOCKET == S_IFSOCK >> 12, "STAGE_SOCKET");

/* Files that are told by their file systems: /proc/PID/mem, eventfds. */
#define STAGE_MEMORY 3
#define STAGE_EVENTFD 4

/* The kinds of sockets. */
#define STAGE_UNIX_STREAM 16
#define STAGE_UNIX_DGRAM 17
#define STAGE_UNIX_SEQPACKET 18
#define STAGE_TCP 19
#define STAGE_UDP 20
#define STAGE_NETLINK 33
#define STAGE_VSOCK 34

/* What goes before a record: names of channels, ancillary data. */
#define STAGE_NAMES 21
#define STAGE_ANCILLARY 22
#define STAGE_ANCILLARY_NAMES 23

/* The records of a call's messages. */
#define STAGE_SENT 24
#define STAGE_RECEIVED 25

/* Contents: from the caller's buffers, from the pages of a pipe. */
#define STAGE_CONTENTS 26
#define STAGE_WRITTEN_PAGES 27
#define STAGE_PAGES 28
#define STAGE_BACKLOG 29

/* The file that a splice went into; what else a reader of ipcdump's output writes to. */
#define STAGE_OTHER_END 30
#define STAGE_OUTPUT_CHAIN 31

/* Descriptors that are closed. */
#define STAGE_CLOSING 32

#define STAGE_COUNT 35
