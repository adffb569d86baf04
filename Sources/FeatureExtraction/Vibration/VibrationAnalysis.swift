internal import SignalCore

/// Statistics of every frame as machine monitoring uses them: level, shape of the distribution, velocity by
/// ISO 20816-1, RMS in bands.
///
/// The velocity is integrated in the frequency domain over `velocityLowFrequency` to `velocityHighFrequency`. Its column
/// is there only where the unit is an acceleration and the band lies (at least in part) below half the sample rate.
struct VibrationAnalysis: StretchAnalysis {
    static let name = "vibration"
    static let summary =
        "mean, RMS, peak, crest, shape, impulse and clearance factor, skewness, kurtosis, velocity RMS, band RMS"

    let columns: [FeatureColumn]
    let isCausal = true

    private let options: VibrationOptions
    var stretches: StretchFramer
    private let bandPower: BandPower
    /// What turns the signal's unit times seconds into mm/s, where there is a velocity.
    private let velocityFactor: Double?
    private let machineClass: VibrationSeverity.MachineClass?
    private let velocityBins: Range<Int>
    private let bands: [Range<Int>]

    init(sampleRate: Double, unit: SignalUnit, options: VibrationOptions) throws {
        self.options = options
        stretches = try StretchFramer(
            windowSeconds: options.windowSeconds, hopSeconds: options.hopSeconds, sampleRate: sampleRate)
        bandPower = try BandPower(length: stretches.window, sampleRate: sampleRate)

        let nyquist = sampleRate / 2
        let name = unit.rawValue
        var columns = [
            FeatureColumn("mean", unit: name), FeatureColumn("rms", unit: name), FeatureColumn("peak", unit: name),
            FeatureColumn("peak_to_peak", unit: name), FeatureColumn("crest_factor"), FeatureColumn("shape_factor"),
            FeatureColumn("impulse_factor"), FeatureColumn("clearance_factor"), FeatureColumn("skewness"),
            FeatureColumn("kurtosis"),
        ]
        if let factor = unit.metresPerSecondSquaredFactor, options.velocityLowFrequency < nyquist {
            let band = options.velocityLowFrequency...min(options.velocityHighFrequency, nyquist)
            velocityFactor = factor * 1000
            // The band of the standard includes both of its edges.
            velocityBins = bandPower.bins(from: band.lowerBound, to: band.upperBound + bandPower.spacing / 2)
            columns.append(FeatureColumn("velocity_rms", unit: "mm/s", band: band))
            machineClass = options.machineClass.machineClass
            if machineClass != nil { columns.append(FeatureColumn("iso_zone")) }
        } else {
            velocityFactor = nil
            machineClass = nil
            velocityBins = 0..<0
        }
        var bands: [Range<Int>] = []
        for (low, high) in zip(options.bandEdges, options.bandEdges.dropFirst()) where low < nyquist {
            let edges = low...min(high, nyquist)
            bands.append(bandPower.bins(from: edges.lowerBound, to: edges.upperBound))
            columns.append(
                FeatureColumn("band_rms.\(bands.count - 1)\(FrequencyLabel.suffix(edges))", unit: name, band: edges))
        }
        self.bands = bands
        self.columns = columns
    }

    func append(_ samples: Span<Float>, at time: Double, to frames: inout FeatureFrames) {
        let statistics = SignalStatistics(samples, removingMean: options.removeMean)
        bandPower.load(samples, subtracting: statistics.mean)
        frames.append(time: time) { row in
            row[0] = Self.finite(statistics.mean)
            row[1] = Self.finite(statistics.rms)
            row[2] = Self.finite(statistics.peak)
            row[3] = Self.finite(statistics.peakToPeak)
            row[4] = Self.finite(statistics.crestFactor)
            row[5] = Self.finite(statistics.shapeFactor)
            row[6] = Self.finite(statistics.impulseFactor)
            row[7] = Self.finite(statistics.clearanceFactor)
            row[8] = Self.finite(statistics.skewness)
            row[9] = Self.finite(statistics.kurtosis)
            var column = 10
            if let velocityFactor {
                let velocity = velocityFactor * bandPower.integratedRMS(velocityBins)
                row[column] = Self.finite(velocity)
                column += 1
                if let machineClass {
                    row[column] = VibrationSeverity.zone(velocityRMS: velocity, machineClass: machineClass).number
                    column += 1
                }
            }
            for band in bands {
                row[column] = Self.finite(bandPower.rms(band))
                column += 1
            }
        }
    }

    /// The value in single precision: infinite ones, which only samples near the largest number can make, become the
    /// largest number.
    private static func finite(_ value: Double) -> Float {
        let limit = Double(Float.greatestFiniteMagnitude)
        return Float(value.isNaN ? limit : max(-limit, min(limit, value)))
    }
}
