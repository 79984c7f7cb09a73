// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The one object that is loaded: the doors, then a file a kind. A new kind is one more line below.
 */
#include "doors/syscalls.h"
#include "kernel/pages.h"

#include "doors/contents.h"
#include "doors/names.h"
#include "doors/output.h"
#include "doors/writes.h"

#include "doors/dispatch.bpf.c"
#include "doors/transfers.bpf.c"
#include "doors/sockets.bpf.c"
#include "doors/notes.bpf.c"

#include "kinds/pipe.bpf.c"
#include "kinds/signal.bpf.c"
#include "kinds/unix.h"
#include "kinds/unix_stream.bpf.c"
#include "kinds/unix_message.bpf.c"
#include "kinds/tcp.bpf.c"
#include "kinds/udp.bpf.c"
#include "kinds/pty.bpf.c"

#include "doors/batches.bpf.c"
#include "doors/passed.bpf.c"
#include "doors/iterators.bpf.c"
#include "doors/waiting.bpf.c"
#include "doors/slots.bpf.c"
#include "doors/uring.bpf.c"
#include "doors/lives.bpf.c"

/* Most helpers that read memory are for GPL-compatible programs only. */
char LICENSE[] SEC("license") = "GPL";
