/* Counts the allocations of the program that it is linked into, by standing before those of the C library. */
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdint.h>

/* Counts from now on. The first `shown` allocations are told on standard error, each by the calls that led to it. */
void allocation_counter_start(int shown);

/* Counts no longer; returns how many memory blocks were allocated or moved since the start. */
uint64_t allocation_counter_stop(void);

#endif
