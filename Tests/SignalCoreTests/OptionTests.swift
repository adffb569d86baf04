import SignalCore
import Testing

@Suite("Options of algorithms")
struct OptionTests {
    enum Colour: String, OptionChoice { case red, green }

    struct Inner: AlgorithmOptions {
        var count = 3
        var colour = Colour.red
        func validate() throws {
            guard count > 0 else { throw SignalError(.invalidOption, "count is positive, not \(count)") }
        }
    }

    struct Outer: AlgorithmOptions {
        var inner = Inner()
        var share = 0.5
        var flag = false
        var units = [64, 32]
        var name = "a"

        init() {}

        init(from decoder: any Decoder) throws {
            inner = try Inner(from: decoder)
            let container = try decoder.container(keyedBy: Key.self)
            share = try container.decode(Double.self, forKey: .share)
            flag = try container.decode(Bool.self, forKey: .flag)
            units = try container.decode([Int].self, forKey: .units)
            name = try container.decode(String.self, forKey: .name)
        }

        func encode(to encoder: any Encoder) throws {
            try inner.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(share, forKey: .share)
            try container.encode(flag, forKey: .flag)
            try container.encode(units, forKey: .units)
            try container.encode(name, forKey: .name)
        }

        func validate() throws { try inner.validate() }

        enum Key: String, CodingKey { case share, flag, units, name }
    }

    @Test("members of an included structure stand beside the own ones, in order")
    func flat() throws {
        let values = try Outer().values()
        #expect(values.names == ["count", "colour", "share", "flag", "units", "name"])
        #expect(values.entries.map(\.value.description) == ["3", "red", "0.5", "false", "64+32", "a"])
        #expect(try Outer(values: values) == Outer())
    }

    struct Lists: AlgorithmOptions {
        var windows: [Int] = []
        var limits: [Double] = []
        var colours: [Colour] = []
        var names: [String] = []
        func validate() throws {}
    }

    @Test func `a list that is empty by default takes the type of what is typed`() throws {
        let changed = try Lists().setting([
            ("windows", "5+10"), ("limits", "1+2.5+-1e20"), ("colours", "green+red"), ("names", "a+1"),
        ])
        #expect(changed.windows == [5, 10] && changed.limits == [1, 2.5, -1e20])
        #expect(changed.colours == [.green, .red] && changed.names == ["a", "1"])
        let texts = try changed.values().entries.map { (name: $0.name, text: $0.value.description) }
        #expect(try Lists().setting(texts) == changed)
        #expect(try changed.setting([("windows", ""), ("colours", "")]).windows.isEmpty)
        #expect(throws: SignalError.self) { try Lists().setting([("windows", "5+x")]) }
        #expect(throws: SignalError.self) { try Lists().setting([("colours", "blue")]) }
    }

    @Test("texts are read as the type of the default")
    func setting() throws {
        let changed = try Outer().setting([
            ("count", "7"), ("colour", "green"), ("share", "2"), ("flag", "yes"), ("units", "8+4+2"), ("name", "1"),
        ])
        #expect(
            changed.inner
                == {
                    var inner = Inner(); inner.count = 7; inner.colour = .green; return inner
                }())
        #expect(changed.share == 2)
        #expect(changed.flag)
        #expect(changed.units == [8, 4, 2])
        #expect(changed.name == "1")
        #expect(try Outer(values: changed.values()) == changed)
    }

    @Test(
        "what does not fit is refused with the option's name",
        arguments: [
            ("count", "x"), ("count", "1.5"), ("count", "0"), ("share", "nan"), ("flag", "maybe"), ("units", "8+x"),
            ("colour", "blue"),
        ])
    func refusals(name: String, text: String) {
        let error = #expect(throws: SignalError.self) { try Outer().setting([(name, text)]) }
        #expect(error?.code == .invalidOption)
        #expect(error?.message.contains(name) == true)
    }

    @Test("an unknown name is answered with the nearest one and all others")
    func unknown() {
        let error = #expect(throws: SignalError.self) { try Outer().setting([("colur", "red")]) }
        #expect(error?.message.contains("did you mean 'colour'?") == true)
        #expect(error?.message.contains("share") == true)
    }
}

@Suite("Errors")
struct SignalErrorTests {
    @Test("the place nearest to the cause is kept, and the sentence names it")
    func place() {
        let error = SignalError(.malformed, "text where a number should be").at(line: 3, column: "x")
            .at(path: "a.csv", line: 9)
        #expect(error.description == "a.csv:3, column 'x': text where a number should be")
    }

    @Test("control characters of a path cannot reach the terminal")
    func escaping() {
        let error = SignalError(.unreadable, "no such file").at(path: "a\nb\u{1B}[31m.wav")
        #expect(error.description == "a\\nb\\u{1b}[31m.wav: no such file")
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    @Test("a slip is mended, a wholly other word is not")
    func nearest() {
        #expect(NearestName.of("log-mle", among: ["mel", "log-mel", "stft"]) == "log-mel")
        #expect(NearestName.of("EXTRACT", among: ["extract"]) == "extract")
        #expect(NearestName.of("banana", among: ["mel", "log-mel"]) == nil)
        #expect(NearestName.of("", among: ["abc"]) == nil)
    }
}

@Suite("Seeded generator")
struct SeededGeneratorTests {
    @Test("xoshiro256++ seeded by SplitMix64 gives the published first numbers for seed 0")
    func reference() {
        var generator = SeededGenerator(seed: 0)
        // SplitMix64 of 0 gives e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec; one step of
        // xoshiro256++ on that state is rotl(s0 + s3, 23) + s0.
        let state: [UInt64] = [
            0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F, 0xF88B_B8A8_724C_81EC,
        ]
        let sum = state[0] &+ state[3]
        #expect(generator.next() == (sum << 23 | sum >> 41) &+ state[0])
    }

    @Test("numbers lie from 0 to 1 with the mean and variance of a uniform distribution")
    func uniform() {
        var generator = SeededGenerator(seed: 42)
        let numbers = (0..<20000).map { _ in generator.uniform() }
        #expect(numbers.allSatisfy { (0..<1).contains($0) })
        let mean = numbers.reduce(0, +) / 20000
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20000
        #expect(abs(mean - 0.5) < 0.01)
        #expect(abs(variance - 1 / 12.0) < 0.002)
    }

    @Test("streams of one seed differ, and are the same every time")
    func streams() {
        var first = SeededGenerator(seed: 1, stream: 0)
        var again = SeededGenerator(seed: 1, stream: 0)
        var second = SeededGenerator(seed: 1, stream: 1)
        #expect(first.next() == again.next())
        #expect(first.next() != second.next())
    }
}
