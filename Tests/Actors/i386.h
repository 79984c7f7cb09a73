// System calls of 32-bit programs, made by a 64-bit one: numbers, pointers and structs of another size.
#pragma once

#include "actor.h"

// Ends the scenario if this kernel or machine has none.
void i386_require(void);
// -errno if it has failed; the sixth argument is 0.
int i386_call(int number, long first, long second, long third, long fourth, long fifth);
// Memory below 4 GiB, and where something lies in it.
void *i386_allocate(size_t size);
uint32_t i386_address(const void *pointer);

struct i386_iovec {
  uint32_t base;
  uint32_t length;
};

struct i386_message {
  uint32_t name, name_length, pieces, piece_count, control, control_length, flags, received;
};
