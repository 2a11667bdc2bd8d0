import BackupWorkflow
import Dispatch
import Glibc

/// Ctrl-C while a device is being written to: the first says what it would leave behind, the second leaves it.
final class RestoreInterruption {
    private let sources: [any DispatchSourceSignal]
    private let asked = Asked()

    /// Touched on one queue alone.
    private final class Asked: @unchecked Sendable { var once = false }

    init(_ plan: String) {
        let queue = DispatchQueue(label: "restore-interruption")
        let asked = asked
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if asked.once {
                    Console.complain("left as it is: 'plumbline restore resume \(plan)' looks where it stands")
                    Glibc._exit(128 + number)
                }
                asked.once = true
                Console.complain(
                    "it goes on to its end, for a device must not be left halfway; once more leaves it all the same, to be "
                        + "looked at by 'plumbline restore resume \(plan)'")
            }
            source.resume()
            return source
        }
    }

    func end() { for source in sources { source.cancel() } }
}
