// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The one object that is loaded: the doors, then a file a kind. A new kind is one more line below.
 */
#include "hooks/syscalls.h"
#include "record/pages.h"

#include "record/contents.h"
#include "record/names.h"
#include "record/own_output.h"
#include "record/writes.h"

#include "hooks/dispatch.bpf.c"
#include "hooks/transfers.bpf.c"
#include "hooks/socket_calls.bpf.c"
#include "hooks/call_context.bpf.c"

#include "kinds/pipe.bpf.c"
#include "kinds/signal.bpf.c"
#include "kinds/unix.h"
#include "kinds/unix_stream.bpf.c"
#include "kinds/unix_message.bpf.c"
#include "kinds/tcp.bpf.c"
#include "kinds/udp.bpf.c"
#include "kinds/pty.bpf.c"

#include "record/messages.bpf.c"
#include "record/ancillary.bpf.c"
#include "snapshots/open_channels.bpf.c"
#include "snapshots/blocked_threads.bpf.c"
#include "record/pipe_buffers.bpf.c"
#include "hooks/io_uring.bpf.c"
#include "hooks/lifecycle.bpf.c"

/* Most helpers that read memory are for GPL-compatible programs only. */
char LICENSE[] SEC("license") = "GPL";
