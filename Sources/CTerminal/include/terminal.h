#ifndef TERMINAL_H
#define TERMINAL_H

#include <stddef.h>

/// Sets any speed of a serial port in both directions, in bits a second; leaves all else as it is.
/// Returns 0, or the error number of what failed.
int terminal_set_speed(int descriptor, unsigned int bits_per_second);

/// Opens the controlling end of a new pseudo-terminal and writes the path of its other end into `name`, of `size` bytes.
/// Returns its descriptor, or -1 with the error number in errno.
int terminal_open_pseudo(char *name, size_t size);

#endif
