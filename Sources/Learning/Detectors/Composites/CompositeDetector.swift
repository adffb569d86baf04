public import SignalCore

/// A detector that is put together from others, its members. Members are not composites themselves.
public protocol CompositeDetector: Detector where Options: CompositeOptions {}

/// Options of a ``CompositeDetector``: beside its own, those of its members as `ROLE.NAME`, such as
/// `careful.components`.
public protocol CompositeOptions: AlgorithmOptions {
    /// What the members are called in options, messages and files, and the algorithm of each.
    var roles: [(role: String, algorithm: String)] { get }
    /// Options of the members: assignments `ROLE.NAME=VALUE`, joined by commas.
    var settings: String { get set }
}

extension CompositeOptions {
    /// Sets an option of a member.
    ///
    /// - Throws: `SignalError` with code `invalidOption` when no member is called so (listing all), or the text holds a
    ///   comma.
    public mutating func setMember(option name: String, _ text: String) throws {
        guard !text.contains(",") else {
            throw SignalError(
                .invalidOption, "\(name) takes a value without commas, not '\(text.escapingControlCharacters)'")
        }
        let prefix = name + "="
        var assignments = settings.split(separator: ",").map(String.init).filter { !$0.hasPrefix(prefix) }
        assignments.append(prefix + text)
        settings = assignments.joined(separator: ",")
    }

    /// The members with the options set for each.
    ///
    /// - Throws: `SignalError` with code `invalidOption` for an unknown algorithm, a composite one, a role that there
    ///   is not, or what is no assignment.
    func members() throws -> [(role: String, type: any Detector.Type, settings: [(name: String, text: String)])] {
        var members = try roles.map { role, algorithm in
            let type = try ModelRegistry.detector(named: algorithm)
            guard !(type is any CompositeDetector.Type) else {
                throw SignalError(
                    .invalidOption,
                    "\(algorithm) is put together from other algorithms and cannot be a part of another one; "
                        + "name one that stands alone")
            }
            return (role: role, type: type, settings: [(name: String, text: String)]())
        }
        for assignment in settings.split(separator: ",") {
            guard let mark = assignment.firstIndex(of: "="), let dot = assignment[..<mark].firstIndex(of: ".") else {
                throw SignalError(
                    .invalidOption,
                    "settings takes assignments such as \(roles.first?.role ?? "member").NAME=VALUE, joined by commas, "
                        + "not '\(String(assignment).escapingControlCharacters)'")
            }
            let role = String(assignment[..<dot])
            guard let index = members.firstIndex(where: { $0.role == role }) else {
                throw SignalError(
                    .invalidOption, NearestName.unknown("member in an option:", role, among: members.map(\.role)))
            }
            let name = String(assignment[assignment.index(after: dot)..<mark])
            members[index].settings.append((name, String(assignment[assignment.index(after: mark)...])))
        }
        return members
    }

    /// Checks that the members are known, stand alone, and take their options.
    func validateMembers() throws {
        for member in try members() {
            func check<Member: Detector>(_ type: Member.Type) throws {
                _ = try Member.Options().setting(member.settings)
            }
            try naming(member.role) { try check(member.type) }
        }
    }
}

/// Puts the role of a member before what it complains about.
func naming<Result>(_ role: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as SignalError {
        var named = error
        named.message = "\(role): \(error.message)"
        throw named
    }
}
