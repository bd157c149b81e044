package import Platform

/// The source of the config of a rollback.
package enum ConfigOrigin: Hashable, Sendable {
  /// The cluster's own config, with its comments.
  case kept
  /// The values that helm was given.
  case helm
  /// The earlier config is not known; the present one is used instead.
  case present

  /// A note to the user before the rollback is confirmed; `nil` if none is necessary.
  ///
  /// `hasFailed` says whether the present config has failed.
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
