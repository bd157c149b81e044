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
  /// Placements of agents in member clusters.
  case clusterScheduling
  /// The client names the release.
  case releaseName
  /// The client names the namespace.
  case targetNamespace
  /// What was last applied can be told from what is wanted.
  case configHash
  case stateHistory
  case repositoryURL, repositoryImage, repositoryDepth, repositoryTimeout, repositoryInsecure
  /// A repository can be told to look again at once.
  case repositoryResync
  case bundleAssets
  case extensionEntries

  /// Where the schema of a kind tells, or `nil` when only the controllers decide.
  var field: Field? {
    switch self {
    case .install, .upgrade, .configure, .enable, .forceDelete, .extensionEntries: nil
    case .clusterScheduling: Field(.installations, "spec", "clusterScheduling")
    case .releaseName: Field(.installations, "spec", "releaseName")
    case .targetNamespace: Field(.installations, "spec", "targetNamespace")
    case .configHash: Field(.installations, "status", "configHash")
    case .stateHistory: Field(.installations, "status", "stateHistory")
    case .repositoryURL: Field(.repositories, "spec", "url")
    case .repositoryImage: Field(.repositories, "spec", "image")
    case .repositoryDepth: Field(.repositories, "spec", "depth")
    case .repositoryTimeout: Field(.repositories, "spec", "updateStrategy", "timeout")
    case .repositoryInsecure: Field(.repositories, "spec", "insecure")
    case .repositoryResync: Field(.repositories, "status", "lastSyncTime")
    case .bundleAssets: Field(.bundles, "spec", "assets")
    }
  }

  /// Whether it is about changing what is installed.
  var changes: Bool {
    switch self {
    case .upgrade, .configure, .enable, .clusterScheduling: true
    default: false
    }
  }

  /// A field of a kind.
  struct Field: Hashable, Sendable {
    /// Kinds whose schemas are worth reading.
    enum Kind: String, CaseIterable, Sendable { case installations, repositories, bundles }

    var kind: Kind
    var path: [String]

    init(_ kind: Kind, _ path: String...) {
      self.kind = kind
      self.path = path
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
    case .forceDelete: [.installPlan, .seed]
    case .configHash, .extensionEntries, .repositoryResync: [.installPlan]
    case .clusterScheduling, .stateHistory: [.scheduledSubscription, .installPlan]
    case .releaseName: [.subscription, .splitSubscription]
    case .targetNamespace: [.subscription, .splitSubscription, .seed]
    case .repositoryURL: [.scheduledSubscription, .installPlan, .seed]
    case .repositoryImage: [.plugin, .subscription, .splitSubscription, .scheduledSubscription, .seed]
    case .repositoryDepth, .repositoryTimeout, .repositoryInsecure, .bundleAssets: []
    }
  }

  /// Why `era` does not have it, as a sentence.
  func reason(in era: Era) -> String {
    switch self {
    case _ where era == .plugin: "this cluster's extensions are Plugins of 2022, which can only be looked at"
    case .install: "extensions of this cluster can only be looked at"
    case .upgrade: "the controllers of this cluster do not carry out a change of version; uninstall and install instead"
    case .configure:
      "the controllers of this cluster do not carry out a change of config; uninstall and install instead"
    case .enable: "the controllers of this cluster do nothing with “enabled”"
    case .forceDelete: "the controllers of this cluster know no forced removal"
    case .clusterScheduling: "extensions of this cluster run in the host cluster only"
    case .releaseName: "the cluster names the release itself"
    case .targetNamespace: "the cluster chooses the namespace itself"
    case .configHash: "this cluster does not say which config it applied last"
    case .stateHistory: "this cluster keeps no history of states"
    case .repositoryURL: "repositories of this cluster are images, not addresses"
    case .repositoryImage: "repositories of this cluster are addresses, not images"
    case .repositoryDepth: "repositories of this cluster cannot limit versions; KubeSphere 4.1.3 and later can"
    case .repositoryTimeout: "repositories of this cluster have no timeout; those of KubeSphere 4.1.3 and later have"
    case .repositoryInsecure:
      "repositories of this cluster are always verified; KubeSphere 4.1.2 and later can leave that out"
    case .repositoryResync:
      "repositories of this cluster cannot be told to look again; they look when their interval is over"
    case .bundleAssets: "bundles of this cluster have no assets beside their script"
    case .extensionEntries: "this cluster has no ExtensionEntries"
    }
  }
}
