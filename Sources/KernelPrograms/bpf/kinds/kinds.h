// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Every kind, and what the lower floors ask of them (core/kinds.h). A new kind is a line in each list that it
 * answers. */
#pragma once

#include "kinds/eventfd.bpf.c"
#include "kinds/futex.bpf.c"
#include "kinds/kernel_signal.bpf.c"
#include "kinds/mqueue.bpf.c"
#include "kinds/netlink.bpf.c"
#include "kinds/pidfd_getfd.bpf.c"
#include "kinds/pipe.bpf.c"
#include "kinds/process_vm.bpf.c"
#include "kinds/ptrace.bpf.c"
#include "kinds/pty.bpf.c"
#include "kinds/shared_memory.bpf.c"
#include "kinds/signal.bpf.c"
#include "kinds/sysv_msg.bpf.c"
#include "kinds/sysv_sem.bpf.c"
#include "kinds/tcp.bpf.c"
#include "kinds/udp.bpf.c"
#include "kinds/unix.bpf.c"
#include "kinds/unix_message.bpf.c"
#include "kinds/unix_stream.bpf.c"
#include "kinds/vsock.bpf.c"

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
  if (asked.stage == STAGE_NETLINK) return netlink_describe_open(&asked, open, counts);
  if (asked.stage == STAGE_VSOCK) return vsock_describe_open(&asked, open, counts);
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

static __always_inline bool name_unread(struct scratch *scratch, struct sk_buff *skb) {
  if (scratch->unread.header.kind == IPC_KIND_LOOPBACK_UDP) return udp_name_unread(scratch, skb);
  if (is_wanted(IPC_KIND_NETLINK) && scratch->unread.header.kind == IPC_KIND_NETLINK)
    return netlink_name_unread(scratch, skb);
  return unix_name_unread(scratch, skb);
}

static __always_inline bool describe_sent(u32 slot, struct scratch *scratch) {
  if (scratch->call.stage == STAGE_UDP) return udp_describe_sent(slot);
  if (is_wanted(IPC_KIND_VSOCK) && scratch->call.stage == STAGE_VSOCK) return true;
  if (is_wanted(IPC_KIND_NETLINK) && scratch->call.stage == STAGE_NETLINK) return netlink_describe_sent(slot);
  unix_describe_sent(scratch);
  return true;
}

static __always_inline void describe_received(u32 slot, struct scratch *scratch, u64 length) {
  u32 stage = scratch->call.stage;
  if (stage == STAGE_TCP) tcp_describe_received(scratch, length);
  if (stage == STAGE_UNIX_DGRAM || stage == STAGE_UNIX_SEQPACKET) unix_describe_received(scratch);
  if (stage == STAGE_UDP) udp_describe_received(slot, scratch);
  if (is_wanted(IPC_KIND_NETLINK) && stage == STAGE_NETLINK) netlink_describe_received(slot);
}

static __always_inline bool is_end(struct scratch *scratch, const struct ipc_held *open) {
  if (open->kind == IPC_KIND_PIPE || open->kind == IPC_KIND_PTY) return true;
  if (open->kind == IPC_KIND_LOOPBACK_UDP) return udp_is_end(scratch->call.sk);
  if (open->kind == IPC_KIND_LOOPBACK_TCP) return tcp_is_end(scratch->call.sk);
  if (open->kind == IPC_KIND_VSOCK) return false;
  return open->receives != 0 || (open->kind == IPC_KIND_UNIX_DGRAM && is_named(scratch->call.sk));
}

static __always_inline bool is_served(struct scratch *scratch, const struct ipc_held *open) {
  struct sock *sk = scratch->call.sk;
  if (open->kind == IPC_KIND_LOOPBACK_TCP) return tcp_is_served(sk);
  if (open->kind != IPC_KIND_UNIX_STREAM && open->kind != IPC_KIND_UNIX_SEQPACKET) return false;
  return is_served_by_wanted((u64)sk) || (open->receives && is_served_by_wanted(open->receives));
}

static __always_inline bool is_wanted_file(u32 slot, struct file *file, const struct ipc_held *open) {
  if (open->kind == IPC_KIND_PIPE) return is_wanted_pipe(slot, file);
  if (open->kind == IPC_KIND_LOOPBACK_TCP) {
    struct tcp_ends ends = {};
    if (!settings.filters_ports && !settings.filters_addresses) return true;
    load_tcp_ends(&ends, sock_of_socket(file));
    return is_wanted_tcp(&ends, true) || is_wanted_tcp(&ends, false);
  }
  if (open->kind > IPC_KIND_UNIX_SEQPACKET || !chooses_names(open->kind)) return true;
  return has_wanted_socket_name(slot, open->sends) || !open->receives || has_wanted_socket_name(slot, open->receives);
}

static __always_inline void name_ends(u32 slot, struct scratch *scratch, const struct ipc_held *open) {
  if (open->kind == IPC_KIND_PIPE) {
    pipe_name_end(slot);
  } else if (open->kind >= IPC_KIND_UNIX_STREAM && open->kind <= IPC_KIND_UNIX_SEQPACKET) {
    unix_name_end(slot, open->sends);
    if (open->receives) unix_name_end(slot, open->receives);
  }
}

static __always_inline void describe_end(struct scratch *scratch, const struct ipc_held *open) {
  struct ipc_life *life = &scratch->life;
  life->own = open->sends;
  life->other = open->receives;
  life->own_inode = open->sends_identity;
  life->other_inode = open->receives_identity;
  if (open->kind == IPC_KIND_PIPE) return pipe_describe_end(scratch, open);
  if (open->kind == IPC_KIND_PTY) return pty_describe_end(scratch);
  if (open->kind == IPC_KIND_LOOPBACK_TCP || open->kind == IPC_KIND_LOOPBACK_UDP)
    return internet_describe_end(scratch, open);
  unix_describe_end(scratch, open);
}
