import KubernetesAPI
import Platform

/// The documents that describe the API, each made once for as long as the same resources are served.
///
/// One of them takes longer to make than a thousand objects to read, and every kubectl asks for it.
final class DocumentCache: Sendable {
  /// A document, and the tag that tells it from another (RFC 9110 §8.8.3).
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

  /// The document called `name` of the resources at `revision`.
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
