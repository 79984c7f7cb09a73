// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What lies in the receive queues of sockets: the bytes of their skbs, part by part. Each step does one thing and leaves
 * where it stands in the scratch, because calls within calls are at most 8.
 */
#pragma once

#include "core/kinds.h"
#include "record/pages.h"
#include "record/unread.h"

/* Part of an skb in a page: a bio_vec up to 6.9, a skb_frag with the same layout then (21d2e6737c97). */
struct fragment {
  u64 page;
  u32 length;
  u32 offset;
};

static __always_inline struct skb_shared_info *shared_info_of(struct sk_buff *skb) {
  return (void *)READ_KERNEL(skb, head) + READ_KERNEL(skb, end);
}

/* Makes the next part of the skb at hand the piece that is copied, but for the bytes that are skipped. */
VERIFIED_ONCE int take_part(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct scratch_queue *queue = &scratch->queue;
  struct sk_buff *skb = (struct sk_buff *)queue->skb;
  u32 part = queue->part++, length;
  u64 memory;
  if (part == 0) {
    memory = (u64)READ_KERNEL(skb, data);
    length = READ_KERNEL(skb, len) - READ_KERNEL(skb, data_len);
  } else {
    struct fragment fragment = {};
    u64 fragments = (u64)shared_info_of(skb) + bpf_core_field_offset(struct skb_shared_info, frags);
    bpf_probe_read_kernel(&fragment, sizeof(fragment), (void *)(fragments + (u64)(part - 1) * sizeof(fragment)));
    memory = address_of_page(fragment.page);
    if (memory == 0) scratch->cursor.is_short = true;
    memory += fragment.offset;
    length = fragment.length;
  }
  u32 skipped = queue->skipped < length ? queue->skipped : length;
  queue->skipped -= skipped;
  scratch->cursor.piece = memory + skipped;
  scratch->cursor.piece_left = length - skipped;
  return 0;
}

/* Bytes of an skb of a stream that have been read: of plain TCP by its position, behind what has been counted up to
 * now. */
static __always_inline u32 bytes_read(struct scratch *scratch, struct sk_buff *skb) {
  void *control = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);
  struct unix_skb_parms *parms = control;
  struct tcp_skb_cb *segment = control;
  struct mptcp_skb_cb *multipath = control;
  if (has_multipath() && scratch->queue.is_multipath) return READ_KERNEL(multipath, offset);
  if (scratch->open.kind == IPC_KIND_UNIX_STREAM) return READ_KERNEL(parms, consumed);
  return scratch->unread.position + scratch->unread.count - READ_KERNEL(segment, seq);
}

/* Goes on to the next skb: of a stream for what has not been read of it, of messages for all of it. */
VERIFIED_ONCE int take_skb(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct scratch_queue *queue = &scratch->queue;
  struct sk_buff *skb = (struct sk_buff *)queue->next;
  u32 length = READ_KERNEL(skb, len), skipped = 0;
  struct skb_shared_info *info = shared_info_of(skb);
  queue->skb = (u64)skb;
  queue->next = (u64)READ_KERNEL(skb, next);
  queue->part = 0;
  queue->parts = 1 + READ_KERNEL(info, nr_frags);
  if (queue->sk) {
    if (length == 0 || !name_unread(scratch, skb)) queue->parts = 0;
    begin_unread(scratch, length);
    scratch->unread.target = queue->sk;
    scratch->unread.count = length;
  } else {
    skipped = bytes_read(scratch, skb);
    if (skipped >= length)
      queue->parts = 0;
    else
      scratch->unread.count += length - skipped;
    /* A gap. */
    if ((s32)skipped < 0) scratch->cursor.is_short = true;
  }
  queue->skipped = skipped;
  if (queue->parts > 0 && READ_KERNEL(info, frag_list)) scratch->cursor.is_short = true;
  return 0;
}

/* Begins with a queue, behind which another one goes on. */
static __always_inline void begin_queue(struct scratch_queue *queue, u64 address, u64 behind) {
  struct sk_buff_head *head = (struct sk_buff_head *)address;
  queue->end = address;
  queue->first = (u64)READ_KERNEL(head, next);
  queue->next = queue->first;
  queue->behind = behind;
}

/* Drops what has been copied if somebody has taken from the queue meanwhile: it may have been others' memory. */
static __always_inline void doubt_queue(struct scratch *scratch) {
  struct sk_buff_head *head = (struct sk_buff_head *)scratch->queue.end;
  if ((u64)READ_KERNEL(head, next) == scratch->queue.first) return;
  scratch->cursor.is_short = true;
  scratch->cursor.done -= scratch->cursor.fill;
  scratch->cursor.fill = 0;
}

/* Copies from the piece at hand, or goes on to the next part, or to the next skb; false if there is none. */
VERIFIED_ONCE bool copy_step(u32 slot) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return false;
  struct scratch_queue *queue = &scratch->queue;
  if (scratch->cursor.is_short) {
    /* The rest of it is counted only. */
    scratch->cursor.piece_left = 0;
    queue->part = queue->parts;
  } else if (scratch->cursor.piece_left > 0) {
    copy_unread_piece(slot);
  } else if (queue->part < queue->parts) {
    take_part(slot);
  }
  if (scratch->cursor.piece_left > 0 || queue->part < queue->parts) return true;
  doubt_queue(scratch);
  if (queue->sk && queue->parts > 0) unread_finish(slot, scratch);
  queue->parts = 0;
  queue->part = 0;
  if (queue->next == queue->end && queue->behind) {
    begin_queue(queue, queue->behind, 0);
    if (queue->next != queue->end) return true;
  }
  if (queue->next == queue->end || queue->next == 0) return false;
  take_skb(slot);
  return true;
}

/* Steps of a pass, and passes: several thousand skbs, or what is in them. */
#define STEPS_A_PASS 64
#define QUEUE_PASSES 64

/* False if all has been copied. */
VERIFIED_ONCE bool copy_queue(u32 slot) {
  for (u32 i = 0; i < STEPS_A_PASS; i++) {
    if (!copy_step(slot)) return false;
  }
  return true;
}

/*
 * Sends what lies in a queue, and in the one behind it that the scratch names.
 *
 * - sk: Of messages, the socket that it is of; 0 for a stream's.
 * - position: TCP: of the first byte.
 */
VERIFIED_ONCE int send_unread_queue(u32 slot, u64 address, u64 sk, u32 position) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  begin_unread(scratch, ~0u);
  scratch->unread.position = position;
  struct scratch_queue *queue = &scratch->queue;
  queue->sk = sk;
  begin_queue(queue, address, queue->behind);
  queue->part = 0;
  queue->parts = 0;
  bool goes_on = true;
  for (u32 i = 0; i < QUEUE_PASSES; i++) {
    goes_on = goes_on && copy_queue(slot);
  }
  if (sk) return 0;
  if (goes_on) scratch->cursor.is_short = true;
  if (scratch->unread.count > 0) unread_finish(slot, scratch);
  return 0;
}
