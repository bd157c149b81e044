package import Manifest

/// Identifies a state of a repository, so that a later reading can detect that nothing has changed.
package struct RepositoryRevision: Hashable, Sendable {
  /// `ETag` of the index, if the server sent one.
  package var entityTag = ""
  /// `Last-Modified` of the index, if the server sent one.
  package var modified = ""
  /// A digest of what was read: an index, a folder, or tags with their digests.
  package var digest = ""

  package init(digest: String = "") { self.digest = digest }

  /// Parses the revision stored in `value`.
  package init(_ value: Value?) {
    entityTag = value?["etag"]?.string ?? ""
    modified = value?["modified"]?.string ?? ""
    digest = value?["digest"]?.string ?? ""
  }

  /// The revision as it is stored with the repository.
  package var value: Value {
    var mapping = Mapping()
    for (key, text) in [("etag", entityTag), ("modified", modified), ("digest", digest)] where !text.isEmpty {
      mapping[key] = .string(text)
    }
    return .mapping(mapping)
  }
}

/// The result of reading a repository.
package struct RepositoryContents: Sendable {
  package var index: ChartIndex
  package var revision: RepositoryRevision
  /// The source of its charts.
  package var charts: any ChartSource
}

/// The charts of one reading of a repository.
package protocol ChartSource: Sendable {
  /// The full address of an entry's chart.
  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String

  /// The archive of an entry; throws if its digest is not that in the index.
  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8]
}
