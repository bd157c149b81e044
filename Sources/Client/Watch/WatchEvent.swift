package import KubernetesAPI

/// What a watch reports.
///
/// A store that applies these in order mirrors the server.
package enum WatchEvent<Element: StoreElement>: Hashable, Sendable {
  /// All present elements. Elements that are not among them have been deleted.
  case replaced([Element])
  case applied(Element)
  /// The last state of a deleted element.
  case deleted(Element)
  /// The watch works again after an interruption; no element changed.
  case resumed
  /// The watch failed and is tried again after `delay`.
  case interrupted(ClusterError, delay: Duration)
}
