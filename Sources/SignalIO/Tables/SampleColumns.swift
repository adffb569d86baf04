public import SignalCore

/// Which columns of live rows are the channels of a signal, by the rule for accelerometer tables: the columns named like
/// axes, or else all that are neither times nor labels; the unit from what was stated, or from the names.
public struct SampleColumns: Sendable, Equatable {
    /// Where the channels that are read stand in a row.
    public let indices: [Int]
    /// Rate, channels and unit of the signal.
    public let format: SignalFormat
    private let selection: ChannelSelection

    /// Chooses among columns.
    ///
    /// - Parameters:
    ///   - names: the columns of the rows.
    ///   - expected: the names of the channels that a model knows, whose order is taken; empty for those of the rows. Columns
    ///     that have no names of their own (`value_1`, …) stand for them in order.
    ///   - rate: samples a second.
    ///   - options: channels and unit.
    /// - Throws: `SignalError` with code `mismatch` where the channels are not those expected or units contradict each other,
    ///   `invalidOption` for a channel that is not there.
    public init(names: [String], expected: [String] = [], rate: Double, options: SignalReadingOptions) throws {
        let columns = names.map { ColumnName($0) }
        let axes = names.indices.filter { columns[$0].axis != nil }
        let usable = axes.isEmpty ? names.indices.filter { !columns[$0].isTime && !columns[$0].isLabel } : axes
        var candidates = usable.map { columns[$0].axis ?? columns[$0].stem }
        if Set(candidates).count < candidates.count { candidates = usable.map { names[$0] } }
        let isUnnamed = usable.allSatisfy { names[$0] == "value" || names[$0].hasPrefix("value_") }
        var order = Array(usable.indices)
        if isUnnamed, candidates.count == expected.count {
            candidates = expected
        } else if !expected.isEmpty {
            let places = expected.map { name in candidates.firstIndex(of: name) }
            order = places.compactMap(\.self)
            guard order.count == expected.count else {
                throw SignalError(
                    .mismatch,
                    "the link sends \(names.map(\.escapingControlCharacters).joined(separator: ", ")), the model looks at "
                        + "\(expected.joined(separator: ", ")); send lines with these axes")
            }
        }
        guard !usable.isEmpty else {
            throw SignalError(
                .mismatch, "no column of the link is the axis of an accelerometer; send ax, ay, az, or x, y, z")
        }
        let all = order.map { candidates[$0] }
        let selection = options.channels ?? .all
        let unit = try TableColumns.unit(of: usable.map { columns[$0] }, stated: options.unit, hasNames: true)
        format = SignalFormat(
            sampleRate: rate, channelNames: try selection.names(from: all), unit: unit ?? .unspecified)
        if case .index(let channel) = selection {
            indices = [usable[order[channel]]]
            self.selection = .all
        } else {
            indices = order.map { usable[$0] }
            self.selection = selection
        }
    }

    /// A block of samples that stand one row after the other, a value for each of ``indices``.
    public func block(interleaved: [Float], startFrame: Int) -> SignalBlock {
        SignalBlock(
            startFrame: startFrame, channelCount: format.channelCount,
            samples: ChannelGathering.planar(interleaved, channels: indices.count, selection: selection))
    }
}
