/// The pairs of a line such as `temp:23.45,hum:61.0`, `temp=23,45 hum=61` or `Temperature: 23.4 C, Humidity: 61 %`.
struct LabelledLine {
    private(set) var members: [(name: String, value: NumberText)] = []

    /// Units that may follow a value; anything else makes the line malformed, for it may be the rest of a damaged number.
    private static let units: Set<String> = [
        "%", "C", "F", "K", "°C", "°F", "V", "mV", "A", "mA", "W", "kW", "Pa", "hPa", "kPa", "bar", "mbar", "psi", "g",
        "m/s2", "m/s^2", "m/s²", "Hz", "rpm", "RPM", "cP", "cSt", "mPas", "mPa.s", "lux", "lx", "ppm", "s", "ms", "us",
        "m", "cm", "mm", "dB", "%RH", "l/min", "L/min",
    ]

    private enum Token: Equatable {
        case word(ArraySlice<UInt8>)
        case assignment
        case separator
    }

    /// Reads a line, or gives nil where it is not made of pairs.
    init?(_ line: ArraySlice<UInt8>) {
        let tokens = Self.tokens(line)
        var index = 0
        while index < tokens.count {
            if tokens[index] == .separator {
                index += 1
                continue
            }
            var words: [String] = []
            while index < tokens.count, case .word(let word) = tokens[index] {
                words.append(String(decoding: word, as: UTF8.self))
                index += 1
            }
            if !members.isEmpty, words.count > 1, Self.units.contains(words[0]) { words.removeFirst() }
            if !members.isEmpty, words.count == 1, Self.units.contains(words[0]),
                index == tokens.count || tokens[index] == .separator
            {
                continue
            }
            guard index < tokens.count, tokens[index] == .assignment, let name = Self.name(words) else { return nil }
            index += 1
            // A value may be absent (`temp:,hum:61`), which is a missing one.
            var value = NumberText.missing
            if index < tokens.count, case .word(let word) = tokens[index] {
                value = Self.value(word)
                index += 1
            }
            guard members.count < 256 else { return nil }
            members.append((name, value))
        }
        guard !members.isEmpty else { return nil }
    }

    private static func name(_ words: [String]) -> String? {
        let name = words.joined(separator: " ")
        guard name.utf8.count <= 64, name.unicodeScalars.contains(where: { $0.properties.isAlphabetic }) else {
            return nil
        }
        return name
    }

    /// A number with or without its unit.
    private static func value(_ word: ArraySlice<UInt8>) -> NumberText {
        let whole = NumberText(word, decimalComma: true)
        guard whole == .text else { return whole }
        let isPartOfNumber = { (byte: UInt8) in (0x2B...0x39).contains(byte) && byte != UInt8(ascii: "/") }
        let number = word.prefix(while: isPartOfNumber)
        guard !number.isEmpty, units.contains(String(decoding: word[number.endIndex...], as: UTF8.self)) else {
            return .text
        }
        return NumberText(number, decimalComma: true)
    }

    private static func tokens(_ line: ArraySlice<UInt8>) -> [Token] {
        var tokens: [Token] = []
        var start = line.startIndex
        func endWord(at index: Int) {
            if start < index { tokens.append(.word(line[start..<index])) }
            start = index + 1
        }
        for index in line.indices {
            switch line[index] {
            case UInt8(ascii: ","):
                if isDecimalComma(line, index) { continue }
                endWord(at: index)
                tokens.append(.separator)
            case UInt8(ascii: ";"), 0x09:
                endWord(at: index)
                tokens.append(.separator)
            case 0x20:
                endWord(at: index)
            case UInt8(ascii: ":"), UInt8(ascii: "="):
                endWord(at: index)
                tokens.append(.assignment)
            default: break
            }
        }
        endWord(at: line.endIndex)
        return tokens
    }

    /// Whether a comma stands between digits of one number: digits follow that are no beginning of a name.
    private static func isDecimalComma(_ line: ArraySlice<UInt8>, _ index: Int) -> Bool {
        let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
        guard index > line.startIndex, isDigit(line[index - 1]) else { return false }
        let digits = line[(index + 1)...].prefix(while: isDigit)
        guard !digits.isEmpty, digits.endIndex < line.endIndex else { return !digits.isEmpty }
        return [0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "%")].contains(line[digits.endIndex])
    }
}
