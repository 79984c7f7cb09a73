// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The one object that is loaded. Each file includes what it needs; here stands every file with programs, in the order
 * in which an operation goes through them.
 */
#include "hooks/dispatch.bpf.c"
#include "hooks/transfers.bpf.c"
#include "hooks/socket_calls.bpf.c"
#include "hooks/splices.bpf.c"
#include "hooks/io_uring.bpf.c"
#include "hooks/call_context.bpf.c"
#include "hooks/channel_life.bpf.c"

#include "kinds/kinds.h"
#include "hooks/sysv_calls.bpf.c"

#include "record/ancillary.bpf.c"
#include "record/messages.bpf.c"
#include "record/contents.bpf.c"
#include "record/pipe_pages.bpf.c"
#include "hooks/closing.bpf.c"

#include "snapshots/open_channels.bpf.c"
#include "snapshots/chosen_processes.bpf.c"
#include "snapshots/blocked_threads.bpf.c"
#include "snapshots/sleepers.bpf.c"
#include "snapshots/sleeping_calls.bpf.c"
#include "snapshots/shared_mappings.bpf.c"
#include "snapshots/all_files.bpf.c"
#include "snapshots/unread_contents.bpf.c"
#include "hooks/lifecycle.bpf.c"
#include "hooks/cgroups.bpf.c"
#include "hooks/images.bpf.c"

/* Most helpers that read memory are for GPL-compatible programs only. */
char LICENSE[] SEC("license") = "GPL";
