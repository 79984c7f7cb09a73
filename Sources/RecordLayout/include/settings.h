// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * What Swift tells the BPF programs before they are loaded (.rodata, `settings`) and what both share while they run
 * (.bss, `shared`, mapped into ipcdump's memory).
 */
#ifndef IPCDUMP_SETTINGS_H
#define IPCDUMP_SETTINGS_H

#include "records.h"

/* Which processes the kernel lets pass; the exact filter is in Swift. */
enum ipc_scope {
  IPC_SCOPE_ALL = 0,
  IPC_SCOPE_PROCESSES = 1, /* map `processes`: the traced command, or given processes; and their descendants */
  IPC_SCOPE_COMMS = 2,     /* map `comms` */
  IPC_SCOPE_USERS = 3,     /* map `users` */
  IPC_SCOPE_CGROUPS = 4    /* map `cgroups` */
};

/* Where operations are noticed. Each has scratch memory of its own on every CPU (map `scratches`), because one can overtake
 * another. Of those before IPC_HOOK_EXEC, the lowest bit tells the end of an operation from its start. */
enum ipc_hook {
  IPC_HOOK_SYS_ENTER = 0,
  IPC_HOOK_SYS_EXIT = 1,
  IPC_HOOK_URING_SUBMIT = 2,
  IPC_HOOK_URING_COMPLETE = 3,
  IPC_HOOK_EXEC = 4,
  IPC_HOOK_CLOSE = 5, /* a process ends; when the trace does, and nothing else runs any more, what is open then */
  IPC_HOOK_COUNT = 6
};

/* The same of --lifecycle, behind all of those, so that they take no memory without it. */
enum ipc_life_hook {
  IPC_LIFE_HOOK_ENTER = 0,
  IPC_LIFE_HOOK_EXIT = 1,
  IPC_LIFE_HOOK_PROCESS = 2,
  IPC_LIFE_HOOK_COUNT = 3
};

/* Map `cgroups`: what a cgroup is to IPC_SCOPE_CGROUPS. */
enum ipc_cgroup_part {
  IPC_CGROUP_MEMBER = 1 << 0, /* its processes are in the scope */
  IPC_CGROUP_GROWS = 1 << 1   /* cgroups that are made in it are members, and grow, too */
};

/*
 * Names of channels that the filter wants, in the form in which records tell them (enum ipc_name_form): of a path that many
 * of its first bytes, which come last there; of an abstract name the first ones.
 */
struct ipc_name_shape {
  __u16 length;
  __u8 form;     /* enum ipc_name_form */
  __u8 is_whole; /* that is the whole name, and not only how it begins */
};

/* Longest name that is compared. */
#define IPC_WANTED_NAME_LIMIT 244u

/* Map `wanted_names`. */
struct ipc_wanted_name {
  struct ipc_name_shape shape;
  __u8 bytes[IPC_WANTED_NAME_LIMIT]; /* zeros behind */
};

/* Different shapes of wanted names. */
#define IPC_NAME_SHAPES 24

/* Map `wanted_ports`, by the port / 64: a bit for each. */
struct ipc_wanted_ports {
  __u64 sources; /* a transfer from one of these can be wanted */
  __u64 destinations;
  __u64 unwanted_sources; /* one from one of these cannot */
  __u64 unwanted_destinations;
};

/* Entries of the tables of handlers by syscall number. */
#define IPC_SYSCALL_LIMIT 512

struct ipc_settings {
  __u32 skips_self;     /* 0 with --include-self */
  __u32 scope;          /* enum ipc_scope */
  __u32 pidns_inum;     /* inode number of ipcdump's pid namespace */
  __u32 kinds;          /* wanted ones: bit 1 << enum ipc_kind */
  __u64 capture_limit;  /* content bytes captured of each read; 0 without -x */
  __u32 tells_images;   /* whether records name the images of processes, and say what they are */
  __u32 follows_children; /* IPC_SCOPE_PROCESSES: whoever is made by a process of the scope enters it, too */
  __u32 cpu_count;      /* possible CPUs */
  __u32 omits_contents; /* map `omissions` is in use */
  __u32 tells_kernel_netlink; /* whether messages to and from the kernel are recorded */
  __u32 named_kinds;    /* those of which only channels of `wanted_names` are wanted: bits as in `kinds` */
  __u32 name_shapes;    /* how many there are of `shapes` */
  __u32 filters_ports;  /* TCP and UDP: `wanted_ports` is filled */
  __u32 filters_addresses; /* TCP: only connections with an end in `wanted_addresses` are wanted */
  __u32 tells_exits; /* whether it is told which processes of the scope end with another status than 0 */
  struct ipc_name_shape shapes[IPC_NAME_SHAPES]; /* of the entries of `wanted_names` */
  /* Whether a native caller's syscall has a handler: at IPC_HOOK_SYS_ENTER, and at IPC_HOOK_SYS_EXIT. */
  __u8 handled[2][IPC_SYSCALL_LIMIT];
};

/* Instructions in place of whose upper half Swift puts numbers (struct bpf_insn): of a kernel function that is called, and
 * of a type, in register 2. */
#define IPC_CAST_CALL 0x6970636400002085
#define IPC_CAST_TYPE 0x69706364000002b7

/* A channel that shows ipcdump's output; map `output_chain`, by its name. */
struct ipc_shown {
  __u64 inode;
  __u32 is_first; /* ipcdump itself writes to it */
  __u32 pad;
};

/* Multiplied by it, numbers differ in their upper bits (Fibonacci hashing). */
#define IPC_HASH_FACTOR 0x9e3779b97f4a7c15ull

/* Which of `output_marks` stands for a channel in `output_chain`. */
#define IPC_OUTPUT_MARK(name) ((__u8)((__u64)(name) * IPC_HASH_FACTOR >> 56))

/* Ends at which contents can be left out at a time; a power of two. */
#define IPC_OMISSION_LIMIT 1024u

/*
 * Contents that nobody will look at, such as a long body: map `omissions`, by the lowest bits of the inode. Of two ends
 * that meet there, the later one has it.
 */
struct ipc_omission {
  __u64 inode;  /* of the reading socket; 0 if there is none */
  __u64 taken;  /* bytes that were read there since Swift has begun to ask */
  __u64 from;   /* the first of these that nobody wants */
  __u64 until;  /* the first one behind them that somebody wants; 0 if all are wanted */
  __u32 kind;   /* enum ipc_kind */
  __u32 reader; /* the thread that was the last to read */
};

struct ipc_loss {
  __u64 records;
  __u64 bytes;
};

struct ipc_shared {
  struct ipc_loss lost[IPC_KIND_COUNT];
  __u32 armed;          /* tgid that enters the scope at its next exec, then 0 again */
  __u32 processes_live; /* entries of the map `processes`: those that have not exited */
  __u32 self_level; /* of ipcdump's pid namespace; 0 is the initial one */
  __u32 self_tgid;  /* of ipcdump, in the initial pid namespace */
  __u32 processes_lost; /* those that are not traced, because the map had no room */
  __u32 has_relays;     /* `relays` is in use */
  __u32 scope_changes;  /* processes that have entered the scope or left it; renames to and from a name of `comms` */
  __u32 parent;         /* a process of the scope that has made another one, which was left out; 0 if none has */
  __u64 page_constant;  /* what a page's address in memory is recognised by; 0 if it cannot be (record/pages.h) */
  __u64 probe_pattern;  /* bytes with which the first page of the pipe at `probe_fd` begins */
  __u32 probe_fd;
  __u32 next_constant;  /* number of the candidate that is tried next */
  __u64 nap_part;       /* bytes, a power of two, after which ipcdump is woken although it looks soon; 0: at once */
  __u64 channels_met;   /* entries ever made in `channels` */
  __u64 renamed_at;     /* when the last of those renames was noticed, in nanoseconds of CLOCK_MONOTONIC */
  __u8 output_marks[256]; /* not 0 where `output_chain` may have an entry */
};

_Static_assert(sizeof(struct ipc_shown) == 16, "ipc_shown");
_Static_assert(sizeof(struct ipc_omission) == 40, "ipc_omission");
_Static_assert(sizeof(struct ipc_wanted_name) == 248, "ipc_wanted_name");
_Static_assert(sizeof(struct ipc_wanted_ports) == 32, "ipc_wanted_ports");
_Static_assert(sizeof(struct ipc_settings) == 64 + 4 * IPC_NAME_SHAPES + 2 * IPC_SYSCALL_LIMIT, "ipc_settings");
_Static_assert(sizeof(struct ipc_shared) == IPC_KIND_COUNT * 16 + 80 + 256, "ipc_shared");

#ifndef __bpf__
/* Begins to count what is read at an end, of which all is wanted. */
void ipc_omission_begin(struct ipc_omission *omission, __u32 kind, __u64 inode);
/* Says which of the bytes that are counted nobody wants. */
void ipc_omission_set(struct ipc_omission *omission, __u64 from, __u64 until);
#endif

#endif
