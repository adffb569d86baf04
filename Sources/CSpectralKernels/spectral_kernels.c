#include "spectral_kernels.h"

#include <float.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define DISPATCHED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DISPATCHED
#endif

#define LANES 8

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));

DISPATCHED
void spectral_multiply(
    const float *restrict left, const float *restrict right, float *restrict result, size_t count) {
    for (size_t index = 0; index < count; index++) result[index] = left[index] * right[index];
}

DISPATCHED
void spectral_power(const float *restrict spectrum, float *restrict result, size_t count) {
    for (size_t index = 0; index < count; index++) {
        const float real = spectrum[2 * index], imaginary = spectrum[2 * index + 1];
        result[index] = real * real + imaginary * imaginary;
    }
}

DISPATCHED
void spectral_bands(
    const float *restrict values, const float *restrict weights, const struct spectral_band *restrict bands,
    size_t bandCount, float *restrict result) {
    for (size_t band = 0; band < bandCount; band++) {
        const float *value = values + bands[band].first;
        const float *weight = weights + bands[band].offset;
        const float *const end = weight + bands[band].count;
        lanes sums = {0};
        for (; weight < end; value += LANES, weight += LANES) {
            lanes left, right;
            memcpy(&left, value, sizeof left);
            memcpy(&right, weight, sizeof right);
            sums += left * right;
        }
        result[band] = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    }
}

/// ln x for normal positive x: the exponent is split off so that the rest lies between sqrt(1/2) and sqrt(2), where a
/// polynomial is used (coefficients of `logf` in S. Moshier's Cephes library).
// By address, because how a vector is passed by value depends on the instructions that are switched on.
static inline __attribute__((always_inline)) void natural_logarithm(lanes *values) {
    const lanes x = *values;
    integers bits;
    memcpy(&bits, &x, sizeof bits);
    // Subtracting the bits of sqrt(1/2) first makes the exponent that of the shifted range.
    const integers exponent = (bits - 0x3F3504F3) >> 23;
    const integers mantissa = bits - (exponent << 23);
    lanes m;
    memcpy(&m, &mantissa, sizeof m);
    m -= 1.0f;
    const lanes power = __builtin_convertvector(exponent, lanes);
    lanes p = m * 7.0376836292e-2f - 1.1514610310e-1f;
    p = p * m + 1.1676998740e-1f;
    p = p * m - 1.2420140846e-1f;
    p = p * m + 1.4249322787e-1f;
    p = p * m - 1.6668057665e-1f;
    p = p * m + 2.0000714765e-1f;
    p = p * m - 2.4999993993e-1f;
    p = p * m + 3.3333331174e-1f;
    const lanes square = m * m;
    // ln 2 in two parts, the first exact in few bits, so that nothing is lost for large exponents.
    const lanes tail = power * -2.12194440e-4f + (m * square * p - 0.5f * square);
    *values = power * 0.693359375f + (m + tail);
}

DISPATCHED
void spectral_logarithm(float *values, size_t count, float floor, float factor) {
    for (size_t index = 0; index < count; index += LANES) {
        const size_t rest = count - index < LANES ? count - index : LANES;
        lanes x = {0};
        memcpy(&x, values + index, rest * sizeof(float));
        const integers isAbove = x > floor;
        integers bits, lowest;
        const lanes floors = floor - (lanes){0};
        memcpy(&bits, &x, sizeof bits);
        memcpy(&lowest, &floors, sizeof lowest);
        // A comparison with what is not a number is false, so that becomes the floor.
        bits = (isAbove & bits) | (~isAbove & lowest);
        // Among positive numbers the order of the bits is that of the values.
        const integers isHuge = bits > 0x7F7FFFFF;
        bits = (isHuge & 0x7F7FFFFF) | (~isHuge & bits);
        memcpy(&x, &bits, sizeof x);
        natural_logarithm(&x);
        x *= factor;
        memcpy(values + index, &x, rest * sizeof(float));
    }
}
