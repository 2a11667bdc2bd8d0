import ConfigModel

/// Values that `ShapeCheck` has passed, in the units of the model.
extension YAMLValue {
    /// `30s`, `15m`, `26h`, `7d`.
    var duration: Duration? {
        guard let text, let unit = text.last, let count = Int64(text.dropLast()), count < 1_000_000 else { return nil }
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        return seconds[unit].map { .seconds(count * $0) }
    }

    /// `512KiB`, `64MiB`, `1GiB`, in bytes.
    var size: Int? {
        guard let text, let count = Int(text.dropLast(3)), count < 1_000_000 else { return nil }
        let shifts = ["KiB": 10, "MiB": 20, "GiB": 30]
        return shifts[String(text.suffix(3))].map { count << $0 }
    }

    /// `01:30`, in minutes after midnight; `24:00` is the next midnight, 0.
    var minuteOfDay: Int? {
        guard let parts = text?.split(separator: ":"), parts.count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1])
        else { return nil }
        return (hour * 60 + minute) % 1440
    }

    var day: Day? { text.flatMap(Day.init) }

    var patternText: PatternText? {
        text.map { PatternText($0, location: location) }
    }

    var texts: [String] { list?.compactMap(\.text) ?? [] }
    var patternTexts: [PatternText] { list?.compactMap(\.patternText) ?? [] }
}
