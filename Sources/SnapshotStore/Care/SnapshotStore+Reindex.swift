import GRDB

/// What `store reindex` has built.
package struct IndexSummary: Sendable, Hashable, Codable {
    package var versions: Int
    package var copies: Int
    package var commits: Int
    package var devices: Int
    package var runs: Int
    /// Whether what git does not know (digests of images, marks, holds, findings) was lost, because the file was damaged.
    package var isNew: Bool
}

extension SnapshotStore {
    /// Builds anew what the index has from git and from the records of runs. What git does not know is kept, unless the file
    /// is damaged: then it is moved aside and a new one begun.
    package func reindex() throws(StoreError) -> IndexSummary {
        guard purpose == .writing else { throw .readingOnly(path: directory) }
        return try holdingStoreLock { () throws(StoreError) in
            var isNew = false
            if let fault = try indexed({ (index) throws(IndexFault) in try index.integrityFaults() }).first {
                try replaceIndex(because: .damaged(fault))
                isNew = true
            } else {
                try indexed { (index) throws(IndexFault) in try index.forgetAllThatCanBeRead() }
                try catchUp(quietly: true)
            }
            return try indexed { (index) throws(IndexFault) in
                IndexSummary(
                    versions: try index.count(of: "versions"), copies: try index.count(of: "copies"),
                    commits: try index.count(of: "commits"), devices: try index.count(of: "devices"),
                    runs: try index.count(of: "runs"), isNew: isNew)
            }
        }
    }
}

extension StateIndex {
    /// Forgets what comes from git and from the records of runs.
    fileprivate func forgetAllThatCanBeRead() throws(IndexFault) {
        try write { database in
            try database.execute(
                sql: """
                    DELETE FROM commits; DELETE FROM versions; DELETE FROM copies; DELETE FROM devices; DELETE FROM names;
                    DELETE FROM runs;
                    DELETE FROM attempts;
                    DELETE FROM meta WHERE key = 'tip' OR key LIKE 'tip:%' OR key LIKE 'runs:%';
                    """)
        }
    }
}
