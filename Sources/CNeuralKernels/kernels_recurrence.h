// Recurrent layers in lanes.

/// The gates of four units, in and out; four rows each.
INLINE void lstmCell(
    lanes gates[LANES], const float *before, float *after, float *tangents, float *hidden, int count) {
    for (int unit = 0; unit < count; unit++) {
        const lanes input = sigmoid(gates[unit]), forget = sigmoid(gates[4 + unit]);
        const lanes candidate = tangent(gates[8 + unit]), output = sigmoid(gates[12 + unit]);
        const lanes cell = fused(forget, load(before + unit * LANES), input * candidate);
        const lanes bent = tangent(cell);
        store(after + unit * LANES, cell);
        store(hidden + unit * LANES, output * bent);
        if (tangents != NULL) {
            store(tangents + unit * LANES, bent);
            gates[unit] = input;
            gates[4 + unit] = forget;
            gates[8 + unit] = candidate;
            gates[12 + unit] = output;
        }
    }
}

INLINE void gruCell(lanes gates[LANES], const float *before, float *hidden, int count) {
    for (int unit = 0; unit < count; unit++) {
        const lanes reset = sigmoid(gates[unit]), update = sigmoid(gates[4 + unit]);
        const lanes candidate = tangent(fused(reset, gates[12 + unit], gates[8 + unit]));
        store(hidden + unit * LANES, fused(update, load(before + unit * LANES) - candidate, candidate));
        gates[unit] = reset;
        gates[4 + unit] = update;
        gates[8 + unit] = candidate;
    }
}

static void VARIANT(recurrence)(const struct neural_recurrence *layer) {
    const struct neural_recurrence l = *layer;
    const ptrdiff_t depth = l.inputs + l.units;
    const int isConstant = l.inputStride == 0 && l.projection != NULL;
    for (ptrdiff_t unit = 0; isConstant && unit < l.units; unit += 4) {
        lanes sums[LANES];
        UNROLLED for (int row = 0; row < LANES; row++) sums[row] = splat(l.bias[unit * 4 + row]);
        addPanel(l.weights + unit * 4 * depth, l.input, l.inputs, sums);
        UNROLLED for (int row = 0; row < LANES; row++) store(l.projection + (unit * 4 + row) * LANES, sums[row]);
    }
    for (ptrdiff_t step = 0; step < l.steps; step++) {
        const float *input = l.input + step * l.inputStride;
        const float *before = l.hidden + step * l.hiddenStride;
        float *after = l.hidden + (step + 1) * l.hiddenStride;
        const float *cellsBefore = l.cells + step * l.cellStride;
        float *cellsAfter = l.cells + (step + 1) * l.cellStride;
        for (ptrdiff_t unit = 0; unit < l.units; unit += 4) {
            const int count = l.units - unit < 4 ? (int)(l.units - unit) : 4;
            const float *panel = l.weights + unit * 4 * depth;
            lanes sums[LANES];
            if (isConstant) {
                UNROLLED for (int row = 0; row < LANES; row++)
                    sums[row] = load(l.projection + (unit * 4 + row) * LANES);
            } else {
                UNROLLED for (int row = 0; row < LANES; row++) sums[row] = splat(l.bias[unit * 4 + row]);
                addPanel(panel, input, l.inputs, sums);
            }
            addPanel(panel + l.inputs * LANES, before, l.units, sums);
            if (l.cell == NEURAL_LSTM) {
                float *tangents = l.cellTangents == NULL ? NULL : l.cellTangents + step * l.cellStride + unit * LANES;
                lstmCell(
                    sums, cellsBefore + unit * LANES, cellsAfter + unit * LANES, tangents, after + unit * LANES, count);
            } else {
                gruCell(sums, before + unit * LANES, after + unit * LANES, count);
            }
            if (l.gates != NULL) {
                float *gates = l.gates + step * l.gateStride + unit * 4 * LANES;
                UNROLLED for (int row = 0; row < LANES; row++) store(gates + row * LANES, sums[row]);
            }
        }
    }
}

INLINE void lstmCellGradient(
    float *gates, const float *before, const float *tangents, const lanes slope, float *carried) {
    const lanes input = load(gates), forget = load(gates + 4 * LANES);
    const lanes candidate = load(gates + 8 * LANES), output = load(gates + 12 * LANES);
    const lanes bent = load(tangents), one = splat(1.0f);
    const lanes cell = load(carried) + slope * output * (one - bent * bent);
    store(gates, cell * candidate * (input * (one - input)));
    store(gates + 4 * LANES, cell * load(before) * (forget * (one - forget)));
    store(gates + 8 * LANES, cell * input * (one - candidate * candidate));
    store(gates + 12 * LANES, slope * bent * (output * (one - output)));
    store(carried, cell * forget);
}

/// Returns the derivatives by the state before, on the way past the gates.
INLINE lanes gruCellGradient(float *gates, const float *before, const lanes slope) {
    const lanes reset = load(gates), update = load(gates + 4 * LANES), candidate = load(gates + 8 * LANES);
    const lanes projected = load(gates + 12 * LANES), one = splat(1.0f);
    const lanes inner = slope * (one - update) * (one - candidate * candidate);
    store(gates, inner * projected * (reset * (one - reset)));
    store(gates + 4 * LANES, slope * (load(before) - candidate) * (update * (one - update)));
    store(gates + 8 * LANES, inner);
    store(gates + 12 * LANES, inner * reset);
    return slope * update;
}

static void VARIANT(recurrenceGradient)(
    const struct neural_recurrence *layer, const struct neural_recurrence_gradient *gradient) {
    const struct neural_recurrence l = *layer;
    const struct neural_recurrence_gradient g = *gradient;
    const ptrdiff_t packedRows = (l.units + 3) / 4 * LANES;
    memset(g.hidden, 0, (size_t)(l.units * LANES) * sizeof(float));
    memset(g.cell, 0, (size_t)(l.units * LANES) * sizeof(float));
    for (ptrdiff_t step = l.steps - 1; step >= 0; step--) {
        float *gates = l.gates + step * l.gateStride;
        for (ptrdiff_t unit = 0; unit < l.units; unit++) {
            float *unitGates = gates + (unit / 4 * LANES + unit % 4) * LANES;
            lanes slope = load(g.hidden + unit * LANES);
            if (g.output != NULL) slope += load(g.output + step * g.outputStride + unit * LANES);
            if (g.lastOutput != NULL && step == l.steps - 1) slope += load(g.lastOutput + unit * LANES);
            if (l.cell == NEURAL_LSTM) {
                lstmCellGradient(
                    unitGates, l.cells + step * l.cellStride + unit * LANES,
                    l.cellTangents + step * l.cellStride + unit * LANES, slope, g.cell + unit * LANES);
                store(g.hidden + unit * LANES, splat(0.0f));
            } else {
                store(
                    g.hidden + unit * LANES,
                    gruCellGradient(unitGates, l.hidden + step * l.hiddenStride + unit * LANES, slope));
            }
        }
        multiplyStep(g.hiddenWeights, NULL, l.units, packedRows, gates, NEURAL_LINEAR, 1, g.hidden);
        if (g.input != NULL && l.inputStride != 0)
            multiplyStep(
                g.inputWeights, NULL, l.inputs, packedRows, gates, NEURAL_LINEAR, 0, g.input + step * g.inputStride);
    }
}
