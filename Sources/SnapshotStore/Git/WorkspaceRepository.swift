import CLibGit2
import FoundationEssentials

/// The workspace's own repository, in which people keep inventory and baselines. Plumbline makes it and never writes to it.
package enum WorkspaceRepository {
    /// - Returns: Whether one was made: false where the folder has one already, or lies inside of one.
    package static func create(at path: String) throws(StoreError) -> Bool {
        try GitLibrary.start()
        guard !isInside(path) else { return false }
        var options = git_repository_init_options()
        git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
        var repository: OpaquePointer?
        let code = "main".withCString { branch in
            options.initial_head = branch
            return git_repository_init_ext(&repository, path, &options)
        }
        guard code == 0 else { throw GitLibrary.failure(code, path: path, operation: "create the repository") }
        git_repository_free(repository)
        return true
    }

    private static func isInside(_ path: String) -> Bool {
        var repository: OpaquePointer?
        guard git_repository_open_ext(&repository, path, 0, nil) == 0 else { return false }
        git_repository_free(repository)
        return true
    }
}
