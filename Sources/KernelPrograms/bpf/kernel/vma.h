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

/* Mappings lay in a tree of their own before 6.1, ordered by their addresses; so deep can that be. */
#define VMA_LEVELS 32

/* bpf_find_vma came with 5.17 (7c7e3d31e785). */
static __always_inline struct found_vma vma_at(struct task_struct *task, u64 address) {
  struct found_vma found = {};
  if (HAS_CALLS && bpf_core_enum_value_exists(enum bpf_func_id___517, BPF_FUNC_find_vma___517)) {
    bpf_find_vma((void *)bpf_get_current_task_btf(), address, note_vma, &found, 0);
    return found;
  }
  struct mm_struct___60 *mm = (void *)READ_KERNEL(task, mm);
  if (!mm || !bpf_core_field_exists(mm->mm_rb)) return found;
  struct rb_node *node = READ_KERNEL(mm, mm_rb.rb_node);
  for (u32 i = 0; i < VMA_LEVELS; i++) {
    if (!node) break;
    struct vm_area_struct___60 *vma = (void *)node - bpf_core_field_offset(struct vm_area_struct___60, vm_rb);
    u64 start = READ_KERNEL(vma, vm_start), end = READ_KERNEL(vma, vm_end);
    if (address >= start && address < end) {
      found.file = (u64)READ_KERNEL(vma, vm_file);
      found.start = start;
      found.page = READ_KERNEL(vma, vm_pgoff);
      break;
    }
    node = address < start ? READ_KERNEL(node, rb_left) : READ_KERNEL(node, rb_right);
  }
  return found;
}
