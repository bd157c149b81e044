import Extensions
import KubernetesAPI
import Manifest
import Platform

/// In which clusters an installation asks for its agents, and with what config there (docs/KUBESPHERE.md: Placements).
///
/// A value: what is decided of a cluster depends on this and the cluster's object alone.
struct AgentPlacement: Hashable, Sendable {
  /// The clusters that are named; where there are any, no selector counts.
  var clusters: [String]
  /// By which labels the others are chosen.
  var selector: LabelSelector?
  private var config: String
  private var overrides: [String: String]

  /// What is decided of one cluster.
  enum Decision: Hashable, Sendable {
    case unwanted
    case wanted
    /// It is asked for, and cannot be made: a word for programs, and a line for the user.
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

  /// What becomes of the agent in the cluster called `name`, whose object is `cluster`.
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

  /// The config of the agent in `cluster`: the extension's, with what is set for that cluster over it.
  ///
  /// In the bytes of the shipped controller, because the fingerprint is of those.
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
    do { value = try YAML.parse(text) } catch { throw .lasting("\(what): \(error)") }
    guard let mapping = value.mapping ?? (value == .null ? [:] : nil) else {
      throw .lasting("\(what) is no mapping of values")
    }
    return mapping
  }

  /// Mappings are merged, anything else is replaced; a null stays one, with which helm takes a default away.
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
  /// From Kubernetes' `matchLabels` and `matchExpressions`; an empty one takes everything, and `nil` is one that is none.
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
