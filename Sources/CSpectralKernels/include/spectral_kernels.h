#ifndef SPECTRAL_KERNELS_H
#define SPECTRAL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// The inner loops of the short-time features. The functions are compiled for several sets of vector instructions, and
// the dynamic linker takes the best one that the processor has. Products and sums are never fused and always in the
// same order, so that every processor gives the same bits.

/// Writes the products of two runs of `count` values.
void spectral_multiply(
    const float *restrict left, const float *restrict right, float *restrict result, size_t count);

/// Writes the squared magnitudes of `count` complex values, which stand as real and imaginary part in turn.
void spectral_power(const float *restrict spectrum, float *restrict result, size_t count);

/// A run of weights over consecutive values.
struct spectral_band {
    /// The first value that is weighted.
    int32_t first;
    /// Where the band's weights begin.
    int32_t offset;
    /// The number of weights, a multiple of eight.
    int32_t count;
};

/// Writes the weighted sum of every band. Eight values behind the last one that is weighted are read, so they must be
/// there.
void spectral_bands(
    const float *restrict values, const float *restrict weights, const struct spectral_band *restrict bands,
    size_t bandCount, float *restrict result);

/// Replaces every value x by `factor * ln(max(x, floor))`, for a normal positive floor; what is not a number counts as
/// the floor, what is above the largest finite number as that. Accurate to about one unit in the last place.
void spectral_logarithm(float *values, size_t count, float floor, float factor);

#endif
