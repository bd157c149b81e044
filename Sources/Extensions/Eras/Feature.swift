import Platform

/// An ability or a field of extensions that only some eras have.
package enum Feature: String, CaseIterable, Sendable {
  /// Installing and uninstalling.
  case install
  /// The controllers carry out a change of version, up or down.
  case upgrade
  /// The controllers carry out a change of an installation's config.
  case configure
  /// The controllers carry out `enabled`.
  case enable
  case forceDelete
  /// A failed operation can be tried again with the same version and config.
  case retry
  /// Placements of agents in member clusters.
  case clusterScheduling
  /// The client chooses the name of the release.
  case releaseName
  /// The client chooses the namespace of the release.
  case targetNamespace

  /// The field in the schema of installations that shows the feature; `nil` if it depends on the controllers only.
  var field: [String]? {
    switch self {
    case .install, .upgrade, .configure, .enable, .forceDelete, .retry: nil
    case .clusterScheduling: ["spec", "clusterScheduling"]
    case .releaseName: ["spec", "releaseName"]
    case .targetNamespace: ["spec", "targetNamespace"]
    }
  }

  /// Whether it changes an existing installation.
  var changes: Bool {
    switch self {
    case .upgrade, .configure, .enable, .clusterScheduling: true
    default: false
    }
  }

  /// The eras that have it, for a cluster whose schema is not known.
  ///
  /// A feature that was added or removed within an era counts as absent: a field that the server prunes silently is
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
