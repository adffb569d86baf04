#ifndef NEURAL_VARIANTS_H
#define NEURAL_VARIANTS_H

#include "neural_kernels.h"

extern const struct neural_kernels neural_kernels_plain;
#if defined(__x86_64__)
extern const struct neural_kernels neural_kernels_avx2;
extern const struct neural_kernels neural_kernels_avx512;
#endif

#endif
