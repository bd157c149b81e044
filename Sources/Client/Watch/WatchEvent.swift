package import KubernetesAPI

/// What a watch reports.
///
/// A store that applies these in order mirrors the server.
package enum WatchEvent<Element: Mirrored>: Hashable, Sendable {
  /// Everything there is now. What was known before and is not here is gone.
  case replaced([Element])
  case applied(Element)
  /// The last state of something that is gone.
  case deleted(Element)
  /// The stream is well again, or still, after an interruption; nothing changed.
  case resumed
  /// The watch broke and will be tried again after `delay`.
  case interrupted(ClusterError, delay: Duration)
}
