import FoundationEssentials

extension SnapshotStore {
    /// The log of who did what, beside this store.
    package nonisolated var auditLog: AuditLog { AuditLog(directory: directory) }

    /// Follows the chain of the audit log, and compares it with the heads that the commits of `store.git` and the index
    /// have recorded.
    package func verifyAudit() throws(StoreError) -> AuditReport {
        try auditLog.verify(anchors: try auditAnchors())
    }

    /// The heads that were recorded outside of the log, newest first.
    package func auditAnchors() throws(StoreError) -> [AuditAnchor] {
        var anchors: [AuditAnchor] = []
        if let head = try indexed({ (index) throws(IndexFault) in try index.auditHead() }) {
            anchors.append(AuditAnchor(head: head, place: "the index"))
        }
        guard let repository, var current = try repository.tip() else { return anchors }
        while true {
            let commit = try repository.commit(current)
            if let head = CommitMessage(parsing: commit.message).audit {
                anchors.append(AuditAnchor(head: head, place: "commit \(current) of \(repository.name)"))
            }
            guard let parent = commit.parents.first else { return anchors }
            current = parent
        }
    }

    /// Where the log stands, for the trailer of a commit. What is collected is stored even where it cannot be told.
    func auditHead() -> AuditHead? {
        do throws(StoreError) {
            return try auditLog.head()
        } catch {
            notice("the commit does not record where the audit log stands: \(error)")
            return nil
        }
    }

    /// Notes in the index where the log stands.
    func anchorAudit() throws(StoreError) {
        guard let head = auditHead() else { return }
        try indexed { (index) throws(IndexFault) in try index.setAuditHead(head) }
    }
}

extension StateIndex {
    func auditHead() throws(IndexFault) -> AuditHead? {
        try read { try Self.value("audit", in: $0) }.flatMap { AuditHead($0) }
    }

    func setAuditHead(_ head: AuditHead) throws(IndexFault) {
        try write { try Self.set("audit", to: "\(head)", in: $0) }
    }
}
