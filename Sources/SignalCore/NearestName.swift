/// Finds the known name nearest to one that is not known, to suggest it in an error message.
public enum NearestName {
    /// The candidate with the smallest Levenshtein distance to `name`, or `nil` when none is near enough to be a slip
    /// of the keyboard (more than a third of the letters differ, at least two).
    ///
    /// Letter case is ignored. Of equally near candidates the first is taken.
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased())
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, Array(candidate.lowercased()))
            if distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        guard let best, best.distance <= max(2, wanted.count / 3) else { return nil }
        return best.name
    }

    /// A sentence that names the nearest candidate if there is one, and lists all of them.
    ///
    /// - Parameters:
    ///   - kind: what is looked for, such as `feature`.
    ///   - name: the unknown name.
    ///   - candidates: every known name.
    public static func unknown(_ kind: String, _ name: String, among candidates: some Sequence<String>) -> String {
        let known = candidates.joined(separator: ", ")
        let suggestion = of(name, among: candidates).map { "; did you mean '\($0)'?" } ?? "."
        return "unknown \(kind) '\(name.escapingControlCharacters)'\(suggestion) Known: \(known)"
    }

    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                let substitution = previous[column] + (character == other ? 0 : 1)
                current.append(min(substitution, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
