/// Something a person wants changed, before anything has happened.
package enum Change: Hashable, Sendable {
  case install(version: String, config: String)
  case upgrade(to: String)
  /// Back to an earlier version with the config it had.
  case rollback(to: String, config: String)
  case enable, disable
  case configure(config: String)
  /// Agents in these member clusters, and in no others.
  case place(on: [String])
  case uninstall
  /// Uninstall whatever the controllers cannot: hooks do not run, and what is in the way stays behind.
  case forceDelete
}

extension Change {
  /// The config this change sets, or `nil` when it leaves the config alone.
  package var config: String? {
    switch self {
    case .install(_, let config), .rollback(_, let config), .configure(let config): config
    case .upgrade, .enable, .disable, .place, .uninstall, .forceDelete: nil
    }
  }

  /// The version this change asks for, or `nil` when it leaves the version alone.
  package var version: String? {
    switch self {
    case .install(let version, _), .upgrade(let version), .rollback(let version, _): version
    case .enable, .disable, .configure, .place, .uninstall, .forceDelete: nil
    }
  }

  /// The change in a few words, as a history shows it.
  package var words: String {
    switch self {
    case .install(let version, _): "install \(version)"
    case .upgrade(let version): "upgrade to \(version)"
    case .rollback(let version, _): "roll back to \(version)"
    case .enable: "enable"
    case .disable: "disable"
    case .configure: "configure"
    case .place(let clusters):
      clusters.isEmpty ? "remove agents" : "place agents on \(clusters.joined(separator: ", "))"
    case .uninstall: "uninstall"
    case .forceDelete: "force delete"
    }
  }

  /// Takes the extension away, one way or the other.
  package var removes: Bool { self == .uninstall || self == .forceDelete }

  /// What a cluster must have to carry this out.
  package var feature: Feature {
    switch self {
    case .install, .uninstall: .install
    case .upgrade, .rollback: .upgrade
    case .configure: .configure
    case .enable, .disable: .enable
    case .forceDelete: .forceDelete
    case .place: .clusterScheduling
    }
  }
}
