// Packing of weights, and the way of tables into lanes and out of them.

static void VARIANT(pack)(
    const float *matrix, ptrdiff_t columns, const int32_t *rowMap, ptrdiff_t packedRows, float *panels,
    ptrdiff_t depth, ptrdiff_t first) {
    for (ptrdiff_t row = 0; row < packedRows; row++) {
        float *to = panels + (row / LANES * depth + first) * LANES + row % LANES;
        if (rowMap[row] < 0) {
            for (ptrdiff_t column = 0; column < columns; column++) to[column * LANES] = 0;
        } else {
            const float *from = matrix + rowMap[row] * columns;
            for (ptrdiff_t column = 0; column < columns; column++) to[column * LANES] = from[column];
        }
    }
}

static void VARIANT(packTransposed)(
    const float *matrix, ptrdiff_t columns, const int32_t *rowMap, ptrdiff_t packedRows, float *panels) {
    for (ptrdiff_t first = 0; first < columns; first += LANES) {
        const ptrdiff_t count = columns - first < LANES ? columns - first : LANES;
        for (ptrdiff_t row = 0; row < packedRows; row++, panels += LANES) {
            lanes value = {0};
            if (rowMap[row] >= 0)
                memcpy(&value, matrix + rowMap[row] * columns + first, (size_t)count * sizeof(float));
            store(panels, value);
        }
    }
}

static void VARIANT(gather)(
    const float *table, const int64_t *offsets, ptrdiff_t count, ptrdiff_t steps, ptrdiff_t columns, float *to,
    ptrdiff_t stride) {
    for (ptrdiff_t step = 0; step < steps; step++) {
        for (ptrdiff_t column = 0; column < columns; column++) {
            lanes value = {0};
            for (ptrdiff_t lane = 0; lane < count; lane++)
                value[lane] = table[offsets[lane] + step * columns + column];
            store(to + step * stride + column * LANES, value);
        }
    }
}

static void VARIANT(scatter)(
    const float *from, ptrdiff_t stride, ptrdiff_t steps, ptrdiff_t columns, ptrdiff_t count, float *sequences) {
    for (ptrdiff_t lane = 0; lane < count; lane++)
        for (ptrdiff_t step = 0; step < steps; step++)
            for (ptrdiff_t column = 0; column < columns; column++)
                *sequences++ = from[step * stride + column * LANES + lane];
}
