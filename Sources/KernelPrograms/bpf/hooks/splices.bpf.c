// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* The start of a splice: from then on, the channel's writes carry their contents. */
#include "hooks/splices.h"

static __always_inline int splice_enter(void *ctx, struct call *call) {
  return begin_to_splice(ctx, call, file_of(call->task, argument(call->regs, 0, call->compat)));
}
SYSCALL_ENTER(splice, SLOTS1(splice), contents, splice_enter)
