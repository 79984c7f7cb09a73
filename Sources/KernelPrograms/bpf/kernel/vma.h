// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* What lies at an address of the current process. */
#pragma once

#include "kernel/compat.h"
#include "kernel/verifier.h"

enum bpf_func_id___517 { BPF_FUNC_find_vma___517 = 180 };

struct found_vma {
  u64 file; /* 0 if there is none, or it could not be looked at */
  u64 start;
  u64 page; /* of the file, at which it begins */
};

static long note_vma(struct task_struct *task, struct vm_area_struct *vma, struct found_vma *found) {
  found->file = (u64)READ_KERNEL(vma, vm_file);
  found->start = READ_KERNEL(vma, vm_start);
  found->page = READ_KERNEL(vma, vm_pgoff);
  return 0;
}

/* The mapping that lies there, if one does. */
static __always_inline struct found_vma vma_with(u64 vma, u64 address) {
  struct vm_area_struct *area = (void *)vma;
  struct found_vma found = {};
  u64 start = READ_KERNEL(area, vm_start);
  if (vma == 0 || address < start || address >= READ_KERNEL(area, vm_end)) return found;
  found.file = (u64)READ_KERNEL(area, vm_file);
  found.start = start;
  found.page = READ_KERNEL(area, vm_pgoff);
  return found;
}

/* Mappings lay in a tree of their own before 6.1, ordered by their addresses; so deep can that be. */
#define VMA_LEVELS 32

static __always_inline u64 vma_in_red_black_tree(struct mm_struct___60 *mm, u64 address) {
  struct rb_node *node = READ_KERNEL(mm, mm_rb.rb_node);
  u64 met = 0;
  for (u32 i = 0; i < VMA_LEVELS; i++) {
    if (!node || met) break;
    struct vm_area_struct___60 *vma = (void *)node - bpf_core_field_offset(struct vm_area_struct___60, vm_rb);
    bool is_before = address < READ_KERNEL(vma, vm_start);
    if (!is_before && address < READ_KERNEL(vma, vm_end)) met = (u64)vma;
    node = is_before ? READ_KERNEL(node, rb_left) : READ_KERNEL(node, rb_right);
  }
  return met;
}

/*
 * Since then in a maple tree (lib/maple_tree.c): what leads to a node has the node's kind in its bits 3 to 6, and the
 * node lies at a multiple of 256. It begins with its parent; the last addresses of its parts follow, and behind them
 * what leads to those. An address that is not used is 0.
 */
#define MAPLE_LEVELS 8
#define MAPLE_PIVOTS 15
#define MAPLE_LEAF_64 1
#define MAPLE_ARANGE_64 3
#define MAPLE_SLOTS 128
#define MAPLE_ARANGE_SLOTS 80

/* What a node has for an address. Without branches, whose ways the verifier would all follow: of each last address, the
 * difference's sign says whether it lies before. What lies behind those of a node is nothing or is in the kernel, and
 * so never before. */
VERIFIED_ONCE u64 maple_step(u64 entry, u64 address) {
  u64 node = entry & ~0xffull, pivots[MAPLE_PIVOTS] = {}, place = 0;
  if (bpf_probe_read_kernel(pivots, sizeof(pivots), (void *)(node + sizeof(u64)))) return 0;
  for (u32 i = 0; i < MAPLE_PIVOTS; i++) place += (((pivots[i] - 1) & (~0ull >> 1)) - address) >> 63;
  u32 kind = entry >> 3 & 0xf;
  return READ_AT(u64, node + (kind == MAPLE_ARANGE_64 ? MAPLE_ARANGE_SLOTS : MAPLE_SLOTS) + place * sizeof(u64));
}

static __always_inline u64 vma_in_maple_tree(struct mm_struct___61 *mm, u64 address) {
  u64 entry = (u64)READ_KERNEL(mm, mm_mt.ma_root);
  bool is_node = true;
  for (u32 i = 0; i < MAPLE_LEVELS; i++) {
    if (!is_node || entry == 0) break;
    is_node = (entry >> 3 & 0xf) > MAPLE_LEAF_64;
    entry = maple_step(entry, address);
  }
  return is_node ? 0 : entry;
}

/*
 * bpf_find_vma came with 5.17 (7c7e3d31e785). A program that names a function to be called back is refused before 5.13
 * (69c087ba6225), whether it gets there or not; what is compiled for 6.2 and later (READS_DIRECTLY) may.
 */
static __always_inline struct found_vma vma_at(struct task_struct *task, u64 address) {
  struct found_vma found = {};
  if (READS_DIRECTLY && bpf_core_enum_value_exists(enum bpf_func_id___517, BPF_FUNC_find_vma___517)) {
    bpf_find_vma((void *)bpf_get_current_task_btf(), address, note_vma, &found, 0);
    return found;
  }
  struct mm_struct___60 *old = (void *)READ_KERNEL(task, mm);
  struct mm_struct___61 *mm = (void *)old;
  if (!mm) return found;
  if (bpf_core_field_exists(old->mm_rb)) return vma_with(vma_in_red_black_tree(old, address), address);
  return bpf_core_field_exists(mm->mm_mt) ? vma_with(vma_in_maple_tree(mm, address), address) : found;
}
