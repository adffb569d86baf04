#if defined(__x86_64__)
#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,fma,avx512f,avx512dq,avx512bw,avx512vl"))), apply_to = function)
#define VARIANT(name) name##_avx512
#define VARIANT_NAME "avx512"
#define TILE_ROWS 16
#define TILE_PANELS 8
#define OUTER_ROWS 4
#define OUTER_COLUMNS 4
#define IS_FUSED 1
#include "kernels.h"
#pragma clang attribute pop
#endif
