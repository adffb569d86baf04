// Dropout, losses and the optimiser.

static uint64_t VARIANT(mixed)(uint64_t *state) {
    // SplitMix64 (S. Vigna).
    uint64_t value = *state += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

static void VARIANT(drawMasks)(uint64_t seed, uint32_t threshold, ptrdiff_t count, uint16_t *masks) {
    // Sixteen generators xorshift128 (G. Marsaglia, "Xorshift RNGs", 2003) side by side; every number serves two masks.
    words state[4];
    for (int part = 0; part < 4; part++)
        for (int lane = 0; lane < LANES; lane++) state[part][lane] = (uint32_t)VARIANT(mixed)(&seed) | 1u;
    for (ptrdiff_t index = 0; index < count; index += 2) {
        words t = state[3];
        const words s = state[0];
        state[3] = state[2];
        state[2] = state[1];
        state[1] = s;
        t ^= t << 11;
        t ^= t >> 8;
        state[0] = t ^ s ^ (s >> 19);
        const integers low = (integers)(state[0] & 0xFFFFu), high = (integers)(state[0] >> 16);
        const integers bits = (integers){1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
        const integers first = (low >= (int32_t)threshold) & bits, second = (high >= (int32_t)threshold) & bits;
        masks[index] = (uint16_t)__builtin_reduce_or(first);
        if (index + 1 < count) masks[index + 1] = (uint16_t)__builtin_reduce_or(second);
    }
}

static void VARIANT(applyMasks)(
    const uint16_t *masks, float scale, const float *input, ptrdiff_t inputStride, ptrdiff_t rows, ptrdiff_t steps,
    float *output, ptrdiff_t outputStride) {
    const integers bits = (integers){1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};
    for (ptrdiff_t step = 0; step < steps; step++) {
        for (ptrdiff_t row = 0; row < rows; row++) {
            const integers isKept = (bits & (int32_t)*masks++) != 0;
            const lanes value = load(input + step * inputStride + row * LANES) * splat(scale);
            store(output + step * outputStride + row * LANES, choose(isKept, value, splat(0.0f)));
        }
    }
}

INLINE void addLosses(lanes losses, integers isUsed, double *sums) {
    losses = choose(isUsed, losses, splat(0.0f));
    for (int lane = 0; lane < LANES; lane++) sums[lane] += losses[lane];
}

INLINE void crossEntropy(
    const float *output, const float *target, ptrdiff_t rows, integers isUsed, float scale, float *gradient,
    double *sums) {
    lanes largest = load(output);
    for (ptrdiff_t row = 1; row < rows; row++) {
        const lanes value = load(output + row * LANES);
        largest = choose(value > largest, value, largest);
    }
    lanes total = {0}, chosen = {0};
    const lanes class = load(target);
    for (ptrdiff_t row = 0; row < rows; row++) {
        const lanes value = load(output + row * LANES) - largest;
        const lanes power = exponential(limited(value, 87.0f)) + (value - value);
        total += power;
        chosen = choose(class == splat((float)row), value, chosen);
        store(gradient + row * LANES, power);
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
        const lanes hit = choose(class == splat((float)row), splat(1.0f), splat(0.0f));
        const lanes slope = (load(gradient + row * LANES) / total - hit) * splat(scale);
        store(gradient + row * LANES, choose(isUsed, slope, splat(0.0f)));
    }
    lanes losses;
    for (int lane = 0; lane < LANES; lane++) losses[lane] = (float)__builtin_log((double)total[lane]) - chosen[lane];
    addLosses(losses, isUsed, sums);
}

static void VARIANT(loss)(
    enum neural_loss kind, float parameter, const float *output, ptrdiff_t outputStride, const float *target,
    ptrdiff_t targetStride, ptrdiff_t rows, ptrdiff_t steps, ptrdiff_t count, float scale, float *gradient,
    ptrdiff_t gradientStride, double *sums) {
    integers isUsed;
    for (int lane = 0; lane < LANES; lane++) isUsed[lane] = lane < count ? -1 : 0;
    for (ptrdiff_t step = 0; step < steps; step++) {
        const float *y = output + step * outputStride, *t = target + step * targetStride;
        float *g = gradient + step * gradientStride;
        if (kind == NEURAL_CROSS_ENTROPY) {
            crossEntropy(y, t, rows, isUsed, scale, g, sums);
            continue;
        }
        for (ptrdiff_t row = 0; row < rows; row++) {
            const lanes difference = load(y + row * LANES) - load(t + row * LANES);
            const lanes magnitude = (lanes)((integers)difference & 0x7FFFFFFF);
            const lanes sign = choose(
                difference > splat(0.0f), splat(1.0f), choose(difference < splat(0.0f), splat(-1.0f), difference));
            lanes losses, slope;
            switch (kind) {
                case NEURAL_ABSOLUTE:
                    losses = magnitude;
                    slope = sign;
                    break;
                case NEURAL_HUBER: {
                    const integers isFar = magnitude > splat(parameter);
                    const lanes straight = splat(parameter) * (magnitude - splat(0.5f * parameter));
                    losses = choose(isFar, straight, splat(0.5f) * difference * difference);
                    slope = choose(isFar, splat(parameter) * sign, difference);
                    break;
                }
                default:
                    losses = difference * difference;
                    slope = splat(2.0f) * difference;
                    break;
            }
            store(g + row * LANES, choose(isUsed, slope * splat(scale), splat(0.0f)));
            addLosses(losses, isUsed, sums);
        }
    }
}

static void VARIANT(addParts)(float *parts, ptrdiff_t stride, ptrdiff_t count, ptrdiff_t first, ptrdiff_t end) {
    for (ptrdiff_t part = 1; part < count; part++)
        for (ptrdiff_t index = first; index < end; index++) parts[index] += parts[part * stride + index];
}

static double VARIANT(squareSum)(const float *values, ptrdiff_t count) {
    double sums[LANES] = {0};
    for (ptrdiff_t index = 0; index < count; index += LANES) {
        const lanes value = loadSome(values + index, count - index);
        for (int lane = 0; lane < LANES; lane++) sums[lane] += (double)value[lane] * (double)value[lane];
    }
    double total = 0;
    for (int lane = 0; lane < LANES; lane++) total += sums[lane];
    return total;
}

static void VARIANT(adam)(
    float *weights, float *firstMoments, float *secondMoments, const float *gradients, ptrdiff_t count,
    const struct neural_adam *step) {
    const struct neural_adam s = *step;
    for (ptrdiff_t index = 0; index < count; index += LANES) {
        const ptrdiff_t rest = count - index;
        lanes weight = loadSome(weights + index, rest);
        const lanes gradient =
            fused(splat(s.penalty), weight, loadSome(gradients + index, rest) * splat(s.gradientScale));
        const lanes first = fused(
            splat(s.firstDecay), loadSome(firstMoments + index, rest), splat(1.0f - s.firstDecay) * gradient);
        const lanes second = fused(
            splat(s.secondDecay), loadSome(secondMoments + index, rest),
            splat(1.0f - s.secondDecay) * (gradient * gradient));
        const lanes root = squareRoot(second) * splat(s.secondCorrection) + splat(s.epsilon);
        weight = weight * splat(s.shrinkage) - splat(s.rate) * (first / root);
        storeSome(weights + index, weight, rest);
        storeSome(firstMoments + index, first, rest);
        storeSome(secondMoments + index, second, rest);
    }
}
