#ifndef CFFTW_SHIM_H
#define CFFTW_SHIM_H

#include <fftw3.h>

/// The library's version; Swift cannot see an array of unknown length.
static inline const char *fftwf_version_text(void) { return fftwf_version; }

#endif
