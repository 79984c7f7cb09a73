// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Which channels the filter can want, by what they are called: a path, an abstract name, ports, addresses. What cannot be
 * told passes; the exact filter comes after. A channel that has passed once is known, and passes ever after.
 */
#pragma once

#include "core/channels.h"
#include "kernel/pipes.h"
#include "record/names.h"

/* Filled once. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 512);
  __type(key, struct ipc_wanted_name);
  __type(value, u8);
} wanted_names SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* 1024 with such a filter, set by Swift */
  __type(key, u32);
  __type(value, struct ipc_wanted_ports);
} wanted_ports SEC(".maps");

struct address {
  u64 words[2];
};

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 512);
  __type(key, struct address);
  __type(value, u8);
} wanted_addresses SEC(".maps");

/* Whether paths are wanted, by a part of a hash of what they are the paths of; the lowest bit is the answer. A walk up a
 * path costs more than most transfers, and a server's socket has many. */
#define PATH_ANSWERS 1024
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1); /* PATH_ANSWERS with such a filter, set by Swift */
  __type(key, u32);
  __type(value, u64);
} path_answers SEC(".maps");

/* Whether channels of a kind are chosen by their names. */
static __always_inline bool chooses_names(u32 kind) { return HAS_CALLS && settings.named_kinds & 1u << kind; }

/* Whether the name that is in the scratch's bytes begins, or is, as a wanted one of that shape. */
VERIFIED_ONCE bool has_wanted_shape(u32 slot, u32 length, u32 form, u32 is_whole) {
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return true;
  u64 fill = at_most(scratch->cursor.fill, 2 * IPC_PATH_LIMIT);
  if (length > fill || (is_whole && length != fill)) return false;
  struct ipc_wanted_name *wanted = (void *)(scratch->bytes + 4 * IPC_PATH_LIMIT);
  __builtin_memset(wanted, 0, sizeof(*wanted));
  wanted->shape.length = length;
  wanted->shape.form = form;
  wanted->shape.is_whole = is_whole;
  u64 start = form == IPC_NAME_PATH ? at_most(fill - length, 2 * IPC_PATH_LIMIT) : 0;
  bpf_probe_read_kernel(wanted->bytes, at_most(length, IPC_WANTED_NAME_LIMIT), scratch->bytes + start);
  return bpf_map_lookup_elem(&wanted_names, wanted) != NULL;
}

/* Whether the name that is in the scratch's bytes is wanted. */
VERIFIED_ONCE bool is_wanted_name(u32 slot, u32 form) {
  if (!settings.named_kinds) return true;
  for (u32 i = 0; i < IPC_NAME_SHAPES; i++) {
    if (i >= settings.name_shapes) break;
    if (settings.shapes[i].form != form) continue;
    if (has_wanted_shape(slot, settings.shapes[i].length, form, settings.shapes[i].is_whole)) return true;
  }
  return false;
}

/* Whether the path from the root of the scratch's task to a file is wanted. */
VERIFIED_ONCE bool is_wanted_path(u32 slot, u64 address, u64 mount) {
  if (!settings.named_kinds) return true;
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return true;
  struct dentry *dentry = (struct dentry *)address;
  u64 question = hash_mix(hash_mix(address, mount), (u64)READ_KERNEL(scratch->call.task, fs, root.dentry));
  question = hash_mix(question, READ_KERNEL(dentry, d_inode, i_ino));
  question = hash_mix(question, READ_KERNEL(dentry, d_name.hash));
  question = hash_mix(question, (u64)READ_KERNEL(dentry, d_parent)) & ~1ull;
  u32 place = question >> 32 & (PATH_ANSWERS - 1);
  u64 *answer = bpf_map_lookup_elem(&path_answers, &place);
  if (!answer) return true;
  if ((*answer & ~1ull) == question) return *answer & 1;
  scratch->cursor.fill = 0;
  walk_path(slot, scratch, dentry, (struct vfsmount *)mount);
  bool is_wanted = is_wanted_name(slot, IPC_NAME_PATH);
  scratch->cursor.fill = 0;
  *answer = question | is_wanted;
  return is_wanted;
}

/* Whether the FIFO that a file is can be wanted; a pipe has no name. */
static __always_inline bool is_wanted_pipe(u32 slot, struct file *file) {
  if (!chooses_names(IPC_KIND_PIPE)) return true;
  if (!has_path(file)) return false;
  return is_wanted_path(slot, (u64)READ_KERNEL(file, f_path.dentry), (u64)READ_KERNEL(file, f_path.mnt));
}

/* Whether a unix socket has a wanted name. One that is closed has lost its path, but not its address. */
VERIFIED_ONCE bool has_wanted_socket_name(u32 slot, u64 sk) {
  if (!settings.named_kinds) return true;
  struct scratch *scratch = scratch_at(slot);
  if (!scratch) return true;
  struct unix_sock *unix = (struct unix_sock *)sk;
  struct unix_address *address = READ_KERNEL(unix, addr);
  if (!address) return false;
  struct dentry *dentry = READ_KERNEL(unix, path.dentry);
  if (dentry) return is_wanted_path(slot, (u64)dentry, (u64)READ_KERNEL(unix, path.mnt));
  u8 *path = (void *)address + bpf_core_field_offset(struct unix_address, name) + 2;
  u64 first = READ_AT(u64, path);
  if (first & 0xff) return true;
  u64 length = at_most(READ_KERNEL(address, len) - 3, IPC_SUN_PATH_LIMIT);
  bpf_probe_read_kernel(scratch->bytes, length, path + 1);
  scratch->cursor.fill = length;
  bool is_wanted = is_wanted_name(slot, IPC_NAME_ABSTRACT);
  scratch->cursor.fill = 0;
  return is_wanted;
}

/* Whether a transfer between two unix sockets can be wanted. What it is called is the receiver's name, else the sender's. */
static __always_inline bool is_wanted_unix(u32 slot, struct scratch *scratch, u32 kind) {
  if (!chooses_names(kind)) return true;
  struct sock *source = scratch->ends.source, *destination = scratch->ends.destination;
  if (destination && has_wanted_socket_name(slot, (u64)destination)) return true;
  if (source && has_wanted_socket_name(slot, (u64)source)) return true;
  /* The other messages of a batch can have other ends. */
  if (kind != IPC_KIND_UNIX_STREAM && scratch->batch.vector) return true;
  return !destination || (!source && !is_named(destination));
}

/* Whether a transfer between two ports can be wanted; one that is 0 is not known. */
VERIFIED_ONCE bool are_wanted_ports(u32 source, u32 destination) {
  if (!settings.filters_ports || source == 0 || destination == 0) return true;
  u32 from = (source & 0xffff) / 64, to = (destination & 0xffff) / 64;
  struct ipc_wanted_ports *sources = bpf_map_lookup_elem(&wanted_ports, &from);
  struct ipc_wanted_ports *destinations = bpf_map_lookup_elem(&wanted_ports, &to);
  if (!sources || !destinations) return true;
  u64 wanted = sources->sources >> (source & 63) | destinations->destinations >> (destination & 63);
  u64 unwanted =
    sources->unwanted_sources >> (source & 63) | destinations->unwanted_destinations >> (destination & 63);
  return wanted & ~unwanted & 1;
}

static __always_inline bool is_wanted_address(const u8 *bytes) {
  struct address address = {.words = {((const u64 *)bytes)[0], ((const u64 *)bytes)[1]}};
  return bpf_map_lookup_elem(&wanted_addresses, &address) != NULL;
}

/* Whether a TCP connection can be wanted, seen from the socket that sends or receives. */
static __always_inline bool is_wanted_tcp(const struct tcp_ends *ends, bool is_write) {
  if (settings.filters_ports) {
    u32 source = is_write ? ends->local_port : ends->remote_port;
    u32 destination = is_write ? ends->remote_port : ends->local_port;
    if (!are_wanted_ports(source, destination)) return false;
  }
  return !settings.filters_addresses || is_wanted_address(ends->local) || is_wanted_address(ends->remote);
}
