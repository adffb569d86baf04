// One sequence: vectors go over the rows of a panel.

/// sums[panel] += its sixteen rows times `input`.
INLINE void addPanels(
    const float *restrict panels, ptrdiff_t panelStride, const float *restrict input, ptrdiff_t depth, int count,
    lanes *restrict sums) {
    for (ptrdiff_t column = 0; column < depth; column++) {
        const lanes value = splat(input[column]);
        UNROLLED for (int panel = 0; panel < TILE_PANELS; panel++) if (panel < count)
            sums[panel] = fused(load(panels + panel * panelStride + column * LANES), value, sums[panel]);
    }
}

INLINE void singleProduct(
    const float *panels, ptrdiff_t depth, ptrdiff_t first, ptrdiff_t columns, const float *input, const float *start,
    ptrdiff_t panelCount, float *result) {
    ptrdiff_t panel = 0;
    for (; panel + TILE_PANELS <= panelCount; panel += TILE_PANELS) {
        lanes sums[TILE_PANELS];
        UNROLLED for (int index = 0; index < TILE_PANELS; index++) sums[index] = load(start + (panel + index) * LANES);
        addPanels(panels + (panel * depth + first) * LANES, depth * LANES, input, columns, TILE_PANELS, sums);
        UNROLLED for (int index = 0; index < TILE_PANELS; index++) store(result + (panel + index) * LANES, sums[index]);
    }
    for (; panel < panelCount; panel++) {
        lanes sum = load(start + panel * LANES);
        const float *weights = panels + (panel * depth + first) * LANES;
        for (ptrdiff_t column = 0; column < columns; column++)
            sum = fused(load(weights + column * LANES), splat(input[column]), sum);
        store(result + panel * LANES, sum);
    }
}

/// The same for several steps at a time, so that weights are read once for all of them.
INLINE void singleProducts(
    const float *panels, ptrdiff_t depth, ptrdiff_t columns, const float *input, ptrdiff_t inputStride,
    const float *start, ptrdiff_t panelCount, ptrdiff_t steps, float *result, ptrdiff_t resultStride) {
    ptrdiff_t step = 0;
    for (; step + TILE_PANELS <= steps; step += TILE_PANELS) {
        for (ptrdiff_t panel = 0; panel < panelCount; panel++) {
            lanes sums[TILE_PANELS];
            UNROLLED for (int index = 0; index < TILE_PANELS; index++) sums[index] = load(start + panel * LANES);
            const float *weights = panels + panel * depth * LANES;
            for (ptrdiff_t column = 0; column < columns; column++, weights += LANES) {
                const lanes value = load(weights);
                UNROLLED for (int index = 0; index < TILE_PANELS; index++)
                    sums[index] = fused(value, splat(input[(step + index) * inputStride + column]), sums[index]);
            }
            UNROLLED for (int index = 0; index < TILE_PANELS; index++)
                store(result + (step + index) * resultStride + panel * LANES, sums[index]);
        }
    }
    for (; step < steps; step++)
        singleProduct(
            panels, depth, 0, columns, input + step * inputStride, start, panelCount, result + step * resultStride);
}

/// Four panels, each with four gates of four units, become four gates of sixteen units.
INLINE void separateGates(const float *packed, ptrdiff_t count, lanes gates[4]) {
    lanes p[4];
    UNROLLED for (int index = 0; index < 4; index++)
        p[index] = index < count ? load(packed + index * LANES) : splat(0.0f);
    const lanes a = __builtin_shufflevector(p[0], p[1], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const lanes b = __builtin_shufflevector(p[0], p[1], 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const lanes c = __builtin_shufflevector(p[2], p[3], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const lanes d = __builtin_shufflevector(p[2], p[3], 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    gates[0] = __builtin_shufflevector(a, c, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    gates[1] = __builtin_shufflevector(a, c, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    gates[2] = __builtin_shufflevector(b, d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    gates[3] = __builtin_shufflevector(b, d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

INLINE lanes loadSome(const float *from, ptrdiff_t count) {
    if (count >= LANES) return load(from);
    lanes value = {0};
    memcpy(&value, from, (size_t)count * sizeof(float));
    return value;
}

INLINE void storeSome(float *to, lanes value, ptrdiff_t count) {
    memcpy(to, &value, (size_t)(count < LANES ? count : LANES) * sizeof(float));
}

static void VARIANT(singleRecurrence)(const struct neural_recurrence *layer, float *projections) {
    const struct neural_recurrence l = *layer;
    const ptrdiff_t depth = l.inputs + l.units, panelCount = (l.units + 3) / 4, packedRows = panelCount * LANES;
    const ptrdiff_t projected = l.inputStride == 0 ? 1 : l.steps;
    singleProducts(
        l.weights, depth, l.inputs, l.input, l.inputStride, l.bias, panelCount, projected, projections, packedRows);
    float gates[packedRows];
    for (ptrdiff_t step = 0; step < l.steps; step++) {
        const float *before = l.hidden + step * l.hiddenStride;
        float *after = l.hidden + (step + 1) * l.hiddenStride;
        singleProduct(
            l.weights, depth, l.inputs, l.units, before, projections + (projected == 1 ? 0 : step) * packedRows,
            panelCount, gates);
        for (ptrdiff_t unit = 0; unit < l.units; unit += LANES) {
            const ptrdiff_t count = l.units - unit;
            lanes g[4];
            separateGates(gates + unit * 4, panelCount - unit / 4, g);
            if (l.cell == NEURAL_LSTM) {
                const lanes input = sigmoid(g[0]), forget = sigmoid(g[1]), candidate = tangent(g[2]);
                const lanes output = sigmoid(g[3]);
                const lanes cell =
                    fused(forget, loadSome(l.cells + step * l.cellStride + unit, count), input * candidate);
                storeSome(l.cells + (step + 1) * l.cellStride + unit, cell, count);
                storeSome(after + unit, output * tangent(cell), count);
            } else {
                const lanes reset = sigmoid(g[0]), update = sigmoid(g[1]);
                const lanes candidate = tangent(fused(reset, g[3], g[2]));
                storeSome(after + unit, fused(update, loadSome(before + unit, count) - candidate, candidate), count);
            }
        }
    }
}

static void VARIANT(singleDense)(
    const float *weights, const float *bias, ptrdiff_t rows, ptrdiff_t depth, const float *input,
    ptrdiff_t inputStride, ptrdiff_t steps, enum neural_activation activation, float *output,
    ptrdiff_t outputStride) {
    const ptrdiff_t panelCount = (rows + LANES - 1) / LANES;
    singleProducts(weights, depth, depth, input, inputStride, bias, panelCount, steps, output, outputStride);
    for (ptrdiff_t step = 0; step < steps; step++)
        for (ptrdiff_t row = 0; row < panelCount * LANES; row += LANES)
            store(
                output + step * outputStride + row, activated(activation, load(output + step * outputStride + row)));
}
