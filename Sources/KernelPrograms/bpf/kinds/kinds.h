// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Every kind, and what the lower floors ask of them (core/kinds.h). A new kind is a line in each list that it
 * answers. */
#pragma once

#include "kinds/eventfd.bpf.c"
#include "kinds/mqueue.bpf.c"
#include "kinds/pidfd_getfd.bpf.c"
#include "kinds/pipe.bpf.c"
#include "kinds/process_vm.bpf.c"
#include "kinds/ptrace.bpf.c"
#include "kinds/pty.bpf.c"
#include "kinds/signal.bpf.c"
#include "kinds/sysv_msg.bpf.c"
#include "kinds/tcp.bpf.c"
#include "kinds/udp.bpf.c"
#include "kinds/unix.bpf.c"
#include "kinds/unix_message.bpf.c"
#include "kinds/unix_stream.bpf.c"

static __always_inline bool describe_open(struct file *file, struct ipc_held *open, bool counts) {
  struct open_file asked = {.file = file, .type = file_type(file)};
  open->inode = READ_KERNEL(file, f_inode, i_ino);
  if (asked.type == STAGE_PIPE) return pipe_describe_open(&asked, open, counts);
  if (asked.type == STAGE_CHARACTER_DEVICE) return pty_describe_open(&asked, open, counts);
  if (eventfd_describe_open(&asked, open, counts) || mqueue_describe_open(&asked, open, counts)) return true;
  if (asked.type != STAGE_SOCKET) return false;
  asked.sk = sock_of_socket(file);
  asked.stage = asked.sk ? socket_stage(asked.sk) : 0;
  if (asked.stage == STAGE_TCP) return tcp_describe_open(&asked, open, counts);
  if (asked.stage == STAGE_UDP) return udp_describe_open(&asked, open, counts);
  return asked.stage && unix_describe_open(&asked, open, counts);
}

static __always_inline u32 stage_of_system(struct file *file) {
  if (!is_wanted(IPC_KIND_PROCESS_VM) && !is_wanted(IPC_KIND_EVENTFD)) return 0;
  unsigned long magic = READ_KERNEL(file, f_inode, i_sb, s_magic);
  if (is_wanted(IPC_KIND_PROCESS_VM) && magic == PROC_SUPER_MAGIC) return STAGE_MEMORY;
  return is_wanted(IPC_KIND_EVENTFD) && magic == ANON_INODE_FS_MAGIC ? STAGE_EVENTFD : 0;
}

static __always_inline u64 service_key(struct sock *sk) {
  u32 stage = socket_stage(sk);
  return stage == STAGE_UNIX_STREAM || stage == STAGE_UNIX_SEQPACKET ? unix_service_key(sk)
         : stage == STAGE_TCP                                        ? tcp_service_key(sk)
                                                                     : 0;
}

static __always_inline void enter_direction(u32 kind, u64 key, u64 inode) {
  if (kind >= IPC_KIND_UNIX_STREAM && kind <= IPC_KIND_UNIX_SEQPACKET)
    enter_socket(key, inode);
  else
    channel_of(key, inode, 0);
}

static __always_inline bool describe_sent(u32 slot, struct scratch *scratch) {
  if (scratch->call.stage == STAGE_UDP) return udp_describe_sent(slot);
  unix_describe_sent(scratch);
  return true;
}

static __always_inline void describe_received(u32 slot, struct scratch *scratch, u64 length) {
  u32 stage = scratch->call.stage;
  if (stage == STAGE_TCP) tcp_describe_received(scratch, length);
  if (stage == STAGE_UNIX_DGRAM || stage == STAGE_UNIX_SEQPACKET) unix_describe_received(scratch);
  if (stage == STAGE_UDP) udp_describe_received(slot, scratch);
}
