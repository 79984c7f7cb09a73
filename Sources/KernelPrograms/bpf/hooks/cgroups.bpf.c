// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Cgroups that come below those of the filter, and go. */
#include "core/scope.h"
#include "kernel/compat.h"

/* Nodes of other hierarchies have the same numbers. */
static __always_inline bool is_of_version_2(struct cgroup *cgroup) {
  return READ_KERNEL(cgroup, root, hierarchy_id) == 0;
}

SEC("raw_tp/cgroup_mkdir") int mkdir__trace_0__cgroups__any(u64 *ctx) {
  struct cgroup *cgroup = (void *)ctx[0];
  if (!is_of_version_2(cgroup)) return 0;
  struct kernfs_node *node = READ_KERNEL(cgroup, kn);
  struct kernfs_node *parent = kernfs_parent(node);
  if (!parent) return 0;
  u64 above = READ_KERNEL(parent, id), id = READ_KERNEL(node, id);
  u8 *parent_part = bpf_map_lookup_elem(&cgroups, &above), part = IPC_CGROUP_MEMBER | IPC_CGROUP_GROWS;
  if (parent_part && *parent_part & IPC_CGROUP_GROWS) bpf_map_update_elem(&cgroups, &id, &part, BPF_ANY);
  return 0;
}

SEC("raw_tp/cgroup_rmdir") int rmdir__trace_0__cgroups__any(u64 *ctx) {
  struct cgroup *cgroup = (void *)ctx[0];
  if (!is_of_version_2(cgroup)) return 0;
  u64 id = READ_KERNEL(cgroup, kn, id);
  bpf_map_delete_elem(&cgroups, &id);
  return 0;
}
