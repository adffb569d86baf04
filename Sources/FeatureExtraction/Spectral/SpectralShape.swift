internal import RealModule

/// Numbers that describe one magnitude spectrum, as `librosa.feature` computes them.
struct SpectralShape {
    /// The mean frequency, weighted by magnitude, in Hz; 0 for silence.
    var centroid = 0.0
    /// The standard deviation about the centroid, weighted by magnitude, in Hz.
    var bandwidth = 0.0
    /// The lowest frequency (Hz) up to which a given share of the sum of magnitudes lies.
    var rollOff = 0.0
    /// Geometric over arithmetic mean of the power: 1 for white noise, near 0 for a tone.
    var flatness = 0.0

    /// Describes a spectrum from 0 Hz on with bins `spacing` Hz apart.
    init(_ magnitudes: Span<Float>, spacing: Double, rollOffShare: Double) {
        var sum = 0.0
        var moment = 0.0
        var logarithms = 0.0
        var power = 0.0
        for bin in magnitudes.indices {
            let magnitude = Double(magnitudes[bin])
            sum += magnitude
            moment += magnitude * Double(bin)
            let floored = max(magnitude * magnitude, 1e-10)
            power += floored
            logarithms += .log(floored)
        }
        let count = Double(magnitudes.count)
        flatness = .exp(logarithms / count) / (power / count)
        guard sum > 0 else { return }
        let center = moment / sum
        centroid = center * spacing
        var spread = 0.0
        var cumulated = 0.0
        var isBelow = true
        for bin in magnitudes.indices {
            let magnitude = Double(magnitudes[bin])
            let distance = Double(bin) - center
            spread += magnitude * distance * distance
            cumulated += magnitude
            if isBelow && cumulated >= rollOffShare * sum {
                rollOff = Double(bin) * spacing
                isBelow = false
            }
        }
        bandwidth = (spread / sum).squareRoot() * spacing
    }
}
