import Foundation
public import SignalCore

/// The folder of a report: `report.json` with all its numbers, `index.html` for people, and `figures/` with every figure as
/// PNG, SVG, CSV and JSON.
public struct ReportFolder: Sendable {
    /// What writing a report came to.
    public struct Outcome: Sendable {
        /// The page.
        public var page: String
        /// The number of figures drawn.
        public var drawn: Int
        /// The figures that could not be drawn, with a sentence each that says why.
        public var undrawn: [(name: String, reason: SignalError)]
    }

    /// Where the folder is.
    public let path: String

    /// Names a folder; nothing is touched yet.
    public init(_ path: String) { self.path = path }

    /// Reads the report in the folder.
    ///
    /// - Throws: `SignalError` with code `unreadable` when there is none, `malformed` when it is damaged.
    public func read() throws -> Report {
        let file = path + "/report.json"
        guard FileManager.default.fileExists(atPath: file) else {
            throw SignalError(
                .unreadable,
                "there is no report.json in this folder; --report of evaluate, compare and detect writes one"
            ).at(path: path)
        }
        do {
            let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
            guard size <= ReportCoding.largestFile else {
                throw SignalError(.malformed, "the file has \(size) bytes, more than any report")
            }
            return try ReportCoding.decode(Data(contentsOf: URL(filePath: file)))
        } catch let error as SignalError {
            throw error.at(path: file)
        } catch {
            throw SignalError(.unreadable, "the report cannot be read", cause: error).at(path: file)
        }
    }

    /// Writes everything. Each file takes its place when it is complete; the page comes last.
    ///
    /// A figure whose numbers make no picture is named in the page with the reason; its numbers are there all the same.
    ///
    /// - Parameters:
    ///   - gnuplot: what draws the pictures; `nil` when there is none: the page then has the numbers as tables.
    ///   - jobs: how many pictures are drawn at once.
    /// - Throws: `SignalError` with code `unavailable` when a file cannot be written.
    public func write(_ report: Report, gnuplot: Gnuplot?, jobs: Int = 1) async throws -> Outcome {
        var report = report
        report.nameFigures()
        try Gnuplot.write(ReportCoding.encode(report), to: path + "/report.json")
        let figures = report.figures
        var results: [Result<String, SignalError>?] = figures.map { _ in nil }
        try await withThrowingTaskGroup(of: (Int, Result<String, SignalError>).self) { group in
            for number in figures.indices {
                if number >= max(1, jobs), let (done, result) = try await group.next() { results[done] = result }
                let figure = figures[number]
                group.addTask { (number, try await write(figure, gnuplot: gnuplot)) }
            }
            for try await (done, result) in group { results[done] = result }
        }
        let pictures = results.map { try? $0?.get() }
        let reasons = results.map { result -> SignalError? in
            if case .failure(let error)? = result { return error }
            return nil
        }
        let page = ReportPage(report: report, pictures: pictures, reasons: reasons.map { $0?.message })
        try Gnuplot.write(Array(page.html().utf8), to: path + "/index.html")
        return Outcome(
            page: path + "/index.html", drawn: pictures.compactMap(\.self).count,
            undrawn: zip(figures, reasons).compactMap { figure, reason in reason.map { (figure.name, $0) } })
    }

    /// Writes the files of one figure and returns its SVG, or why it has none.
    private func write(_ figure: any Figure, gnuplot: Gnuplot?) async throws -> Result<String, SignalError> {
        let stem = path + "/figures/" + figure.name
        let numbers = figure.numbers
        try Gnuplot.write(Array(numbers.csv().utf8), to: stem + ".csv")
        try Gnuplot.write(FigureNumbers.json(figure, numbers), to: stem + ".json")
        guard let gnuplot else {
            return .failure(SignalError(.unavailable, "gnuplot, which draws the pictures, is not installed"))
        }
        let picture: Gnuplot.Picture
        do {
            picture = try await gnuplot.draw(figure)
        } catch let error as SignalError {
            return .failure(error)
        }
        try Gnuplot.write(picture.png, to: stem + ".png")
        try Gnuplot.write(Array(picture.svg.utf8), to: stem + ".svg")
        return .success(picture.svg)
    }
}

/// The numbers of one figure as JSON.
private struct FigureNumbers: Encodable {
    struct Column: Encodable {
        let name: String
        let unit: String
        let values: [Value]
    }

    /// A number, a text, or nothing.
    enum Value: Encodable {
        case number(Double)
        case text(String)
        case missing

        func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .number(let number): try value.encode(number)
            case .text(let text): try value.encode(text)
            case .missing: try value.encodeNil()
            }
        }
    }

    let kind: String
    let title: String
    let caption: String
    let columns: [Column]

    static func json(_ figure: any Figure, _ numbers: NumberTable) throws -> [UInt8] {
        let columns = numbers.columns.map { column in
            let values: [Value] =
                switch column.cells {
                case .numbers(let numbers): numbers.map { $0.isFinite ? .number($0) : .missing }
                case .texts(let texts): texts.map { .text($0) }
                }
            return Column(name: column.name, unit: column.unit, values: values)
        }
        let document = FigureNumbers(
            kind: type(of: figure).kind, title: figure.title, caption: figure.caption, columns: columns)
        return Array(try ReportCoding.encoder.encode(document))
    }
}
