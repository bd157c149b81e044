import Platform

/// Something a cluster's extensions can do, or a field they have, in some eras and not in others.
package enum Feature: String, CaseIterable, Sendable {
  /// Installing and uninstalling.
  case install
  /// A change of version is carried out, up or down.
  case upgrade
  /// A change of the config of what is installed is carried out.
  case configure
  /// `enabled` is carried out.
  case enable
  case forceDelete
  /// What failed is tried again, its version and config untouched.
  case retry
  /// Placements of agents in member clusters.
  case clusterScheduling
  /// The client names the release.
  case releaseName
  /// The client names the namespace.
  case targetNamespace

  /// The field of an installation that the schema has where the feature is there, or `nil` when only the controllers
  /// decide.
  var field: [String]? {
    switch self {
    case .install, .upgrade, .configure, .enable, .forceDelete, .retry: nil
    case .clusterScheduling: ["spec", "clusterScheduling"]
    case .releaseName: ["spec", "releaseName"]
    case .targetNamespace: ["spec", "targetNamespace"]
    }
  }

  /// Whether it is about changing what is installed.
  var changes: Bool {
    switch self {
    case .upgrade, .configure, .enable, .clusterScheduling: true
    default: false
    }
  }

  /// The eras that have it, as far as one can tell without a schema.
  ///
  /// What came or went within an era counts as absent: a field that is pruned without a word is
  /// worse than one that is not offered.
  var eras: Set<Era> {
    switch self {
    case .install: [.subscription, .splitSubscription, .scheduledSubscription, .installPlan, .seed]
    case .upgrade, .configure, .enable: [.scheduledSubscription, .installPlan, .seed]
    case .forceDelete, .retry: [.installPlan, .seed]
    case .clusterScheduling: [.scheduledSubscription, .installPlan]
    case .releaseName: [.subscription, .splitSubscription]
    case .targetNamespace: [.subscription, .splitSubscription, .seed]
    }
  }

  /// Why `era` does not have it, as a sentence.
  func reason(in era: Era) -> Sentence {
    switch self {
    case _ where era == .plugin: "this cluster's extensions are Plugins of 2022, which can only be looked at"
    case .install: "extensions of this cluster can only be looked at"
    case .upgrade: "the controllers of this cluster do not carry out a change of version; uninstall and install instead"
    case .configure:
      "the controllers of this cluster do not carry out a change of config; uninstall and install instead"
    case .enable: "the controllers of this cluster do nothing with “enabled”"
    case .forceDelete: "the controllers of this cluster know no forced removal"
    case .retry: "the controllers of this cluster know no retry; they try again when the version or the config changes"
    case .clusterScheduling: "extensions of this cluster run in the host cluster only"
    case .releaseName: "the cluster names the release itself"
    case .targetNamespace: "the cluster chooses the namespace itself"
    }
  }
}
