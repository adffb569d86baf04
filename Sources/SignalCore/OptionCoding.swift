/// Writes an options structure as flat values by name. Implements the part of `Encoder` that such structures need.
struct OptionEncoder: Encoder {
    /// Collects the values of all containers that are made from one encoder.
    final class Store {
        var values = OptionValues()
    }

    let store: Store
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func values(of options: some Encodable) throws -> OptionValues {
        let encoder = OptionEncoder(store: Store(), codingPath: [])
        try options.encode(to: encoder)
        return encoder.store.values
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Unkeyed(encoder: self) }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

    /// Stores a value under the last key of the path; values under one key become a list when `appending`.
    fileprivate func store(_ value: OptionValue, appending: Bool = false) {
        guard let name = codingPath.last?.stringValue else { return }
        if appending, case .list(let values) = store.values[name] {
            store.values[name] = .list(values + [value])
        } else {
            store.values[name] = value
        }
    }

    fileprivate static func value(of value: some Encodable) throws -> OptionValue {
        switch value {
        case let flag as Bool: return .flag(flag)
        case let integer as any BinaryInteger: return .integer(Int(integer))
        case let number as Double: return .number(number)
        case let number as Float: return .number(Double(String(number)) ?? Double(number))
        case let text as String: return .text(text)
        case let choice as any RawRepresentable<String>: return .text(choice.rawValue)
        case let values as [any Encodable]: return .list(try values.map { try self.value(of: $0) })
        default:
            throw SignalError(.invalidOption, "an option cannot be of type \(type(of: value))")
        }
    }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: OptionEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        func encodeNil(forKey key: Key) throws {}

        func encode(_ value: some Encodable, forKey key: Key) throws {
            encoder.store.values[key.stringValue] = try OptionEncoder.value(of: value)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            encoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }

        func superEncoder() -> any Encoder { encoder }

        func superEncoder(forKey key: Key) -> any Encoder { encoder }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let encoder: OptionEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }
        var count = 0

        init(encoder: OptionEncoder) {
            self.encoder = encoder
            encoder.store(.list([]))
        }

        mutating func encodeNil() throws {}

        mutating func encode(_ value: some Encodable) throws {
            encoder.store(try OptionEncoder.value(of: value), appending: true)
            count += 1
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            encoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }

        func superEncoder() -> any Encoder { encoder }
    }

    private struct Single: SingleValueEncodingContainer {
        let encoder: OptionEncoder
        var codingPath: [any CodingKey] { encoder.codingPath }

        func encodeNil() throws {}

        func encode(_ value: some Encodable) throws { encoder.store(try OptionEncoder.value(of: value)) }
    }
}

/// Reads an options structure from flat values by name.
struct OptionDecoder: Decoder {
    let values: OptionValues
    /// The value that this decoder stands on, when it is not the whole set.
    var current: OptionValue?
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func decode<Options: Decodable>(_ type: Options.Type, from values: OptionValues) throws -> Options {
        try Options(from: OptionDecoder(values: values))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = current else { throw refuse("a list") }
        return Unkeyed(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    fileprivate func refuse(_ expected: String) -> SignalError {
        let name = codingPath.last?.stringValue ?? "option"
        return SignalError(.invalidOption, "\(name) takes \(expected), not '\(current?.description ?? "nothing")'")
    }

    fileprivate func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let decoded: Any
        switch (current, type) {
        case (.flag(let flag), is Bool.Type): decoded = flag
        case (.integer(let integer), let integerType as any FixedWidthInteger.Type):
            guard let exact = exactly(integer, as: integerType) else { throw refuse("a whole number in range") }
            decoded = exact
        case (.integer(let integer), is Double.Type): decoded = Double(integer)
        case (.integer(let integer), is Float.Type): decoded = Float(integer)
        case (.number(let number), is Double.Type): decoded = number
        case (.number(let number), is Float.Type): decoded = Float(number)
        case (.text(let text), is String.Type): decoded = text
        case (_, is Bool.Type): throw refuse("true or false")
        case (_, is any FixedWidthInteger.Type): throw refuse("a whole number")
        case (_, is Double.Type), (_, is Float.Type): throw refuse("a number")
        case (_, is String.Type): throw refuse("a text")
        default: return try Value(from: self)
        }
        guard let value = decoded as? Value else { throw refuse("a value of type \(type)") }
        return value
    }

    private func exactly<Integer: FixedWidthInteger>(_ value: Int, as type: Integer.Type) -> Integer? {
        Integer(exactly: value)
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: OptionDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }
        var allKeys: [Key] { decoder.values.names.compactMap { Key(stringValue: $0) } }

        func contains(_ key: Key) -> Bool { decoder.values[key.stringValue] != nil }

        func decodeNil(forKey key: Key) throws -> Bool { !contains(key) }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let nested = OptionDecoder(
                values: decoder.values, current: decoder.values[key.stringValue], codingPath: codingPath + [key])
            return try nested.decoded(type)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try decoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder.unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { decoder }

        func superDecoder(forKey key: Key) throws -> any Decoder { decoder }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let decoder: OptionDecoder
        let elements: [OptionValue]
        var currentIndex = 0
        var codingPath: [any CodingKey] { decoder.codingPath }
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        init(decoder: OptionDecoder, elements: [OptionValue]) {
            self.decoder = decoder
            self.elements = elements
        }

        mutating func decodeNil() throws -> Bool { false }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            guard !isAtEnd else { throw decoder.refuse("more values") }
            var element = decoder
            element.current = elements[currentIndex]
            currentIndex += 1
            return try element.decoded(type)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            try decoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try decoder.unkeyedContainer() }

        func superDecoder() throws -> any Decoder { decoder }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: OptionDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }

        func decodeNil() -> Bool { decoder.current == nil }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decoder.decoded(type) }
    }
}
