// Products of packed weights with lanes, and of lanes with lanes.

/// sums[row] += the panel's row times `input`, for the sixteen rows of a panel.
INLINE void addPanel(const float *restrict panel, const float *restrict input, ptrdiff_t depth, lanes sums[LANES]) {
    for (int first = 0; first < LANES; first += TILE_ROWS) {
        lanes tile[TILE_ROWS];
        UNROLLED for (int row = 0; row < TILE_ROWS; row++) tile[row] = sums[first + row];
        const float *weight = panel + first;
        for (ptrdiff_t column = 0; column < depth; column++, weight += LANES) {
            const lanes value = load(input + column * LANES);
            UNROLLED for (int row = 0; row < TILE_ROWS; row++) tile[row] = fused(splat(weight[row]), value, tile[row]);
        }
        UNROLLED for (int row = 0; row < TILE_ROWS; row++) sums[first + row] = tile[row];
    }
}

INLINE void multiplyStep(
    const float *panels, const float *bias, ptrdiff_t rows, ptrdiff_t depth, const float *input,
    enum neural_activation activation, int isAdding, float *output) {
    for (ptrdiff_t first = 0; first < rows; first += LANES) {
        const int count = rows - first < LANES ? (int)(rows - first) : LANES;
        lanes sums[LANES];
        UNROLLED for (int row = 0; row < LANES; row++) sums[row] = splat(bias == NULL ? 0.0f : bias[first + row]);
        addPanel(panels + first * depth, input, depth, sums);
        if (isAdding) {
            for (int row = 0; row < count; row++) {
                float *to = output + (first + row) * LANES;
                store(to, load(to) + sums[row]);
            }
        } else {
            for (int row = 0; row < count; row++)
                store(output + (first + row) * LANES, activated(activation, sums[row]));
        }
    }
}

static void VARIANT(dense)(
    const float *weights, const float *bias, ptrdiff_t rows, ptrdiff_t depth, const float *input,
    ptrdiff_t inputStride, ptrdiff_t steps, enum neural_activation activation, float *output,
    ptrdiff_t outputStride) {
    for (ptrdiff_t step = 0; step < steps; step++)
        multiplyStep(
            weights, bias, rows, depth, input + step * inputStride, activation, 0, output + step * outputStride);
}

static void VARIANT(activationGradient)(
    enum neural_activation activation, const float *output, ptrdiff_t outputStride, ptrdiff_t rows, ptrdiff_t steps,
    float *gradient, ptrdiff_t gradientStride) {
    if (activation == NEURAL_LINEAR) return;
    for (ptrdiff_t step = 0; step < steps; step++) {
        for (ptrdiff_t row = 0; row < rows; row++) {
            const lanes y = load(output + step * outputStride + row * LANES);
            float *to = gradient + step * gradientStride + row * LANES;
            const lanes slope = load(to);
            switch (activation) {
                case NEURAL_RELU: store(to, choose(y > splat(0.0f), slope, splat(0.0f))); break;
                case NEURAL_TANH: store(to, slope * (splat(1.0f) - y * y)); break;
                default: store(to, slope * (y * (splat(1.0f) - y))); break;
            }
        }
    }
}

#define HALVES(a, b)                                                                                                   \
    (__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +                           \
     __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define QUARTERS(a, b)                                                                                                 \
    (__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +                         \
     __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define EIGHTHS(a, b)                                                                                                  \
    (__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +                         \
     __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define SIXTEENTHS(a, b)                                                                                               \
    (__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +                        \
     __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))

/// The sum over the lanes of every one of sixteen numbers.
INLINE lanes laneSums(lanes x[LANES]) {
    UNROLLED for (int index = 0; index < 8; index++) x[index] = HALVES(x[2 * index], x[2 * index + 1]);
    UNROLLED for (int index = 0; index < 4; index++) x[index] = QUARTERS(x[2 * index], x[2 * index + 1]);
    UNROLLED for (int index = 0; index < 2; index++) x[index] = EIGHTHS(x[2 * index], x[2 * index + 1]);
    return SIXTEENTHS(x[0], x[1]);
}

static void VARIANT(outerProduct)(
    const float *left, ptrdiff_t leftStride, const int32_t *rowMap, ptrdiff_t packedRows, const float *right,
    ptrdiff_t rightStride, ptrdiff_t columns, ptrdiff_t steps, float *matrix) {
    for (ptrdiff_t row = 0; row < packedRows; row += 4) {
        if (rowMap[row] < 0) continue;
        for (ptrdiff_t column = 0; column < columns; column += 4) {
            // A last tile that sticks out reads its last column again and does not use it.
            const ptrdiff_t last = columns - 1 - column;
            const ptrdiff_t offsets[4] = {0, last < 1 ? last : 1, last < 2 ? last : 2, last < 3 ? last : 3};
            lanes sums[LANES];
            UNROLLED for (int y = 0; y < 4; y += OUTER_ROWS) {
                UNROLLED for (int x = 0; x < 4; x += OUTER_COLUMNS) {
                    lanes tile[OUTER_ROWS * OUTER_COLUMNS];
                    UNROLLED for (int index = 0; index < OUTER_ROWS * OUTER_COLUMNS; index++) tile[index] = splat(0.0f);
                    const float *l = left + (row + y) * LANES;
                    const float *r[OUTER_COLUMNS];
                    UNROLLED for (int k = 0; k < OUTER_COLUMNS; k++) r[k] = right + (column + offsets[x + k]) * LANES;
                    for (ptrdiff_t step = 0; step < steps; step++) {
                        lanes values[OUTER_COLUMNS];
                        UNROLLED for (int k = 0; k < OUTER_COLUMNS; k++) values[k] = load(r[k] + step * rightStride);
                        UNROLLED for (int j = 0; j < OUTER_ROWS; j++) {
                            const lanes slope = load(l + step * leftStride + j * LANES);
                            UNROLLED for (int k = 0; k < OUTER_COLUMNS; k++)
                                tile[j * OUTER_COLUMNS + k] = fused(slope, values[k], tile[j * OUTER_COLUMNS + k]);
                        }
                    }
                    UNROLLED for (int j = 0; j < OUTER_ROWS; j++)
                        UNROLLED for (int k = 0; k < OUTER_COLUMNS; k++)
                            sums[(y + j) * 4 + x + k] = tile[j * OUTER_COLUMNS + k];
                }
            }
            const lanes total = laneSums(sums);
            const int width = last < 3 ? (int)last + 1 : 4;
            for (int y = 0; y < 4 && rowMap[row + y] >= 0; y++)
                for (int x = 0; x < width; x++) matrix[rowMap[row + y] * columns + column + x] += total[y * 4 + x];
        }
    }
}

static void VARIANT(rowSums)(
    const float *left, ptrdiff_t leftStride, const int32_t *rowMap, ptrdiff_t packedRows, ptrdiff_t steps,
    float *vector) {
    for (ptrdiff_t row = 0; row < packedRows; row++) {
        if (rowMap[row] < 0) continue;
        lanes sums = {0};
        for (ptrdiff_t step = 0; step < steps; step++) sums += load(left + step * leftStride + row * LANES);
        float total = 0;
        for (int lane = 0; lane < LANES; lane++) total += sums[lane];
        vector[rowMap[row]] += total;
    }
}

static void VARIANT(stepSums)(
    const float *values, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t steps, float *result) {
    for (ptrdiff_t row = 0; row < rows; row++) {
        lanes sums = {0};
        for (ptrdiff_t step = 0; step < steps; step++) sums += load(values + step * stride + row * LANES);
        store(result + row * LANES, sums);
    }
}
