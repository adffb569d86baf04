#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VARIANT(name) name##_avx2
#define VARIANT_NAME "avx2"
#define TILE_ROWS 4
#define TILE_PANELS 4
#define OUTER_ROWS 2
#define OUTER_COLUMNS 2
#define IS_FUSED 1
#include "kernels.h"
#pragma clang attribute pop
#endif
