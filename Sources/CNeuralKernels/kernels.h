// The kernels of one variant. Included by one file for each, which sets the instructions, the sizes of the tiles that
// are held in registers, and whether products and sums are fused.

#include "variants.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF
// Vectors are passed between functions of one file only, all of which are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")
#define LANES NEURAL_LANES

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t integers __attribute__((vector_size(4 * LANES)));
typedef uint32_t words __attribute__((vector_size(4 * LANES)));

INLINE lanes load(const float *from) {
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINE void store(float *to, lanes value) { memcpy(to, &value, sizeof value); }

INLINE lanes splat(float x) { return (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE lanes fused(lanes left, lanes right, lanes sum) {
#if IS_FUSED
    return __builtin_elementwise_fma(left, right, sum);
#else
    return left * right + sum;
#endif
}

INLINE lanes choose(integers mask, lanes yes, lanes no) {
    return (lanes)((mask & (integers)yes) | (~mask & (integers)no));
}

INLINE lanes squareRoot(lanes x) { return __builtin_elementwise_sqrt(x); }

// MARK: Functions

/// e^x for |x| <= 87. x is split in a multiple of ln 2 and a rest, for which a polynomial is used (the coefficients of
/// `expf` in S. Moshier's Cephes library).
INLINE lanes exponential(lanes x) {
    // Adding 1.5 * 2^23 leaves the rounded number in the lowest bits.
    const lanes shifter = splat(12582912.0f);
    const lanes shifted = fused(x, splat(1.44269504088896341f), shifter);
    const lanes power = shifted - shifter;
    lanes rest = fused(power, splat(-0.693359375f), x);
    rest = fused(power, splat(2.12194440e-4f), rest);
    lanes p = splat(1.9875691500e-4f);
    p = fused(p, rest, splat(1.3981999507e-3f));
    p = fused(p, rest, splat(8.3334519073e-3f));
    p = fused(p, rest, splat(4.1665795894e-2f));
    p = fused(p, rest, splat(1.6666665459e-1f));
    p = fused(p, rest, splat(5.0000001201e-1f));
    p = fused(p, rest * rest, rest) + splat(1.0f);
    return (lanes)((words)p + ((words)shifted << 23));
}

/// x within the limits. What is not a number stays so.
INLINE lanes limited(lanes x, float limit) {
    x = choose(x > splat(limit), splat(limit), x);
    return choose(x < splat(-limit), splat(-limit), x);
}

INLINE lanes sigmoid(lanes x) {
    const lanes bounded = limited(x, 87.0f);
    // The difference is zero, but for what is not a number, which the bits of the exponential do not keep.
    return splat(1.0f) / (splat(1.0f) + exponential(-bounded)) + (bounded - bounded);
}

/// tanh x: a rational function of degree 9 over 8, of least relative error up to 8.6, where tanh is 1 in 32 bits.
INLINE lanes tangent(lanes x) {
    const lanes bounded = limited(x, 8.6f);
    const lanes square = bounded * bounded;
    lanes p = splat(1.4082456297e-8f), q = splat(8.0706296637e-7f);
    p = fused(p, square, splat(2.1122367067e-5f));
    q = fused(q, square, splat(3.3362686711e-4f));
    p = fused(p, square, splat(3.5264005506e-3f));
    q = fused(q, square, splat(2.5993895884e-2f));
    p = fused(p, square, splat(1.3406874392e-1f));
    q = fused(q, square, splat(4.6740195934e-1f));
    p = fused(p, square, splat(9.9999998676e-1f));
    q = fused(q, square, splat(1.0f));
    return limited(bounded * p / q, 1.0f);
}

INLINE lanes activated(enum neural_activation activation, lanes x) {
    switch (activation) {
        case NEURAL_RELU: return choose(x < splat(0.0f), splat(0.0f), x);
        case NEURAL_TANH: return tangent(x);
        case NEURAL_SIGMOID: return sigmoid(x);
        default: return x;
    }
}

static void VARIANT(activate)(enum neural_activation activation, float *values, ptrdiff_t count) {
    for (ptrdiff_t index = 0; index < count; index += LANES) {
        const ptrdiff_t rest = count - index < LANES ? count - index : LANES;
        lanes x = {0};
        memcpy(&x, values + index, (size_t)rest * sizeof(float));
        x = activated(activation, x);
        memcpy(values + index, &x, (size_t)rest * sizeof(float));
    }
}

#include "kernels_layout.h"
#include "kernels_products.h"
#include "kernels_recurrence.h"
#include "kernels_single.h"
#include "kernels_training.h"

const struct neural_kernels VARIANT(neural_kernels) = {
    .name = VARIANT_NAME,
    .pack = VARIANT(pack),
    .packTransposed = VARIANT(packTransposed),
    .gather = VARIANT(gather),
    .scatter = VARIANT(scatter),
    .dense = VARIANT(dense),
    .activationGradient = VARIANT(activationGradient),
    .recurrence = VARIANT(recurrence),
    .recurrenceGradient = VARIANT(recurrenceGradient),
    .outerProduct = VARIANT(outerProduct),
    .rowSums = VARIANT(rowSums),
    .stepSums = VARIANT(stepSums),
    .drawMasks = VARIANT(drawMasks),
    .applyMasks = VARIANT(applyMasks),
    .loss = VARIANT(loss),
    .addParts = VARIANT(addParts),
    .squareSum = VARIANT(squareSum),
    .adam = VARIANT(adam),
    .singleRecurrence = VARIANT(singleRecurrence),
    .singleDense = VARIANT(singleDense),
    .activate = VARIANT(activate),
};
