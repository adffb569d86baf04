#include "terminal.h"

#include <errno.h>

#if defined(__linux__)
#include <asm/ioctls.h>
#include <asm/termbits.h>

// Declared here, for <sys/ioctl.h> brings in another struct termios than <asm/termbits.h>.
extern int ioctl(int descriptor, unsigned long request, ...);

int terminal_set_speed(int descriptor, unsigned int bits_per_second) {
    struct termios2 settings;
    if (ioctl(descriptor, TCGETS2, &settings) != 0) return errno;
    settings.c_cflag &= ~(CBAUD | CBAUD << IBSHIFT);
    settings.c_cflag |= BOTHER | BOTHER << IBSHIFT;
    settings.c_ispeed = bits_per_second;
    settings.c_ospeed = bits_per_second;
    return ioctl(descriptor, TCSETS2, &settings) == 0 ? 0 : errno;
}
#else
int terminal_set_speed(int descriptor, unsigned int bits_per_second) {
    (void)descriptor;
    (void)bits_per_second;
    return ENOTSUP;
}
#endif
