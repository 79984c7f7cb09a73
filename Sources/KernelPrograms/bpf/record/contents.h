// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Bytes from the user's memory into the record. */
#pragma once

#include "hooks/syscalls.h"

/* Looks up buffer number `position` of the call; false if it has none. */
VERIFIED_ONCE bool load_buffer(u32 door, u32 position) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return false;
  if (!scratch->is_vector) {
    scratch->buffer = scratch->base;
    scratch->buffer_length = scratch->length;
    return position == 0;
  }
  if (position >= scratch->length) return false;
  if (scratch->is_compat) {
    struct {
      u32 address, length;
    } vector; /* struct compat_iovec */
    if (bpf_probe_read_user(&vector, sizeof(vector), (void *)(scratch->base + position * sizeof(vector)))) return false;
    scratch->buffer = vector.address;
    scratch->buffer_length = vector.length;
    return true;
  }
  struct {
    u64 address, length;
  } vector; /* struct iovec */
  if (bpf_probe_read_user(&vector, sizeof(vector), (void *)(scratch->base + position * sizeof(vector)))) return false;
  scratch->buffer = vector.address;
  scratch->buffer_length = vector.length;
  return true;
}

#define SUMMED_PIECES 4

VERIFIED_ONCE u64 vector_length(u32 door) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  if (scratch->length > SUMMED_PIECES) return 1ull << 40;
  u64 sum = 0;
  for (u32 i = 0; i < SUMMED_PIECES; i++) {
    if (load_buffer(door, i)) sum += scratch->buffer_length;
  }
  return sum;
}

/* Bytes that a call asked to move; very many for a long vector, whose sum is not worth its cost. */
static __always_inline u64 asked_length(u32 door, struct scratch *scratch) {
  return scratch->is_vector ? vector_length(door) : scratch->length;
}

/* Sends the header at `start` and what has been filled in behind it; counts the loss if the ring is full. */
static __always_inline void send(struct scratch *scratch, void *start, u32 header_size, u64 lost_bytes) {
  u64 fill = at_most(scratch->fill, IPC_CHUNK_LIMIT);
  u8 kind = ((struct ipc_header *)start)->kind;
  if (!submit(start, header_size + fill)) lose(kind, lost_bytes);
}

/* Copies up to `most` bytes from the user to `bytes[offset]`; the whole or nothing. */
static __always_inline u32 copy_in(struct scratch *scratch, u32 offset, u64 address, u64 length, u32 most) {
  u64 size = at_most(length > most ? most : length, IPC_CHUNK_LIMIT);
  if (bpf_probe_read_user(scratch->bytes + at_most(offset, IPC_CHUNK_LIMIT), size, (void *)address)) return 0;
  return size;
}

/* Buffers of a vector that a fingerprint's first bytes may come from. */
#define FINGERPRINT_PIECES 4

/* Copies a write's next bytes from one buffer to its fingerprint, of whose `count` bytes some are done. */
VERIFIED_ONCE int take_fingerprint(u32 door, u32 position, u64 count) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  u32 fill = scratch->fill;
  u64 left = count - scratch->done;
  if (fill >= IPC_PREFIX_LIMIT || left == 0 || !load_buffer(door, position)) return 0;
  u64 length = scratch->buffer_length;
  if (length > left) length = left;
  u32 size = copy_in(scratch, fill, scratch->buffer, length, IPC_PREFIX_LIMIT - fill);
  scratch->fill = fill + size;
  /* What cannot be read ends it. */
  scratch->done = size < length ? count : scratch->done + size;
  return 0;
}

/*
 * Puts a write's first and last bytes behind its header: enough to recognise it in what a reader received. Returns how
 * many of them are the last ones.
 */
static __always_inline u32 fingerprint(struct scratch *scratch, u32 door, u64 count) {
  scratch->fill = 0;
  if (scratch->is_vector) {
    scratch->done = 0;
    for (u32 i = 0; i < FINGERPRINT_PIECES; i++) take_fingerprint(door, i, count);
    return 0;
  }
  bool is_whole = count <= IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT;
  u32 most = is_whole ? IPC_PREFIX_LIMIT + IPC_SUFFIX_LIMIT : IPC_PREFIX_LIMIT;
  u32 fill = copy_in(scratch, 0, scratch->base, count, most), suffix = 0;
  if (!is_whole && fill != 0)
    suffix = copy_in(scratch, IPC_PREFIX_LIMIT, scratch->base + count - IPC_SUFFIX_LIMIT, IPC_SUFFIX_LIMIT,
                     IPC_SUFFIX_LIMIT);
  scratch->fill = fill + suffix;
  return suffix;
}

/* The transfer in the scratch: that of a pipe, or the beginning of a socket's or a pseudoterminal's. */
static __always_inline struct ipc_transfer *transfer_of(struct scratch *scratch) {
  return scratch->record == RECORD_SOCKET     ? &scratch->socket.transfer
         : scratch->record == RECORD_TERMINAL ? &scratch->terminal.transfer
                                              : &scratch->transfer;
}

static __always_inline u32 record_size(struct scratch *scratch) {
  return scratch->record == RECORD_SOCKET     ? sizeof(struct ipc_socket)
         : scratch->record == RECORD_TERMINAL ? sizeof(struct ipc_terminal)
                                              : sizeof(struct ipc_transfer);
}

/* Sends it with what has been filled in behind it, of which `suffix` bytes are a write's last ones. */
static __always_inline void send_filled(struct scratch *scratch, u32 suffix, u64 lost_bytes) {
  struct ipc_transfer *transfer = transfer_of(scratch);
  transfer->captured = scratch->fill;
  transfer->suffix = suffix;
  send(scratch, transfer, record_size(scratch), lost_bytes);
}

VERIFIED_ONCE int send_transfer(u32 door, u64 lost_bytes) {
  struct scratch *scratch = scratch_of(door);
  if (scratch) send_filled(scratch, 0, lost_bytes);
  return 0;
}

/* Sends a write's record with its fingerprint. */
VERIFIED_ONCE int send_write(u32 door, u64 count, u64 lost_bytes) {
  struct scratch *scratch = scratch_of(door);
  if (!scratch) return 0;
  if (scratch->is_told_whole) transfer_of(scratch)->header.flags |= IPC_FLAG_MORE;
  send_filled(scratch, fingerprint(scratch, door, count), lost_bytes);
  return 0;
}

/* Makes the header of the chunks that come behind the transfer in the scratch. The records overlap. */
static __always_inline void begin_chunks(struct scratch *scratch) {
  struct ipc_header header = transfer_of(scratch)->header;
  header.type = IPC_RECORD_CONTENT;
  scratch->content.header = header;
}

VERIFIED_ONCE int send_chunk(u32 flags) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  if (scratch->first_chunk) {
    struct ipc_transfer *transfer = transfer_of(scratch);
    scratch->first_chunk = 0;
    transfer->header.flags |= flags;
    send_transfer(DOOR_EXIT, transfer->count);
    begin_chunks(scratch);
  } else {
    scratch->content.header.flags = flags;
    scratch->content.captured = scratch->fill;
    scratch->content.offset = scratch->done - scratch->fill;
    send(scratch, &scratch->content, sizeof(struct ipc_content), scratch->fill);
  }
  scratch->fill = 0;
  return 0;
}

/* Makes ready for the contents of the record in the scratch. */
static __always_inline void begin_contents(struct scratch *scratch, u64 count, u64 limit) {
  scratch->limit = count < limit ? count : limit;
  scratch->fill = 0;
  scratch->done = 0;
  scratch->piece_left = 0;
  scratch->next_vector = 0;
  scratch->is_short = false;
  scratch->first_chunk = 1;
}

static __always_inline bool has_more_contents(struct scratch *scratch) {
  return scratch->done < scratch->limit && !scratch->is_short;
}

/* Bytes of the current buffer that are copied next. */
static __always_inline u64 next_size(struct scratch *scratch, u64 fill) {
  u64 size = scratch->piece_left, left = scratch->limit - scratch->done, room = IPC_CHUNK_LIMIT - fill;
  if (size > left) size = left;
  if (size > room) size = room;
  return at_most(size, IPC_CHUNK_LIMIT);
}

static __always_inline void note_copied(struct scratch *scratch, u64 fill, u64 size) {
  scratch->piece += size;
  scratch->piece_left -= size;
  scratch->done += size;
  scratch->fill = fill + size;
}

/* Copies from one buffer, as much as the chunk has room for, and sends the chunk when it is full. */
VERIFIED_ONCE int copy_piece(void) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  if (scratch->piece_left == 0) {
    scratch->is_short = !load_buffer(DOOR_EXIT, scratch->next_vector);
    if (scratch->is_short) return 0;
    scratch->next_vector++;
    scratch->piece = scratch->buffer;
    scratch->piece_left = scratch->buffer_length;
    if (scratch->piece_left == 0) return 0;
  }
  u64 fill = at_most(scratch->fill, IPC_CHUNK_LIMIT), size = next_size(scratch, fill);
  scratch->is_short = bpf_probe_read_user(scratch->bytes + fill, size, (void *)scratch->piece) != 0;
  if (scratch->is_short) return 0;
  note_copied(scratch, fill, size);
  if (fill + size == IPC_CHUNK_LIMIT && has_more_contents(scratch)) send_chunk(IPC_FLAG_MORE);
  return 0;
}

#define PIECES_A_PASS 40

/*
 * Copies contents, buffer by buffer, and sends a record whenever a chunk is full. It calls itself for the next pieces,
 * until 33 calls have been made in all (MAX_TAIL_CALL_CNT). With at most 7 calls before, that is all of readv's 1,024
 * buffers (UIO_MAXIOV) as long as 16 of them at most lie across the end of a chunk, or one buffer of 32 MiB.
 */
static __always_inline int contents_stage(void *ctx, struct call *call) {
  struct scratch *scratch = scratch_of(DOOR_EXIT);
  if (!scratch) return 0;
  for (u32 i = 0; i < PIECES_A_PASS; i++) {
    if (!has_more_contents(scratch)) break;
    copy_piece();
  }
  /* Fails after the last possible call: what is there is told then, and what is not is missing. */
  if (has_more_contents(scratch)) bpf_tail_call(ctx, &exit_files, STAGE_CONTENTS);
  send_chunk(scratch->is_short ? IPC_FLAG_PARTIAL : 0);
  scratch->message++;
  if (scratch->message < scratch->messages) bpf_tail_call(ctx, &exit_files, STAGE_RECEIVED);
  finish_note(scratch->thread);
  return 0;
}
FILE_EXIT(contents, STAGE_CONTENTS, any, contents_stage)

/* Sends the record in the scratch with up to `limit` bytes of the contents. */
static __always_inline int send_with_contents(void *ctx, struct scratch *scratch, u64 limit) {
  u64 count = transfer_of(scratch)->count;
  begin_contents(scratch, count, limit);
  if (scratch->limit == 0)
    send_transfer(DOOR_EXIT, count);
  else
    bpf_tail_call(ctx, &exit_files, STAGE_CONTENTS);
  return 0;
}

/* Sends a write's contents behind its record, because its reader will have no buffer. */
static __always_inline void send_contents_behind(void *ctx, struct scratch *scratch, u64 count) {
  begin_chunks(scratch);
  begin_contents(scratch, count, settings.capture_limit);
  scratch->first_chunk = 0;
  bpf_tail_call(ctx, &exit_files, scratch->is_spliced ? STAGE_WRITTEN_PAGES : STAGE_CONTENTS);
}
