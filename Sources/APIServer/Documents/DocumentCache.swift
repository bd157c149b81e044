import KubernetesAPI
import Platform

/// Caches the documents that describe the API until the served resources change.
///
/// Creating one takes longer than reading a thousand objects, and every kubectl requests one.
final class DocumentCache: Sendable {
  /// A document and its entity tag (RFC 9110 §8.8.3).
  struct Document: Sendable {
    var bytes: [UInt8]
    /// In quotes.
    var tag: String

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      tag = "\"\(SHA256.hex(bytes).uppercased())\""
    }
  }

  private struct State {
    var revision = 0
    var documents: [String: Document] = [:]
  }

  private let state = Locked(State())

  /// The document called `name` for the resources at `revision`, cached or created by `make`.
  func document(
    _ name: String, at revision: Int, _ make: () throws(Status) -> [UInt8]
  ) throws(Status) -> Document {
    if let known = state.withLock({ $0.revision == revision ? $0.documents[name] : nil }) { return known }
    let document = Document(try make())
    state.withLock { state in
      if state.revision < revision { state = State(revision: revision) }
      if state.revision == revision { state.documents[name] = document }
    }
    return document
  }
}
