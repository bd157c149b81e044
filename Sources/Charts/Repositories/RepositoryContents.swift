package import Manifest

/// By what a later reading can tell that nothing has changed.
package struct RepositoryMark: Hashable, Sendable {
  /// `ETag` and `Last-Modified` of the index, where a server gave them.
  package var entityTag = ""
  package var modified = ""
  /// A digest of what was read: of the index, of a folder, of tags with what they lead to.
  package var digest = ""

  package init(digest: String = "") { self.digest = digest }

  /// The mark that `value` keeps.
  package init(_ value: Value?) {
    entityTag = value?["etag"]?.string ?? ""
    modified = value?["modified"]?.string ?? ""
    digest = value?["digest"]?.string ?? ""
  }

  /// The mark as it is kept with the repository.
  package var value: Value {
    var mapping = Mapping()
    for (key, text) in [("etag", entityTag), ("modified", modified), ("digest", digest)] where !text.isEmpty {
      mapping[key] = .string(text)
    }
    return .mapping(mapping)
  }
}

/// What reading a repository gave.
package struct RepositoryContents: Sendable {
  package var index: ChartIndex
  package var mark: RepositoryMark
  /// Where its charts are taken from.
  package var charts: any ChartSource
}

/// Where the charts of one reading are.
package protocol ChartSource: Sendable {
  /// The whole address of an entry's chart, for those who can reach it.
  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String

  /// An entry's archive, if it is what the index promises.
  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8]
}
