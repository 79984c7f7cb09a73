// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Ancillary data of unix sockets (unix(7)): which descriptors are passed, and what they are; who says to be who. */
#include "hooks/programs.h"
#include "record/ancillary.h"
#include "record/names.h"

#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_PIDFD 4

/* Control messages of a call that are looked at. */
#define CONTROL_MESSAGES 4

/* Bytes of descriptors' names behind which no other one is added. */
#define NAME_ROOM 4096

struct control_header {
  u64 length;
  s32 level;
  s32 type;
};

/* Reads the header at an address in either form of it (struct cmsghdr, struct compat_cmsghdr); its size. */
static __always_inline u32 read_control(struct scratch *scratch, u64 address, struct control_header *header) {
  if (!scratch->call.is_compat)
    return bpf_probe_read_user(header, sizeof(*header), (void *)address) ? 0 : sizeof(*header);
  struct {
    u32 length;
    s32 level;
    s32 type;
  } compat = {};
  if (bpf_probe_read_user(&compat, sizeof(compat), (void *)address)) return 0;
  *header = (struct control_header){compat.length, compat.level, compat.type};
  return sizeof(compat);
}

/* Describes one of the descriptors at an address, which are numbers of the call's task. */
VERIFIED_ONCE int describe_descriptor(u32 slot, u64 address, u32 index) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch || index >= IPC_PASSED_LIMIT) return 0;
  s32 fd = -1;
  bpf_probe_read_user(&fd, sizeof(fd), (void *)(address + index * sizeof(fd)));
  struct ipc_descriptor *descriptor = &scratch->passed.descriptors[at_most(index, IPC_PASSED_LIMIT - 1)];
  struct file *file = file_of(scratch->call.task, fd);
  descriptor->fd = fd;
  if (!file) return 0;
  descriptor->mode = mode_of(file);
  descriptor->inode = READ_KERNEL(file, f_inode, i_ino);
  return 0;
}

/* Takes over the control message at an address; what it takes up there, 0 if there is none. */
VERIFIED_ONCE u64 take_control(u32 slot, u64 address, u64 end) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return 0;
  struct ipc_passed *passed = &scratch->passed;
  struct control_header header = {};
  u32 size = read_control(scratch, address, &header);
  if (size == 0 || header.length <= size || header.length > end - address) return 0;
  u64 data = address + size;
  if (header.level == SOL_SOCKET && header.type == SCM_RIGHTS) {
    u32 count = (header.length - size) / sizeof(s32);
    passed->parts |= IPC_PASSED_DESCRIPTORS;
    passed->count = count;
    for (u32 i = 0; i < IPC_PASSED_LIMIT; i++) {
      if (i >= count) break;
      describe_descriptor(slot, data, i);
    }
  } else if (header.level == SOL_SOCKET && header.type == SCM_CREDENTIALS) {
    u32 values[3] = {};
    bpf_probe_read_user(values, sizeof(values), (void *)data);
    passed->parts |= IPC_PASSED_CREDENTIALS;
    passed->pid = values[0];
    passed->uid = values[1];
    passed->gid = values[2];
  } else if (header.level == SOL_SOCKET && header.type == SCM_PIDFD) {
    passed->parts |= IPC_PASSED_PIDFD;
    bpf_probe_read_user(&passed->pidfd, sizeof(passed->pidfd), (void *)data);
  }
  u32 unit = scratch->call.is_compat ? 4 : 8;
  return (header.length + unit - 1) & ~(u64)(unit - 1);
}

static __always_inline int ancillary_stage(void *ctx, u32 slot, struct scratch *scratch) {
  struct ipc_passed *passed = &scratch->passed;
  __builtin_memset(passed, 0, sizeof(*passed));
  u64 address = scratch->call.control, end = address + scratch->call.control_length;
  for (u32 i = 0; i < CONTROL_MESSAGES; i++) {
    u64 size = take_control(slot, address, end);
    if (size == 0 || size >= end - address) break;
    address += size;
  }
  if (passed->parts) {
    scratch->cursor.fill = 0;
    scratch->next_descriptor = 0;
    bpf_tail_call(ctx, &exit_stages, STAGE_ANCILLARY_NAMES);
  }
  return emit_described(ctx, scratch);
}
EXIT_STAGE(ancillary, STAGE_ANCILLARY, unix, ancillary_stage)

/* Names one descriptor that is neither pipe nor socket and calls itself for the next one; then sends the record. */
static __always_inline int ancillary_names_stage(void *ctx, u32 slot, struct scratch *scratch) {
  struct ipc_passed *passed = &scratch->passed;
  u32 index = scratch->next_descriptor;
  if (index < passed->count && index < IPC_PASSED_LIMIT && scratch->cursor.fill <= NAME_ROOM) {
    struct ipc_descriptor *descriptor = &passed->descriptors[index];
    struct file *file = descriptor->mode == 0 ? NULL : file_of(scratch->call.task, descriptor->fd);
    if (file) name_descriptor(slot, scratch, descriptor, file);
    scratch->next_descriptor = index + 1;
    bpf_tail_call(ctx, &exit_stages, STAGE_ANCILLARY_NAMES);
  }
  u8 kind = scratch->socket_template.transfer.header.kind;
  fill_header(&passed->header, scratch->call.task, IPC_RECORD_PASSED, kind, 0);
  u32 fill = scratch->cursor.fill;
  if (!ring_submit(passed, sizeof(*passed) + (fill & (4 * IPC_PATH_LIMIT - 1)))) loss_add(kind, 0);
  return emit_described(ctx, scratch);
}
EXIT_STAGE(ancillary_names, STAGE_ANCILLARY_NAMES, unix, ancillary_names_stage)
