package import Platform

/// A cluster that the user can open: a profile, a context of the kubeconfig, or the standalone backend.
package struct ClusterChoice: Hashable, Sendable, Identifiable {
  package enum Source: String, Hashable, Sendable {
    case profile, kubeconfig, standalone
  }

  package var name: String
  package var source: Source
  /// `kubernetes`, `gateway` or `both`.
  package var ways: String
  /// The server, without credentials.
  package var server: String
  /// The state of its login in words, or empty.
  package var login: Sentence
  /// Whether ksx opens it by default.
  package var isCurrent: Bool

  package var id: String { "\(source.rawValue) \(name)" }

  package init(
    name: String, source: Source, ways: String, server: String, login: Sentence = "", isCurrent: Bool = false
  ) {
    self.name = name
    self.source = source
    self.ways = ways
    self.server = server
    self.login = login
    self.isCurrent = isCurrent
  }
}
