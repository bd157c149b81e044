import Extensions
import KubernetesAPI
import Manifest
import Platform

/// In which clusters an installation requests agents, and with what config (docs/KUBESPHERE.md: Placements).
///
/// A value: decisions depend only on it and the cluster's object.
struct AgentPlacement: Hashable, Sendable {
  /// The clusters requested by name; if there are any, the selector is ignored.
  var clusters: [String]
  /// Selects clusters by their labels.
  var selector: LabelSelector?
  private var config: String
  private var overrides: [String: String]

  /// The decision about the agent in one cluster.
  enum Decision: Hashable, Sendable {
    case unwanted
    case wanted
    /// It is requested but cannot be installed: a reason for programs, and a message for the user.
    case skipped(String, String)
  }

  init(_ spec: Value) {
    let scheduling = spec["clusterScheduling"]
    clusters = scheduling?[path: "placement", "clusters"]?.sequence?.compactMap(\.string) ?? []
    selector = scheduling?[path: "placement", "clusterSelector"].flatMap(LabelSelector.init(kubernetes:))
    config = spec["config"]?.string ?? spec["config"].map { $0 == .null ? "" : YAML.text($0) } ?? ""
    overrides = Dictionary(
      (scheduling?["overrides"]?.mapping?.pairs ?? []).map { ($0.key, $0.value.string ?? "") },
      uniquingKeysWith: { $1 })
  }

  /// The decision about the agent in the cluster called `name`; `cluster` is its object.
  func decision(_ name: String, _ cluster: Object?) -> Decision {
    guard asksFor(name, cluster) else { return .unwanted }
    guard let cluster else { return .skipped("ClusterNotFound", "there is no such cluster") }
    let member = MemberCluster(cluster)
    if let obstacle = member.obstacle { return .skipped("ClusterNotReady", obstacle.english) }
    let hasConfig = cluster.spec[path: "connection", "kubeconfig"]?.string?.isEmpty == false
    return member.isHost || hasConfig ? .wanted : .skipped("NoKubeconfig", "it has no kubeconfig")
  }

  private func asksFor(_ name: String, _ cluster: Object?) -> Bool {
    if !clusters.isEmpty { return clusters.contains(name) }
    guard let selector, let cluster else { return false }
    return selector.matches(cluster.labels)
  }

  /// The config of the agent in `cluster`: the extension's config, overridden by that for the cluster.
  ///
  /// Byte for byte like the shipped controller's, because the hash in the status is that of the text.
  func config(in cluster: String) throws(StepError) -> String {
    guard let override = overrides[cluster] else { return config }
    let (below, above) = (config.trimmed(), override.trimmed())
    if above.isEmpty { return below }
    let over = try mapping(above, "the config for \(cluster)")
    if below.isEmpty { return above }
    let merged = Self.merge(over, over: try mapping(below, "the config"))
    return YAML.text(.mapping(merged), isWide: true)
  }

  private func mapping(_ text: String, _ what: String) throws(StepError) -> Mapping {
    let value: Value
    do { value = try YAML.parse(text) } catch { throw .permanent("\(what): \(error)") }
    guard let mapping = value.mapping ?? (value == .null ? [:] : nil) else {
      throw .permanent("\(what) is no mapping of values")
    }
    return mapping
  }

  /// Mappings are merged, and other values replaced; null is kept, because helm removes a default for it.
  private static func merge(_ above: Mapping, over below: Mapping) -> Mapping {
    var values = below.byKey
    for pair in above.pairs {
      if let inner = pair.value.mapping, let outer = values[pair.key]?.mapping {
        values[pair.key] = .mapping(merge(inner, over: outer))
      } else {
        values[pair.key] = pair.value
      }
    }
    return Mapping(values.keys.sorted().map { Mapping.Pair(key: $0, value: sorted(values[$0] ?? .null)) })
  }

  private static func sorted(_ value: Value) -> Value {
    switch value {
    case .mapping(let mapping): .mapping(merge([:], over: mapping))
    case .sequence(let items): .sequence(items.map(sorted))
    default: value
    }
  }
}

extension LabelSelector {
  /// Parses Kubernetes' `matchLabels` and `matchExpressions`; an empty selector matches everything; `nil` if it is
  /// invalid.
  init?(kubernetes value: Value) {
    guard value.mapping != nil else { return nil }
    var parts = (value["matchLabels"]?.mapping?.pairs ?? []).map { "\($0.key)=\($0.value.string ?? "")" }
    for expression in value["matchExpressions"]?.sequence ?? [] {
      let key = expression["key"]?.string ?? ""
      let values = (expression["values"]?.sequence ?? []).compactMap(\.string).joined(separator: ",")
      switch expression["operator"]?.string {
      case "In"?: parts.append("\(key) in (\(values))")
      case "NotIn"?: parts.append("\(key) notin (\(values))")
      case "Exists"?: parts.append(key)
      case "DoesNotExist"?: parts.append("!\(key)")
      default: return nil
      }
    }
    guard let selector = try? LabelSelector(parts.joined(separator: ",")) else { return nil }
    self = selector
  }
}
