#ifndef NEURAL_KERNELS_H
#define NEURAL_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Only what is never null is marked, so that Swift need not ask.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"

// The inner loops of the networks, compiled for several sets of vector instructions.
//
// Sixteen sequences are computed side by side, one in every lane: a number of the network is sixteen floats, and a
// table of them ("lanes") has a row for every feature and a stretch of rows for every time step, `stride` floats
// apart. Lanes never meet but in the gradients of weights, so the result of a sequence does not depend on its
// neighbours. The functions named `single` do the same sums of one sequence in the same order, their vectors going
// over the rows of a weight matrix, and give the same bits.
//
// Weights are packed in panels of sixteen rows: element (row, column) of a matrix of `depth` columns stands at
// (row / 16 * depth + column) * 16 + row % 16. The rows of a recurrent layer are ordered so that a panel has the four
// gates of four units: row 16 * (unit / 4) + 4 * gate + unit % 4.
//
// Sums go over the columns in ascending order, fused with the products (fma) in the variants `avx2` and `avx512`, which
// give the same bits. The variant `plain` rounds products first and differs from them in the last bits.

enum { NEURAL_LANES = 16 };

enum neural_activation { NEURAL_LINEAR, NEURAL_RELU, NEURAL_TANH, NEURAL_SIGMOID };
enum neural_loss { NEURAL_SQUARED, NEURAL_ABSOLUTE, NEURAL_HUBER, NEURAL_CROSS_ENTROPY };
enum neural_cell { NEURAL_LSTM, NEURAL_GRU };

/// One recurrent layer over one stretch of time.
struct neural_recurrence {
    enum neural_cell cell;
    ptrdiff_t steps, inputs, units;
    /// Packed, of depth `inputs + units`: the input's columns, then the state's.
    const float *weights;
    /// One number a packed row.
    const float *bias;
    /// Lanes of `inputs` rows; a stride of zero for an input that stays the same.
    const float *input;
    ptrdiff_t inputStride;
    /// The hidden state before the first step, then after every one: `steps + 1` stretches.
    float *hidden;
    ptrdiff_t hiddenStride;
    /// The cell state likewise, or, with a stride of zero, the current one only. Not used by a GRU.
    float *cells;
    ptrdiff_t cellStride;
    /// Room for the packed rows of an input that stays the same, which is multiplied once; else null.
    float *projection;
    /// What the way back needs, `steps` stretches each, or null: the gates as packed rows, and tanh of the cell state.
    float *gates;
    ptrdiff_t gateStride;
    float *cellTangents;
};

/// The way back through one recurrent layer.
struct neural_recurrence_gradient {
    /// Lanes of the loss's derivatives by the output of every step, or null; and by that of the last step only, or null.
    const float *output;
    ptrdiff_t outputStride;
    const float *lastOutput;
    /// The transposed matrices, packed: `inputs` rows and `units` rows, of as many columns as there are packed rows.
    const float *inputWeights, *hiddenWeights;
    /// The derivatives by the input, or null. With an input that stays the same they are added up over the steps.
    float *input;
    ptrdiff_t inputStride;
    /// Scratch of one stretch of rows each; afterwards the derivatives by the state before the first step.
    float *hidden, *cell;
};

struct neural_adam;

struct neural_kernels {
    const char *_Nonnull name;

    /// Packs the rows `rowMap[0..<packedRows]` of a row-major matrix (-1 for a row of zeros) into the columns from
    /// `first` of panels of `depth` columns.
    void (*_Nonnull pack)(
        const float *matrix, ptrdiff_t columns, const int32_t *rowMap, ptrdiff_t packedRows, float *panels,
        ptrdiff_t depth, ptrdiff_t first);
    /// Packs the transposed matrix: a packed row for every column, a column for every entry of the row map.
    void (*_Nonnull packTransposed)(
        const float *matrix, ptrdiff_t columns, const int32_t *rowMap, ptrdiff_t packedRows, float *panels);

    /// Copies up to sixteen windows of a table, that start at `offsets`, into lanes; the other lanes become zero.
    void (*_Nonnull gather)(
        const float *table, const int64_t *offsets, ptrdiff_t count, ptrdiff_t steps, ptrdiff_t columns, float *lanes,
        ptrdiff_t stride);
    /// Copies the first `count` lanes into sequences that follow each other.
    void (*_Nonnull scatter)(
        const float *lanes, ptrdiff_t stride, ptrdiff_t steps, ptrdiff_t columns, ptrdiff_t count, float *sequences);

    /// output[step] = activation(W * input[step] + bias); W of `depth` columns and `rows` rows.
    void (*_Nonnull dense)(
        const float *weights, const float *bias, ptrdiff_t rows, ptrdiff_t depth, const float *input,
        ptrdiff_t inputStride, ptrdiff_t steps, enum neural_activation activation, float *output,
        ptrdiff_t outputStride);
    /// Multiplies derivatives by those of the activation, of which the results are given.
    void (*_Nonnull activationGradient)(
        enum neural_activation activation, const float *output, ptrdiff_t outputStride, ptrdiff_t rows, ptrdiff_t steps,
        float *gradient, ptrdiff_t gradientStride);

    void (*_Nonnull recurrence)(const struct neural_recurrence *layer);
    /// Replaces the gates by the derivatives by what stood in the gates before their functions.
    void (*_Nonnull recurrenceGradient)(
        const struct neural_recurrence *layer, const struct neural_recurrence_gradient *gradient);

    /// matrix[rowMap[row]][column] += the sum over steps and lanes of left[step][row] * right[step][column]; rows
    /// that are mapped to -1 are left out, and four rows of the map from a multiple of four on follow each other or end.
    void (*_Nonnull outerProduct)(
        const float *left, ptrdiff_t leftStride, const int32_t *rowMap, ptrdiff_t packedRows, const float *right,
        ptrdiff_t rightStride, ptrdiff_t columns, ptrdiff_t steps, float *matrix);
    /// vector[rowMap[row]] += the sum over steps and lanes of left[step][row].
    void (*_Nonnull rowSums)(
        const float *left, ptrdiff_t leftStride, const int32_t *rowMap, ptrdiff_t packedRows, ptrdiff_t steps,
        float *vector);
    /// Adds up the steps of lanes.
    void (*_Nonnull stepSums)(const float *lanes, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t steps, float *result);

    /// Draws a bit for every number: whether dropout keeps it, with a probability of 1 - threshold / 65536.
    void (*_Nonnull drawMasks)(uint64_t seed, uint32_t threshold, ptrdiff_t count, uint16_t *masks);
    /// output = input * scale where kept, else zero; one mask a row of lanes.
    void (*_Nonnull applyMasks)(
        const uint16_t *masks, float scale, const float *input, ptrdiff_t inputStride, ptrdiff_t rows, ptrdiff_t steps,
        float *output, ptrdiff_t outputStride);

    /// Adds the loss of every lane to `sums`, over all steps and rows, and writes its derivatives times `scale`, for the
    /// first `count` lanes; zero for the others. `parameter` is where Huber's loss becomes linear. The target of
    /// cross-entropy is one row of class numbers.
    void (*_Nonnull loss)(
        enum neural_loss kind, float parameter, const float *output, ptrdiff_t outputStride, const float *target,
        ptrdiff_t targetStride, ptrdiff_t rows, ptrdiff_t steps, ptrdiff_t count, float scale, float *gradient,
        ptrdiff_t gradientStride, double *sums);

    /// Adds the gradients of `count` parts, `stride` floats apart, to the first, in ascending order.
    void (*_Nonnull addParts)(float *parts, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t first, ptrdiff_t end);
    /// The sum of squares.
    double (*_Nonnull squareSum)(const float *values, ptrdiff_t count);
    /// One step of Adam.
    void (*_Nonnull adam)(
        float *weights, float *firstMoments, float *secondMoments, const float *gradients, ptrdiff_t count,
        const struct neural_adam *step);

    /// As `recurrence`, of one sequence: numbers instead of lanes. `projections` has room for `steps` (one, if the
    /// input stays the same) times the packed rows.
    void (*_Nonnull singleRecurrence)(const struct neural_recurrence *layer, float *projections);
    /// As `dense`, of one sequence. The output has room for whole panels in every step.
    void (*_Nonnull singleDense)(
        const float *weights, const float *bias, ptrdiff_t rows, ptrdiff_t depth, const float *input,
        ptrdiff_t inputStride, ptrdiff_t steps, enum neural_activation activation, float *output,
        ptrdiff_t outputStride);

    /// Replaces values by a function of them.
    void (*_Nonnull activate)(enum neural_activation activation, float *values, ptrdiff_t count);
};

struct neural_adam {
    /// What gradients are multiplied by (clipping).
    float gradientScale;
    float firstDecay, secondDecay, epsilon;
    /// The rate, divided by the first moments' bias correction.
    float rate;
    /// The reciprocal of the square root of the second moments' bias correction.
    float secondCorrection;
    /// Added to the gradient, times the weight.
    float penalty;
    /// What weights are multiplied by first.
    float shrinkage;
};

/// The kernels for the best instructions that the processor has, chosen when the program was loaded.
const struct neural_kernels *_Nonnull neural_kernels(void);
/// The kernels of variant 0 (plain), 1 (avx2), 2 (avx512); null where the processor lacks the instructions.
const struct neural_kernels *_Nullable neural_kernels_variant(int variant);

#pragma clang diagnostic pop

#endif
