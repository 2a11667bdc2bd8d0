/// What runs behind one channel: a command line, a command, a file server. A value machine: it is told what arrived and
/// says what to do; it reads no clock and touches no socket.
protocol ChannelProgram {
    mutating func start() -> [ChannelEffect]
    /// Bytes from the client, as they came.
    mutating func receive(_ bytes: ArraySlice<UInt8>) -> [ChannelEffect]
    /// The pause that it asked for is over.
    mutating func resume() -> [ChannelEffect]
    /// The client will send no more.
    mutating func endOfInput() -> [ChannelEffect]
}

enum ChannelEffect: Equatable {
    case write([UInt8])
    case writeError([UInt8])
    /// `resume` is wanted after this time. A later pause replaces an earlier one.
    case pause(Duration)
    /// Writes this so many times, without ever holding all of it.
    case writeRepeatedly([UInt8], times: Int)
    /// Writes this again and again, for ever.
    case writeForever([UInt8])
    /// Ends the channel in order, after all output, with a status where there is one.
    case finish(status: Int32?)
    /// Drops the whole connection after all output, without a word.
    case hangUp
}
