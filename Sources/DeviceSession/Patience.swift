/// How long to wait for silence before believing that a device has said all it wants to say.
package struct Patience: Sendable, Hashable {
    /// After what looks like the first prompt.
    package var settle: Duration
    /// After the known prompt, where nothing else proves that the answer is complete: a look-alike in the text has more
    /// bytes behind it.
    package var confirm: Duration
    /// After the known prompt when the command's echo has not been seen: it may be an older prompt.
    package var unechoed: Duration
    /// After a pager's mark.
    package var pager: Duration
    /// After what ends an answer only perhaps: the prompt before the expected end marker was seen, or with another number
    /// in it, or at the end of a line that does not begin with it.
    package var doubt: Duration
    /// In the middle of an answer, before an empty line asks whether the device is still there.
    package var stall: Duration
    /// Before an empty line asks a device without a prompt for one.
    package var nudge: Duration
    /// For the answer to an empty line: long, since a second one would bring a second prompt.
    package var probe: Duration
    /// After a line that leaves.
    package var leave: Duration

    package init(
        settle: Duration = .milliseconds(150), confirm: Duration = .milliseconds(60),
        unechoed: Duration = .milliseconds(400), pager: Duration = .milliseconds(25),
        doubt: Duration = .seconds(1), stall: Duration = .seconds(8), nudge: Duration = .seconds(3),
        probe: Duration = .seconds(15), leave: Duration = .milliseconds(300)
    ) {
        self.settle = settle
        self.confirm = confirm
        self.unechoed = unechoed
        self.pager = pager
        self.doubt = doubt
        self.stall = stall
        self.nudge = nudge
        self.probe = probe
        self.leave = leave
    }
}
