import Learning
import SignalCore
import Testing

/// What every registered detector promises.
@Suite struct DetectorContractTests {
    @Test(arguments: ModelRegistry.names) func `Scores are finite and higher for injected anomalies`(name: String)
        throws
    {
        let detector = try DetectorCase.fit(name)
        let normal = DetectorCase.frames(seed: 2, count: 600)
        let (faulty, _) = DetectorCase.injecting(into: DetectorCase.frames(seed: 3, count: 600), shift: 4)
        let low = try detector.scores(normal)
        let high = try detector.scores(faulty)
        #expect(low.count == 600 - detector.contextLength + 1)
        #expect((low + high).allSatisfy { $0.isFinite })
        let ranking = try ScoreRanking(
            low.map { (score: Double($0), isAnomalous: false) } + high.map { (score: Double($0), isAnomalous: true) })
        #expect(try #require(ranking.areaUnderCurve) > 0.9)
    }

    @Test(arguments: ModelRegistry.names) func `The injected column is blamed first`(name: String) throws {
        let detector = try DetectorCase.fit(name)
        let (faulty, columns) = DetectorCase.injecting(into: DetectorCase.frames(seed: 4, count: 400), shift: 8)
        let contributions = try detector.contributions(faulty)
        let width = DetectorCase.columnCount
        let windows = contributions.count / width
        #expect(windows == 400 - detector.contextLength + 1)
        #expect(contributions.allSatisfy { $0.isFinite && $0 >= 0 })
        let hits = (0..<windows).count { window in
            let row = contributions[window * width..<(window + 1) * width]
            return row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } == columns[window]
        }
        #expect(Double(hits) / Double(windows) > 0.9)
    }

    @Test(arguments: ModelRegistry.names) func `The same seed gives the same archive, which gives the same scores`(
        name: String
    ) throws {
        let detector = try DetectorCase.fit(name)
        let archive = try detector.archived()
        #expect(try DetectorCase.fit(name).archived() == archive)
        let back = try ModelRegistry.detector(archive: archive)
        let frames = DetectorCase.frames(seed: 5, count: 333)
        #expect(try back.scores(frames) == detector.scores(frames))
        #expect(try back.contributions(frames) == detector.contributions(frames))
        let both = try detector.scoresAndContributions(frames)
        #expect(try both.scores == detector.scores(frames) && both.contributions == detector.contributions(frames))
        #expect(try back.archived() == archive)
        #expect(back.columnCount == detector.columnCount && back.contextLength == detector.contextLength)
    }

    @Test(arguments: ModelRegistry.names) func `Scores do not depend on how the frames are cut, to the bit`(
        name: String
    ) throws {
        for width in [3, 8, 63, 64, 130] {
            let detector = try DetectorCase.fit(name, columns: width)
            let frames = DetectorCase.frames(seed: 6, count: 150, columns: width)
            let whole = try detector.scores(frames)
            let blame = try detector.contributions(frames)
            let context = detector.contextLength
            var generator = SeededGenerator(seed: 7)
            for _ in 0..<60 {
                let count = 1 + Int(generator.uniform() * Double(whole.count - 1))
                let start = Int(generator.uniform() * Double(whole.count - count + 1))
                let cut = frames.frames(in: start..<start + count + context - 1)
                #expect(try detector.scores(cut) == Array(whole[start..<start + count]))
                #expect(try detector.contributions(cut) == Array(blame[start * width..<(start + count) * width]))
            }
            let single = try whole.indices.flatMap { try detector.scores(frames.frames(in: $0..<$0 + context)) }
            #expect(single == whole)
        }
    }

    @Test(arguments: ModelRegistry.names) func `Frames that do not fit the model are refused`(name: String) throws {
        let detector = try DetectorCase.fit(name)
        let narrow = DetectorCase.frames(seed: 8, count: 20, columns: 5)
        for body in [{ try detector.scores(narrow) }, { try detector.contributions(narrow) }] {
            let error = #expect(throws: SignalError.self) { _ = try body() }
            #expect(error?.code == .mismatch)
            #expect(error?.message.contains("5") == true && error?.message.contains("\(detector.columnCount)") == true)
        }
        let (damaged, _) = DetectorCase.damaged(DetectorCase.frames(seed: 8, count: 20))
        let error = #expect(throws: SignalError.self) { try detector.scores(damaged) }
        #expect(error?.code == .malformed)
        #expect(try detector.scores(FeatureFrames(columnCount: DetectorCase.columnCount)).isEmpty)
    }

    @Test(arguments: ModelRegistry.names) func `Training data that is damaged or too little is refused`(name: String)
        throws
    {
        let (damaged, column) = DetectorCase.damaged(DetectorCase.frames(seed: 1, count: 500))
        let error = #expect(throws: SignalError.self) { try DetectorCase.fit(name, on: damaged) }
        #expect(error?.code == .malformed && error?.place.column == "c\(column)")
        for count in [0, 1, 2] {
            let few = #expect(throws: SignalError.self) {
                try DetectorCase.fit(name, on: DetectorCase.frames(seed: 1, count: count))
            }
            #expect(few?.code == .insufficientData && few?.message.contains("at least") == true)
        }
    }

    @Test(arguments: ModelRegistry.names) func `Several tasks may score at once`(name: String) async throws {
        let detector = try DetectorCase.fit(name)
        let frames = DetectorCase.frames(seed: 9, count: 2000)
        let expected = try detector.scores(frames)
        try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 { group.addTask { try detector.scores(frames) } }
            for try await scores in group { #expect(scores == expected) }
        }
        let archive = try detector.archived()
        try await withThrowingTaskGroup(of: ModelArchive.self) { group in
            for _ in 0..<2 { group.addTask { try DetectorCase.fit(name).archived() } }
            for try await other in group { #expect(other == archive) }
        }
    }

    @Test(arguments: ModelRegistry.names) func `A name and a summary of one line, and options that validate`(
        name: String
    ) throws {
        let detector = try ModelRegistry.detector(named: name)
        #expect(!detector.summary.isEmpty && detector.summary.count < 120 && !detector.summary.contains("\n"))
        #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
        #expect(!(try ModelRegistry.defaultOptions(of: detector)).entries.isEmpty)
        #expect(try RandomSearch(of: detector, seed: 1).assignments(ofTrial: 0).isEmpty)
        for trial in 1..<200 { try DetectorCase.validate(detector, RandomSearch(of: detector, seed: 1), trial) }
    }
}
