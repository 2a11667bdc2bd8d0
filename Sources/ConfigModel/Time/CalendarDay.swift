/// A day of the Gregorian calendar, without a time zone.
struct CalendarDay: Sendable, Hashable {
    /// Days since 1 January 1970.
    var number: Int
    var month: Int
    /// Of the month.
    var day: Int
    /// 0 is Sunday, as cron counts.
    var weekday: Int

    /// By Howard Hinnant's algorithm: http://howardhinnant.github.io/date_algorithms.html#civil_from_days
    init(number: Int) {
        self.number = number
        weekday = ((number + 4) % 7 + 7) % 7
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    }
}
