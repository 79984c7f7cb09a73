// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The fields of kernel structs that ipcdump reads, and nothing else. Offsets are filled in at load time from the
 * running kernel's BTF (CO-RE), so order and size mean nothing here; names do.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#include <bpf/bpf_helpers.h>
/* bpf_helpers.h first: the others use its macros. */
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
  unsigned int inum;
};

struct xarray {
  void *xa_head;
};

struct xa_node {
  unsigned char shift;
  void *slots[64];
};

struct idr {
  struct xarray idr_rt;
};

struct pid_namespace {
  struct ns_common ns;
  struct idr idr;
};

struct upid {
  int nr;
  struct pid_namespace *ns;
};

struct hlist_node {
  struct hlist_node *next, **pprev;
};

struct hlist_head {
  struct hlist_node *first;
};

struct pid {
  unsigned int level;
  struct hlist_head tasks[4];
  struct upid numbers[1];
};

typedef struct {
  int counter;
} atomic_t;

struct hrtimer {
  bool is_queued;
};

/* 6.18 and before; see snapshots/sleepers.bpf.c. */
struct hrtimer___618 {
  u8 state;
};

struct signal_struct {
  atomic_t live;
  int nr_threads;
  int group_exit_code;
  unsigned int flags;
  struct hrtimer real_timer;
  struct hlist_head posix_timers; /* a list_head before 6.12 */
};

struct qstr {
  u32 hash;
  u32 len;
  const unsigned char *name;
};

struct super_block {
  unsigned int s_dev; /* major << 20 | minor */
  unsigned long s_magic;
};

struct inode {
  unsigned short i_mode;
  unsigned long i_ino;
  unsigned int i_rdev; /* major << 20 | minor */
  struct super_block *i_sb;
  void *i_private;
};

/* An inode of /proc that is a process's. */
struct proc_inode {
  struct pid *pid;
  struct inode vfs_inode;
};

struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
  struct inode *d_inode;
};

struct vfsmount {
  struct dentry *mnt_root;
};

struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};

struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};

struct list_head {
  struct list_head *next, *prev;
};

struct file {
  unsigned int f_flags;
  unsigned int f_mode;
  struct inode *f_inode;
  struct path f_path;
  long long f_pos;
  void *private_data;
  struct hlist_head *f_ep;
  struct {
    struct {
      s64 counter;
    } refcnt;
  } f_ref;
};

/* 6.12 and before; see kernel/compat.h. */
struct file___612 {
  struct {
    s64 counter;
  } f_count;
};

/* 5.10 and before; see kernel/compat.h. */
struct file___510 {
  struct list_head f_ep_links;
};

struct eventfd_ctx {
  u64 count;
  unsigned int flags;
  int id;
};

struct mq_attr {
  long mq_curmsgs;
};

struct mqueue_inode_info {
  struct inode vfs_inode;
  struct mq_attr attr;
  unsigned long qsize;
};

struct kern_ipc_perm {
  int id;
  int key;
};

struct msg_queue {
  struct kern_ipc_perm q_perm;
  unsigned long q_qnum;
};

struct sem {
  int semval;
};

struct sem_array {
  struct kern_ipc_perm sem_perm;
  int sem_nsems;
  struct sem sems[];
};

/* What a process undoes when it ends, of one set. */
struct sem_undo {
  struct list_head list_proc;
  int semid;
  short semadj[];
};

/* 6.5 and before; see kernel/compat.h. */
struct sem_undo___65 {
  short *semadj;
};

struct sem_undo_list {
  struct {
    struct {
      int counter;
    } refs;
  } refcnt;
  struct list_head list_proc;
};

struct sysv_sem {
  struct sem_undo_list *undo_list;
};

struct shmid_kernel {
  struct kern_ipc_perm shm_perm;
  struct file *shm_file;
  unsigned long shm_segsz;
};

struct ipc_ids {
  struct idr ipcs_idr;
};

struct ipc_namespace {
  struct ipc_ids ids[3];
};

struct nsproxy {
  struct ipc_namespace *ipc_ns;
};

struct fdtable {
  unsigned int max_fds;
  struct file **fd;
  unsigned long *close_on_exec;
  unsigned long *open_fds;
};

struct files_struct {
  atomic_t count;
  struct fdtable *fdt;
};

struct fs_struct {
  struct path root;
  struct path pwd;
};

struct thread_info {
  unsigned long flags;
  u32 status;
};

/* Empty without CONFIG_SCHED_INFO. */
struct sched_info {
  u64 last_arrival;
};

struct mm_struct {
  struct file *exe_file;
  struct task_struct *owner; /* with CONFIG_MEMCG */
  unsigned long arg_start;
  unsigned long arg_end;
};

struct cred {
  struct {
    u32 val;
  } euid;
};

struct kernfs_node {
  u64 id;
  struct kernfs_node *parent;
  const char *name;
};

/* From 6.15 on. */
struct kernfs_node___615 {
  struct kernfs_node *__parent;
};

struct cgroup_root {
  int hierarchy_id; /* 0 is that of version 2 */
};

struct cgroup {
  struct kernfs_node *kn;
  struct cgroup_root *root;
};

struct css_set {
  struct cgroup *dfl_cgrp;
};

struct task_struct {
  struct thread_info thread_info;
  unsigned int __state;
  struct sched_info sched_info;
  void *stack;
  int pid;
  int tgid;
  char comm[16];
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  struct pid *thread_pid;
  struct hlist_node pid_links[4];
  u64 start_time;
  u64 start_boottime;
  u64 self_exec_id;
  unsigned int flags;
  int exit_code;
  struct cred *cred;
  struct css_set *cgroups;
  struct mm_struct *mm;
  struct files_struct *files;
  struct fs_struct *fs;
  struct signal_struct *signal;
  struct nsproxy *nsproxy;
  struct sysv_sem sysvsem;
};

struct task_struct___513 {
  long state;
};

struct page {
  unsigned long flags;
};

struct pipe_buffer {
  struct page *page;
  unsigned int offset;
  unsigned int len;
};

struct pipe_inode_info {
  unsigned int head;
  unsigned int tail;
  unsigned int ring_size;
  unsigned int readers;
  struct pipe_buffer *bufs;
};

enum tty_driver_type { TTY_DRIVER_TYPE_PTY = 3 };
enum tty_driver_subtype { PTY_TYPE_MASTER = 1 };

struct tty_driver {
  enum tty_driver_type type;
  enum tty_driver_subtype subtype;
};

/* 6.12 and before; see kernel/compat.h. */
struct tty_driver___short {
  short type;
  short subtype;
};

struct tty_struct {
  struct tty_driver *driver;
  int index;
  char name[64];
  struct {
    struct pid *pgrp;
    struct pid *session;
  } ctrl;
  struct tty_struct *link;
};

/* Before 5.15. */
struct tty_struct___514 {
  struct pid *pgrp;
  struct pid *session;
};

struct tty_file_private {
  struct tty_struct *tty;
};

union sigval {
  void *sival_ptr;
};
typedef union sigval sigval_t;

union __sifields {
  struct {
    sigval_t _sigval;
  } _rt;
};

struct kernel_siginfo {
  int si_code;
  union __sifields _sifields;
};

struct sigqueue {
  struct kernel_siginfo info;
};

struct k_itimer {
  struct hlist_node list;
  int it_clock;
  int it_sigev_notify;
  int it_status;
  struct sigqueue sigq;
};

/* 6.12 and before; see snapshots/sleepers.bpf.c. */
struct k_itimer___612 {
  int it_active;
};

struct net {
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct in6_addr {
  union {
    u8 u6_addr8[16];
  } in6_u;
};

struct sock_common {
  u32 skc_daddr;
  u32 skc_rcv_saddr;
  u16 skc_dport; /* network byte order */
  u16 skc_num;   /* host byte order */
  unsigned short skc_family;
  volatile unsigned char skc_state;
  possible_net_t skc_net;
  unsigned long skc_flags;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};

struct net_device {
  int ifindex;
};

struct dst_entry {
  struct net_device *dev;
};

struct sk_buff {
  struct sk_buff *next;
  struct sock *sk;
  struct net_device *dev;
  unsigned int len;
  unsigned int data_len;
  int skb_iif;
  u16 protocol;
  u16 transport_header;
  u16 network_header;
  u32 end; /* offset, where addresses have 64 bits */
  unsigned char *head;
  unsigned char *data;
  char cb[48];
};

/* Behind the linear part of an skb. */
struct skb_shared_info {
  u8 nr_frags;
  struct sk_buff *frag_list;
  struct {
    u32 len; /* of the fragments, only the place is asked for: see struct fragment */
  } frags[1];
};

struct sk_buff_head {
  struct sk_buff *next;
  u32 qlen;
};

struct sock {
  struct sock_common __sk_common;
  struct sk_buff_head sk_receive_queue;
  struct socket *sk_socket;
  struct dst_entry *sk_dst_cache;
  u16 sk_type;
  u16 sk_protocol;
  u8 sk_shutdown;
  int sk_err;
  struct pid *sk_peer_pid;
};

struct inet_sock {
  u16 inet_sport; /* network byte order */
};

struct socket {
  struct sock *sk;
};

struct socket_alloc {
  struct socket socket;
  struct inode vfs_inode;
};

struct sockaddr_un {
  char sun_path[108];
};

struct unix_address {
  int len;
  struct sockaddr_un name[];
};

struct unix_sock {
  struct unix_address *addr;
  struct path path;
  struct sock *peer;
};

/* What a unix skb keeps in its cb (include/net/af_unix.h). */
struct unix_skb_parms {
  u32 consumed;
};

struct tcp_sock {
  u32 copied_seq;
  u32 write_seq;
  u32 urg_seq;
  u32 rcv_nxt;
};

struct inet_connection_sock {
  void *icsk_ulp_data;
};

struct mptcp_sock {
  u64 remote_key; /* 0 as long as the other end is not known to be one, too */
  u64 write_seq;
  u64 ack_seq;
  u64 snd_nxt; /* 5.11 */
  struct sock *first;
};

struct mptcp_sock___613 {
  struct sk_buff_head receive_queue;
};

struct mptcp_subflow_context {
  u32 ssn_offset;
};

/* What a Multipath TCP skb keeps in its cb (net/mptcp/protocol.h). */
struct mptcp_skb_cb {
  u64 end_seq;
  u32 offset;
};

/* What a TCP skb keeps in its cb (include/net/tcp.h). */
struct tcp_skb_cb {
  u32 seq;
};

struct module {
  char name[1];
};

struct netlink_sock {
  u32 portid;
  u32 dst_portid;
  u32 dst_group;
};

/* What a netlink skb keeps in its cb (include/linux/netlink.h). */
struct netlink_skb_parms {
  u32 portid; /* of the sender; 0 is the kernel */
  u32 dst_group;
};

struct udp_sock {
  int pending;
  u16 gso_size;
  struct sk_buff_head reader_queue;
};

struct iov_iter {
  size_t count;
  void *ubuf; /* 6.0 */
};

struct msghdr {
  struct iov_iter msg_iter;
};

struct io_ring_ctx {
  unsigned int compat : 1;
};

struct io_ring_ctx___72 {
  unsigned int int_flags;
};

struct io_uring_task {
  struct task_struct *task;
};

struct io_uring_cqe {
  u64 user_data;
  s32 res;
};

struct io_cqe {
  u64 user_data;
  s32 res;
  int fd; /* before the request is done */
};

/* Of a request, what every operation has; what it is about lies over its beginning (io_kiocb_to_cmd). */
struct io_kiocb {
  struct file *file;
  u8 opcode;
  struct io_cqe cqe;
  struct io_ring_ctx *ctx;
  struct io_uring_task *tctx;
  void *async_data;
};

/* Where async_data points to of requests on sockets. */
struct io_async_msghdr {
  struct msghdr msg;
};

struct io_kiocb___612 {
  struct task_struct *task;
};

struct io_rw {
  u64 addr;
  u32 len;
};

struct io_sr_msg {
  void *buf; /* or the user's struct msghdr */
  int len; /* unsigned in 6.1 */
  unsigned int done_io;
  unsigned int msg_flags;
};

struct io_splice {
  int splice_fd_in;
  unsigned int flags;
};

struct trace_event_raw_io_uring_complete {
  void *ctx;
  void *req;
  u64 user_data;
  int res;
};

struct trace_event_raw_io_uring_submit_req {
  void *req;
};

struct trace_event_raw_io_uring_submit_sqe {
  void *req;
};

struct trace_event_raw_tcp_sendmsg_locked {
  int msg_left;
};

struct trace_event_raw_consume_skb {
  void *skbaddr;
};

struct trace_event_raw_skb_copy_datagram_iovec {
  void *skbaddr;
};

struct trace_event_raw_net_dev_template {
  void *skbaddr;
};

struct trace_event_raw_sk_data_ready {
  const void *skaddr;
};

struct trace_event_raw_sys_enter {
  long id;
};

struct trace_event_raw_sys_exit {
  long id;
  long ret;
};

struct trace_event_raw_sched_process_fork {
  int child_pid;
};

struct trace_event_raw_task_newtask {
  int pid;
  u64 clone_flags;
};

struct wait_queue_entry {
  void *private;
};

/* Where poll and select wait at one file. */
struct poll_table_entry {
  struct file *filp;
  u32 key;
  struct wait_queue_entry wait;
};

struct poll_table_page {
  struct poll_table_page *next;
  struct poll_table_entry *entry; /* behind the last one that is used */
  struct poll_table_entry entries[];
};

struct poll_wqueues {
  struct poll_table_page *table;
  struct task_struct *polling_task;
  int inline_index;
  struct poll_table_entry inline_entries[];
};

struct eventpoll;

struct epoll_event {
  u32 events;
};

/* A file in a set of epoll. */
struct epitem {
  struct eventpoll *ep;
  struct hlist_node fllink;
  struct epoll_event event;
};

struct epitem___510 {
  struct list_head fllink;
};

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
};

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
};

struct vm_area_struct {
  unsigned long vm_start;
  unsigned long vm_end;
  unsigned long vm_flags;
  unsigned long vm_pgoff;
  struct file *vm_file;
};

struct rb_node {
  struct rb_node *rb_right;
  struct rb_node *rb_left;
};

struct rb_root {
  struct rb_node *rb_node;
};

/* 6.0 and before; see kernel/vma.h. */
struct mm_struct___60 {
  struct rb_root mm_rb;
};

struct vm_area_struct___60 {
  unsigned long vm_start;
  unsigned long vm_end;
  struct rb_node vm_rb;
  unsigned long vm_pgoff;
  struct file *vm_file;
};

/* From 6.1 on. */
struct maple_tree {
  void *ma_root;
};

struct mm_struct___61 {
  struct maple_tree mm_mt;
};

struct bpf_iter__task_vma {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  struct vm_area_struct *vma;
};

struct bpf_iter__task_file {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  u32 fd;
  struct file *file;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long orig_ax, bx, cx, dx, si, di, bp;
  unsigned long r8, r9, r10, sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
  u64 regs[31];
  u64 orig_x0;
  s32 syscallno;
};
#else
#error "ipcdump knows the registers of x86-64 and arm64 only"
#endif

#pragma clang attribute pop

#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFCHR 0020000
#define PIPEFS_MAGIC 0x50495045 /* include/uapi/linux/magic.h */
#define TCP_ESTABLISHED 1
#define PROC_SUPER_MAGIC 0x9fa0
#define ANON_INODE_FS_MAGIC 0x09041934
#define TCP_LISTEN 10 /* unix sockets use the same states (include/net/tcp_states.h) */
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_VSOCK 40
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_MPTCP 262
#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_TRUNC 0x20
#define MSG_ERRQUEUE 0x2000
#define RCV_SHUTDOWN 1 /* include/net/sock.h */
#define EPERM 1
#define EIO 5
#define EBADF 9
#define EAGAIN 11
#define EFAULT 14
#define EINVAL 22
#define EPIPE 32
#define ENOTSOCK 88
#define EISCONN 106
#define ECONNREFUSED 111
#define EALREADY 114
#define EINPROGRESS 115
#define LOOPBACK_IFINDEX 1 /* include/net/flow.h: the same in every network namespace */
#define FMODE_READ 1
#define FMODE_WRITE 2
#if defined(__TARGET_ARCH_x86)
#define O_DIRECT 040000
#else
#define O_DIRECT 0200000
#endif
