#include "variants.h"

static const struct neural_kernels *chosen = &neural_kernels_plain;

const struct neural_kernels *neural_kernels_variant(int variant) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int hasAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int hasAVX512 = hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (variant == 2) return hasAVX512 ? &neural_kernels_avx512 : NULL;
    if (variant == 1) return hasAVX2 ? &neural_kernels_avx2 : NULL;
#endif
    return variant == 0 ? &neural_kernels_plain : NULL;
}

__attribute__((constructor)) static void choose(void) {
    for (int variant = 2; variant >= 0; variant--) {
        const struct neural_kernels *candidate = neural_kernels_variant(variant);
        if (candidate != NULL) {
            chosen = candidate;
            return;
        }
    }
}

const struct neural_kernels *neural_kernels(void) { return chosen; }
