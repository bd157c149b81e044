package import Platform

/// Where the config of a way back is known from.
package enum ConfigOrigin: Hashable, Sendable {
  /// As the cluster had it, with its comments.
  case kept
  /// From the values that helm was given.
  case helm
  /// The config that it had is not known: the present one is taken for it.
  case present

  /// What a user must know before agreeing to it; `nil` is nothing.
  ///
  /// `hasFailed` is the present config.
  package func note(hasFailed: Bool) -> Sentence? {
    switch self {
    case .kept: nil
    case .helm: "config: as helm was given it last; its comments are not known"
    case .present:
      hasFailed
        ? "config: the one that failed is kept, for no earlier one is known here"
        : "config: the present one is kept, for the one it had is not known here"
    }
  }
}
