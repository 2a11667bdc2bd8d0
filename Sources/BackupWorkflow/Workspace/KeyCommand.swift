import Dispatch
import FoundationEssentials
import Glibc
import SnapshotStore
import Subprocess
import Synchronization
import SystemPackage

/// The program that delivers the keys of the repositories of exact bytes; asked at most once for each.
final class KeyCommand: Sendable {
    private let words: [String]
    private let root: String
    private let known = Mutex<[String: GitCryptKey]>([:])

    /// - Parameters:
    ///   - words: A program and its arguments; `{repository}` stands for the repository's name.
    ///   - root: The workspace, where the program is run.
    init(_ words: [String], root: String) {
        self.words = words
        self.root = root
    }

    /// Runs the program. Called on the store's own thread, which may wait.
    func key(for repository: String) throws(StoreError) -> GitCryptKey {
        if let key = known.withLock({ $0[repository] }) { return key }
        let key = try ask(repository)
        known.withLock { $0[repository] = key }
        return key
    }

    private func ask(_ repository: String) throws(StoreError) -> GitCryptKey {
        let answer = Mutex<Result<[UInt8], KeyCommandFault>?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        // Ends by the deadline of the program; this thread waits for it.
        Task.detached { [words, root] in
            let result = await Self.output(of: words, repository, root: root)
            answer.withLock { $0 = result }
            isDone.signal()
        }
        isDone.wait()
        switch answer.withLock({ $0 }) {
        case .success(let bytes):
            do throws(GitCryptKey.Fault) {
                return try GitCryptKey(delivered: bytes)
            } catch {
                throw fault(repository, "what it printed cannot be used: \(error)")
            }
        case .failure(let problem): throw fault(repository, problem.reason)
        case nil: throw fault(repository, "it gave no answer")
        }
    }

    private func fault(_ repository: String, _ reason: String) -> StoreError {
        .key(repository: "\(repository).git", place: "command:\(words.first ?? "")", reason: reason)
    }

    private struct KeyCommandFault: Error { var reason: String }

    private static func output(
        of words: [String], _ repository: String, root: String
    ) async -> Result<[UInt8], KeyCommandFault> {
        let words = words.map { $0.replacing("{repository}", with: repository) }
        guard let program = words.first else { return .failure(KeyCommandFault(reason: "no program is named")) }
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        let configuration = Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(words.dropFirst())), workingDirectory: FilePath(root), platformOptions: options)
        do {
            let result = try await withDeadline(.seconds(30)) {
                try await run(configuration, output: .bytes(limit: 65_536), error: .discarded)
            }
            guard let result else { return .failure(KeyCommandFault(reason: "it took longer than 30 seconds")) }
            guard result.terminationStatus.isSuccess else {
                return .failure(KeyCommandFault(reason: "it failed (\(result.terminationStatus))"))
            }
            return .success(result.standardOutput)
        } catch {
            return .failure(KeyCommandFault(reason: "it could not be run"))
        }
    }
}
