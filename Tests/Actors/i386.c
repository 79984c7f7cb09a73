#include "i386.h"

#include <sys/mman.h>
#include <sys/wait.h>

#if defined(__x86_64__)

enum { I386_GETPID = 20 };

int i386_call(int number, long first, long second, long third, long fourth, long fifth) {
  int result;
  // The sixth argument is in ebp, which the compiler may use for the frame.
  __asm__ volatile("mov %%rbp, %%r12\n\txor %%ebp, %%ebp\n\tint $0x80\n\tmov %%r12, %%rbp"
                   : "=a"(result)
                   : "a"(number), "b"(first), "c"(second), "d"(third), "S"(fourth), "D"(fifth)
                   : "memory", "r8", "r9", "r10", "r11", "r12");
  return result;
}

// A kernel without them kills who tries.
static void try_call(void *context) {
  (void)context;
  i386_call(I386_GETPID, 0, 0, 0, 0, 0);
}

void i386_require(void) {
  int status;
  waitpid(process_start(try_call, NULL), &status, 0);
  if (!WIFEXITED(status)) unsupported("system calls of 32-bit programs (CONFIG_IA32_EMULATION)");
}

void *i386_allocate(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  if (memory == MAP_FAILED) die("mmap below 4 GiB");
  return memory;
}

#else

void i386_require(void) { unsupported("system calls of 32-bit programs (x86-64 only)"); }

int i386_call(int number, long first, long second, long third, long fourth, long fifth) {
  (void)number, (void)first, (void)second, (void)third, (void)fourth, (void)fifth;
  return -1;
}

void *i386_allocate(size_t size) { return allocate(size); }

#endif

uint32_t i386_address(const void *pointer) { return (uint32_t)(uintptr_t)pointer; }
