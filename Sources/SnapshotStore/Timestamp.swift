package import FoundationEssentials

/// Times as RFC 3339 in UTC, read and written without a calendar library: `2026-11-23T02:15:04Z`.
package enum Timestamp {
    /// With milliseconds where there are any, else to the second.
    package static func text(of date: Date) -> String {
        let milliseconds = wholeMilliseconds(date)
        let (day, inDay) = milliseconds.quotientAndRemainder(flooringBy: 86_400_000)
        let (year, month, dayOfMonth) = civil(fromDays: day)
        let (seconds, fraction) = inDay.quotientAndRemainder(dividingBy: 1000)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
        let time = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return fraction == 0 ? "\(date)T\(time)Z" : "\(date)T\(time).\(padded(fraction, 3))Z"
    }

    /// Reads `2026-11-23T02:15:04Z`, also with a fraction, a space or lower-case letters, and any offset.
    /// - Returns: nil when it has another form or names no real time.
    package static func date(_ text: some StringProtocol) -> Date? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, let day = days(Array(bytes[0..<10])), [0x54, 0x74, 0x20].contains(bytes[10]) else {
            return nil
        }
        guard let hour = number(bytes[11..<13], upTo: 23), bytes[13] == 0x3A,
            let minute = number(bytes[14..<16], upTo: 59), bytes[16] == 0x3A,
            let second = number(bytes[17..<19], upTo: 60)
        else { return nil }
        var rest = bytes[19...]
        var fraction = 0.0
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            var scale = 0.1
            for digit in digits {
                fraction += Double(digit - 0x30) * scale
                scale /= 10
            }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = offset(Array(rest)) else { return nil }
        let whole = day * 86_400 + hour * 3600 + minute * 60 + second - offset
        return rounded(Date(timeIntervalSince1970: Double(whole) + fraction))
    }

    /// The first instant after a day in UTC that is written as `2026-11-23`; nil when it is no such day.
    package static func endOfDay(_ text: some StringProtocol) -> Date? {
        days(Array(text.utf8)).map { Date(timeIntervalSince1970: Double(($0 + 1) * 86_400)) }
    }

    /// The year in UTC.
    static func year(of date: Date) -> Int {
        civil(fromDays: wholeMilliseconds(date).quotientAndRemainder(flooringBy: 86_400_000).quotient).year
    }

    /// To the millisecond, which is what text and index keep.
    static func rounded(_ date: Date) -> Date {
        Date(timeIntervalSince1970: Double(wholeMilliseconds(date)) / 1000)
    }

    /// Bounded to the years 0 to 9999, so that no clock can make us trap.
    private static func wholeMilliseconds(_ date: Date) -> Int {
        let seconds = date.timeIntervalSince1970
        guard seconds.isFinite else { return 0 }
        return Int((min(max(seconds, -62_167_219_200), 253_402_300_799) * 1000).rounded())
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func number(_ digits: ArraySlice<UInt8>, upTo limit: Int) -> Int? {
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return value <= limit ? value : nil
    }

    private static func offset(_ text: [UInt8]) -> Int? {
        if text == [0x5A] || text == [0x7A] { return 0 }
        guard text.count == 6, text[0] == 0x2B || text[0] == 0x2D, text[3] == 0x3A,
            let hours = number(text[1..<3], upTo: 23), let minutes = number(text[4..<6], upTo: 59)
        else { return nil }
        return (text[0] == 0x2D ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// Days since 1970-01-01 of `YYYY-MM-DD`.
    private static func days(_ text: [UInt8]) -> Int? {
        guard text.count == 10, text[4] == 0x2D, text[7] == 0x2D, let year = number(text[0..<4], upTo: 9999),
            let month = number(text[5..<7], upTo: 12), let day = number(text[8..<10], upTo: 31), month > 0, day > 0
        else { return nil }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        let shifted = month > 2 ? year : year - 1
        let era = shifted.quotientAndRemainder(flooringBy: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = era.remainder * 365 + era.remainder / 4 - era.remainder / 100 + dayOfYear
        let days = era.quotient * 146_097 + dayOfEra - 719_468
        return civil(fromDays: days) == (year, month, day) ? days : nil
    }

    /// The inverse, civil_from_days of the same page.
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let era = (days + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let day = era.remainder
        let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era.quotient * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int {
    fileprivate func quotientAndRemainder(flooringBy divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
