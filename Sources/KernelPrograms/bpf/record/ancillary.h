// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The stages between the description of a transfer over a unix socket and its record: names of its ends → ancillary
 * data → the record. Each goes on to the next that there is something for. What they send is put together where the
 * record was, which waits in the template meanwhile.
 */
#pragma once

#include "record/socket_record.h"

/* The least that a control message takes up (struct compat_cmsghdr). */
#define LEAST_CONTROL 12

static __always_inline bool has_ancillary(struct scratch *scratch) {
  return scratch->call.control && scratch->call.control_length >= LEAST_CONTROL;
}

/* Goes on with the record that is in the scratch. */
static __always_inline int emit_message(void *ctx, struct scratch *scratch) {
  if (scratch->call.is_write) return emit_sent(ctx, scratch, scratch->call.result);
  return emit_received(ctx, scratch);
}

/* Goes on with the record that waits in the template, behind what has been sent before it. */
static __always_inline int emit_described(void *ctx, struct scratch *scratch) {
  scratch->socket = scratch->socket_template;
  /* What had no room in the meantime came before it. */
  struct ipc_header *header = &scratch->socket.transfer.header;
  if (header->kind < IPC_KIND_COUNT) header->lost = shared.lost[at_most(header->kind, IPC_KIND_COUNT - 1)].records;
  return emit_message(ctx, scratch);
}
