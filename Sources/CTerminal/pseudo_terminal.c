#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int terminal_open_pseudo(char *name, size_t size) {
    int descriptor = posix_openpt(O_RDWR | O_NOCTTY);
    if (descriptor < 0) return -1;
    const char *path = NULL;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 && grantpt(descriptor) == 0 && unlockpt(descriptor) == 0)
        path = ptsname(descriptor);
    if (path && strlen(path) < size) {
        strcpy(name, path);
        return descriptor;
    }
    int code = path ? ERANGE : errno;
    close(descriptor);
    errno = code;
    return -1;
}
