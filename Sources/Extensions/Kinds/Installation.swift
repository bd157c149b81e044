public import Client
import Manifest

/// A Subscription or an InstallPlan: that an extension shall be there, in a version, with a config.
public struct Installation: Mirrored {
  public var name: String
  public var resourceVersion: String
  public var uid: String
  public var `extension`: String
  /// The version wanted.
  public var version: String
  public var isEnabled: Bool
  /// YAML text, byte for byte as the cluster has it; an object is shown as block YAML.
  public var config: String
  public var configForm: ConfigForm
  public var state: InstallationState
  /// What the newest condition says; why a state is what it is.
  public var message: String
  /// When the newest condition came about, RFC 3339, or empty.
  public var conditionTime: String
  /// Newest last; ten at most in shipped KubeSphere.
  public var history: [Transition]
  /// `status.version`: what was last tried, not what runs (docs/KUBESPHERE.md: Extension status).
  public var attemptedVersion: String
  public var appliedEnabled: Bool?
  public var configHash: String
  public var releaseName: String
  public var targetNamespace: String
  public var jobName: String
  /// `spec.clusterScheduling` is there and says nothing of where, on which the controller fails (docs/KUBESPHERE.md: Placements).
  public var lacksPlacement: Bool
  /// The member clusters that agents are asked for in.
  public var clusters: [String]
  /// Agents are also asked for by labels of clusters, which counts where none is named.
  public var hasClusterSelector: Bool
  /// The controllers of a standalone backend look after it.
  public var isKeptByStandalone: Bool
  public var isBeingDeleted: Bool
  public var created: String

  /// Where a standalone backend's controllers note the namespace of what they keep.
  public static let standaloneAnnotation = "ksx.dev/release-namespace"

  public enum ConfigForm: Hashable, Sendable {
    case text, object
  }

  public struct Transition: Hashable, Sendable {
    public var state: InstallationState
    /// RFC 3339, as the controller wrote it.
    public var time: String
  }

  public init(_ object: Object) {
    let spec = object.spec
    let status = object.status
    name = object.name
    resourceVersion = object.resourceVersion
    uid = object.uid
    // The earliest Subscriptions called what they subscribe to a plugin.
    let wanted = spec["extension"] ?? spec["plugin"]
    `extension` = wanted?["name"]?.string ?? object.name
    version = wanted?["version"]?.string ?? ""
    isEnabled = spec["enabled"]?.bool ?? false
    (config, configForm) = Self.config(spec["config"])
    state = InstallationState(status["state"]?.string ?? "")
    message = status["conditions"]?.sequence?.first?["message"]?.string ?? ""
    conditionTime = status["conditions"]?.sequence?.first?["lastTransitionTime"]?.string ?? ""
    history = (status["stateHistory"]?.sequence ?? []).compactMap { entry in
      guard let state = entry["state"]?.string else { return nil }
      return Transition(state: InstallationState(state), time: entry["lastTransitionTime"]?.string ?? "")
    }
    attemptedVersion = status["version"]?.string ?? ""
    appliedEnabled = status["enabled"]?.bool
    configHash = status["configHash"]?.string ?? ""
    releaseName = status["releaseName"]?.string ?? spec["releaseName"]?.string ?? ""
    targetNamespace = status["targetNamespace"]?.string ?? spec["targetNamespace"]?.string ?? ""
    jobName = status["jobName"]?.string ?? ""
    let scheduling = spec["clusterScheduling"]?.mapping
    lacksPlacement = scheduling != nil && scheduling?["placement"]?.mapping == nil
    let placement = scheduling?["placement"]
    clusters = placement?["clusters"]?.sequence?.compactMap(\.string) ?? []
    hasClusterSelector = placement?["clusterSelector"]?.mapping != nil
    isKeptByStandalone = object.annotations[Self.standaloneAnnotation] != nil
    isBeingDeleted = object.isBeingDeleted
    created = object.creationTimestamp ?? ""
  }

  private static func config(_ value: Value?) -> (String, ConfigForm) {
    switch value {
    case .string(let text)?: (text, .text)
    case nil, .null?: ("", .text)
    case let value?: (value.mapping?.isEmpty == true ? "" : YAML.text(value), .object)
    }
  }
}
