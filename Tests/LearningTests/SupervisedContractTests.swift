import SignalCore
import TestSupport
import Testing

@testable import Learning

/// What every registered classifier and regressor promises.
@Suite struct SupervisedContractTests {
    /// A classifier or a regressor behind one face: what it says of frames.
    struct Subject {
        let archive: ModelArchive
        let columnCount: Int
        let importances: [Double]
        let results: (FeatureFrames) throws -> [Float]
        let load: (ModelArchive) throws -> (FeatureFrames) throws -> [Float]
    }

    static let names: [(name: String, isClassifier: Bool)] =
        ModelRegistry.classifiers.map { ($0.name, true) } + ModelRegistry.regressors.map { ($0.name, false) }

    /// Small models, quickly fitted many times in a debug build.
    private static let options = [
        "random-forest": [("trees", "12"), ("maxDepth", "6")],
        "gradient-boosting": [("rounds", "10"), ("maxLeaves", "8"), ("rowShare", "0.7"), ("columnShare", "0.7")],
    ]

    static func data(_ isClassifier: Bool, seed: UInt64 = 1, rows: Int = 300, classes: Int = 3) -> LabelledData {
        isClassifier
            ? LabelledTables.classes(seed: seed, rows: rows, count: classes)
            : LabelledTables.numbers(seed: seed, rows: rows)
    }

    static func fit(
        _ name: String, _ isClassifier: Bool, on data: LabelledData, jobs: Int = 1, seed: UInt64 = 42
    ) throws -> Subject {
        func classifier<Model: Classifier>(_ type: Model.Type) throws -> Subject {
            let model = try Model.fit(
                data, validation: nil, options: Model.Options().setting(options[name] ?? []),
                context: FittingContext(seed: seed, jobs: jobs))
            return Subject(
                archive: try model.archived(), columnCount: model.columnCount, importances: model.importances,
                results: model.probabilities, load: { try ModelRegistry.classifier(archive: $0).probabilities })
        }
        func regressor<Model: Regressor>(_ type: Model.Type) throws -> Subject {
            let model = try Model.fit(
                data, validation: nil, options: Model.Options().setting(options[name] ?? []),
                context: FittingContext(seed: seed, jobs: jobs))
            return Subject(
                archive: try model.archived(), columnCount: model.columnCount, importances: model.importances,
                results: model.predictions, load: { try ModelRegistry.regressor(archive: $0).predictions })
        }
        return isClassifier
            ? try classifier(ModelRegistry.classifier(named: name))
            : try regressor(ModelRegistry.regressor(named: name))
    }

    @Test(arguments: names)
    func `The same seed gives the same archive for any number of jobs, and that the same results`(
        name: String, isClassifier: Bool
    ) throws {
        for classes in isClassifier ? [2, 3] : [0] {
            let data = Self.data(isClassifier, classes: classes)
            let model = try Self.fit(name, isClassifier, on: data)
            for jobs in [2, 5] {
                #expect(try Self.fit(name, isClassifier, on: data, jobs: jobs).archive == model.archive)
            }
            #expect(try Self.fit(name, isClassifier, on: data, seed: 7).archive != model.archive)
            let frames = Self.data(isClassifier, seed: 2).frames
            let results = try model.results(frames)
            #expect(try model.load(model.archive)(frames) == results)
            #expect(results.allSatisfy { $0.isFinite } && results.count == 300 * max(1, classes))
            // Rows are looked at one by one.
            for row in [0, 7, 255, 256, 299] {
                let single = try model.results(frames.frames(in: row..<row + 1))
                #expect(single == Array(results[row * max(1, classes)..<(row + 1) * max(1, classes)]))
            }
            if isClassifier {
                for row in 0..<300 {
                    #expect(abs(results[row * classes..<(row + 1) * classes].reduce(0, +) - 1) < 1e-5)
                }
            }
            #expect(abs(model.importances.reduce(0, +) - 1) < 1e-9 && model.importances.count == model.columnCount)
        }
    }

    @Test(arguments: names) func `It tells rows that it did not see better than chance`(
        name: String, isClassifier: Bool
    )
        throws
    {
        let model = try Self.fit(name, isClassifier, on: Self.data(isClassifier, rows: 600))
        let test = Self.data(isClassifier, seed: 3)
        let results = try model.results(test.frames)
        switch test.targets {
        case .classes(let classes, let names):
            let hits = zip(LabelledTables.likeliest(results, names.count), classes).count { $0 == $1 }
            #expect(hits > 220)
        case .numbers(let numbers):
            let mean = numbers.reduce(0, +) / 300
            let error = zip(results, numbers).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect(error < 0.5 * numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
        }
    }

    @Test(arguments: names) func `Missing values are learnt from and told of`(name: String, isClassifier: Bool) throws {
        let data = Self.data(isClassifier)
        var generator = SeededGenerator(seed: 4)
        let values = data.frames.values.map { generator.uniform() < 0.1 ? Float.nan : $0 }
        let frames = FeatureFrames(columnCount: 5, times: data.frames.times, values: values)
        let model = try Self.fit(
            name, isClassifier, on: LabelledData(schema: data.schema, frames: frames, targets: data.targets))
        #expect(try model.results(frames).allSatisfy { $0.isFinite })
        let none = FeatureFrames(columnCount: 5, times: [0], values: Array(repeating: .nan, count: 5))
        #expect(try model.results(none).allSatisfy { $0.isFinite })
        #expect(try model.load(model.archive)(frames) == model.results(frames))
    }

    @Test(arguments: names) func `What cannot be learnt from is refused with a sentence`(
        name: String, isClassifier: Bool
    )
        throws
    {
        let data = Self.data(isClassifier)
        func refusal(_ data: LabelledData) -> SignalError? {
            #expect(throws: SignalError.self) { _ = try Self.fit(name, isClassifier, on: data) }
        }
        func changed(_ targets: LabelledData.Targets) -> LabelledData {
            LabelledData(schema: data.schema, frames: data.frames, targets: targets)
        }
        #expect(refusal(data.selecting([0, 1, 2]))?.code == .insufficientData)
        #expect(refusal(data.selecting([]))?.code == .insufficientData)
        let constant = FeatureFrames(
            columnCount: 5, times: data.frames.times, values: Array(repeating: 3, count: data.frames.values.count))
        let refused = refusal(LabelledData(schema: data.schema, frames: constant, targets: data.targets))
        #expect(refused?.code == .insufficientData && refused?.message.contains("constant") == true)
        var values = data.frames.values
        values[7 * 5 + 3] = .infinity
        let infinite = FeatureFrames(columnCount: 5, times: data.frames.times, values: values)
        let error = refusal(LabelledData(schema: data.schema, frames: infinite, targets: data.targets))
        #expect(error?.code == .malformed && error?.place.column == "c3" && error?.message.contains("row 7") == true)
        if isClassifier {
            #expect(refusal(changed(.numbers(Array(repeating: 1, count: 300))))?.code == .mismatch)
            let single = changed(.classes(Array(repeating: 0, count: 300), names: ["a", "b"]))
            #expect(refusal(single)?.message.contains("'a'") == true)
            #expect(
                refusal(changed(.classes(Array(repeating: 0, count: 300), names: ["a"])))?.code == .insufficientData)
        } else {
            #expect(refusal(changed(.classes(Array(repeating: 0, count: 300), names: ["a"])))?.code == .mismatch)
            #expect(refusal(changed(.numbers(Array(repeating: 2, count: 300))))?.code == .insufficientData)
            for number in [Float.nan, .infinity, 1e35] {
                var numbers = (0..<300).map(Float.init)
                numbers[11] = number
                let error = refusal(changed(.numbers(numbers)))
                #expect(error?.code == .malformed && error?.message.contains("row 11") == true)
            }
        }
    }

    @Test(arguments: names) func `Rows that do not fit the model are refused`(name: String, isClassifier: Bool) throws {
        let model = try Self.fit(name, isClassifier, on: Self.data(isClassifier))
        let narrow = FeatureFrames(columnCount: 3, times: [0], values: [1, 2, 3])
        let error = #expect(throws: SignalError.self) { _ = try model.results(narrow) }
        #expect(error?.code == .mismatch)
        let infinite = FeatureFrames(columnCount: 5, times: [0], values: [1, 2, 3, -.infinity, 5])
        #expect(#expect(throws: SignalError.self) { _ = try model.results(infinite) }?.code == .malformed)
        #expect(try model.results(FeatureFrames(columnCount: 5)).isEmpty)
    }

    @Test(arguments: names) func `Archives that were tampered with are refused or give finite results`(
        name: String, isClassifier: Bool
    ) throws {
        let data = Self.data(isClassifier)
        let model = try Self.fit(name, isClassifier, on: data)
        try ArchiveDamage.check(model.archive, rounds: 200) { try model.load($0)(data.frames) }
        for tensor in model.archive.tensors.keys {
            var damaged = model.archive
            damaged.tensors[tensor] = nil
            let error = #expect(throws: SignalError.self) { _ = try model.load(damaged) }
            #expect(error?.place.tensor == tensor)
        }
        var other = model.archive
        other.metadata["task"] = isClassifier ? "regression" : "classification"
        #expect(#expect(throws: SignalError.self) { _ = try model.load(other) }?.code == .mismatch)
        other.metadata["algorithm"] = "random-forrest"
        #expect(
            #expect(throws: SignalError.self) { _ = try model.load(other) }?.message.contains("random-forest") == true)
    }

    @Test(arguments: names) func `Trees that are not trees are refused, each with its sentence`(
        name: String, isClassifier: Bool
    ) throws {
        let model = try Self.fit(name, isClassifier, on: Self.data(isClassifier))
        func message(_ tensor: String, _ change: (inout [Int64]) -> Void) throws -> String {
            var damaged = model.archive
            let old = try #require(damaged.tensors[tensor])
            guard case .int64(var values) = old.elements else { return "not whole numbers" }
            change(&values)
            damaged.tensors[tensor] = Tensor(shape: old.shape, .int64(values))
            return TestData.message { _ = try model.load(damaged) }
        }
        // The root of every tree is node 0; its children are 1 and 2.
        #expect(try message("child") { $0[0] = 0 }.contains("children come after their parent"))
        #expect(try message("child") { $0[1] = 1 }.contains("children come after their parent"))
        #expect(try message("child") { $0[0] = 1_000_000 }.contains("children come after their parent"))
        #expect(try message("child") { $0[0] = -3 }.contains("children come after their parent"))
        #expect(try message("child") { $0[0] = 2 }.contains("every node has one parent"))
        #expect(try message("column") { $0[0] = 5 }.contains("looks at column 5, but there are only 5"))
        #expect(try message("column") { $0[0] = -1 }.contains("is neither a leaf nor a split"))
        #expect(try message("column") { $0[0] = -7 }.contains("is neither a leaf nor a split"))
        #expect(try message("root") { $0[0] = 1 }.contains("the roots do not begin at node 0"))
        #expect(try message("root") { $0[2] = $0[1] }.contains("ascend within"))
        #expect(try message("root") { $0[$0.count - 1] = Int64.max }.contains("ascend within"))
        #expect(try message("missing_to_second") { $0[0] = 2 }.contains("outside 0 to 1"))
        // A leaf that is cut off: its tree has more nodes than its root leads to.
        #expect(try message("root") { $0[1] += 1 } != "nothing was thrown")
    }

    @Test(arguments: names) func `A name, a summary of one line, and options that validate`(
        name: String, isClassifier: Bool
    ) throws {
        func check<Options: AlgorithmOptions>(_ summary: String, _ type: Options.Type) throws {
            #expect(!summary.isEmpty && summary.count < 120 && !summary.contains("\n"))
            try Options().validate()
            for search in Options.searchSpace { #expect(try Options().values().names.contains(search.name)) }
        }
        func classifier<Model: Classifier>(_ type: Model.Type) throws { try check(Model.summary, Model.Options.self) }
        func regressor<Model: Regressor>(_ type: Model.Type) throws { try check(Model.summary, Model.Options.self) }
        if isClassifier {
            try classifier(ModelRegistry.classifier(named: name))
        } else {
            try regressor(ModelRegistry.regressor(named: name))
        }
        #expect(throws: SignalError.self) { _ = try ModelRegistry.classifier(named: "forest") }
        #expect(throws: SignalError.self) { _ = try ModelRegistry.regressor(named: "forest") }
    }

    @Test func `Options that go with the other kind of target are refused`() throws {
        let classes = Self.data(true)
        let numbers = Self.data(false)
        var forest = RandomForestOptions()
        forest.classWeights = .balanced
        var boosting = GradientBoostingOptions()
        boosting.objective = .quantile
        #expect(throws: SignalError.self) {
            try RandomForestRegressor.fit(numbers, validation: nil, options: forest, context: FittingContext())
        }
        #expect(throws: SignalError.self) {
            try GradientBoostingClassifier.fit(classes, validation: nil, options: boosting, context: FittingContext())
        }
        boosting.objective = .auto
        boosting.classWeights = .given
        boosting.weights = [1, 2]
        #expect(throws: SignalError.self) {
            try GradientBoostingClassifier.fit(classes, validation: nil, options: boosting, context: FittingContext())
        }
        for text in ["0", "-1", "1.5", "many", "nan"] {
            forest.maxFeatures = text
            #expect(throws: SignalError.self) { try forest.validate() }
        }
    }
}
