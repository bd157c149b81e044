package import Extensions
import HTTP
package import KubernetesAPI
package import Manifest
package import Platform

/// The settings of a repository that a user changes; `nil` leaves a setting unchanged.
package struct RepositorySettings: Hashable, Sendable {
  package var address: String?
  package var description: String?
  package var interval: String?
  package var depth: Int?
  package var isInsecure: Bool?
  /// CA certificates to trust, in PEM.
  package var authority: [UInt8]?
  package var username: String?
  package var password: String?

  package init() {}

  /// The fields of the spec in `dialect`; fails if `dialect` lacks a field, or a value is not valid.
  package func spec(in dialect: Dialect) -> Result<Mapping, RepositoryRefusal> {
    var spec = Mapping()
    if let address {
      if let flaw = Self.flaw(in: address) { return .failure(.init(flaw)) }
      spec[Self.field(of: address, in: dialect)] = .string(address)
    }
    if let description { spec["description"] = .string(description) }
    if let interval {
      guard Self.isDuration(interval) else {
        return .failure(.init("--interval is a duration such as 30m, not \(interval)"))
      }
      spec["updateStrategy"] = Self.updateStrategy(.string(interval), in: dialect)
    }
    for (value, key) in [(depth.map(Value.integer), "depth"), (isInsecure.map(Value.bool), "insecure")] {
      guard let value else { continue }
      guard dialect.name == .installPlan else { return .failure(.init("repositories of this cluster have no \(key)")) }
      spec[key] = value
    }
    if let authority { spec["caBundle"] = .string(Base64.encode(authority)) }
    if username != nil || password != nil {
      var auth = Mapping()
      if let username { auth["username"] = .string(username) }
      if let password { auth["password"] = .string(password) }
      spec["basicAuth"] = .mapping(auth)
    }
    return .success(spec)
  }

  /// The update strategy that sets the interval; KubeSphere's CRD requires a timeout in it (docs/KUBESPHERE.md:
  /// Repositories).
  package static func updateStrategy(_ interval: Value, timeout: Value? = nil, in dialect: Dialect) -> Value {
    var strategy: Mapping = ["registryPoll": ["interval": interval]]
    if dialect.name == .installPlan { strategy["timeout"] = timeout ?? "2m" }
    return .mapping(strategy)
  }

  /// The field of the spec for `address`.
  ///
  /// The name of an image has no scheme. Before InstallPlans there was only `image`, which is required
  /// (docs/KUBESPHERE.md: Repositories).
  package static func field(of address: String, in dialect: Dialect) -> String {
    dialect.name == .installPlan && address.containsText("://") ? "url" : "image"
  }

  /// Why no controller could read from `address`; `nil` if its syntax is valid.
  static func flaw(in address: String) -> String? {
    let shown = MaskedText(address).text
    let expected =
      "\(shown) is no address: https://HOST/PATH, oci://HOST/PATH, file:///FOLDER or the name of an image is expected"
    guard let scheme = address.rangeOfText("://") else {
      let isName = address.utf8.allSatisfy { $0 > 0x20 } && !"/.".utf8.contains(address.utf8.first ?? 0x2f)
      return isName ? nil : expected
    }
    let rest = address[scheme.upperBound...]
    switch address[..<scheme.lowerBound].lowercased() {
    case "file": return rest.hasPrefix("/") ? nil : expected
    case "http", "https", "oci":
      return rest.utf8.allSatisfy { $0 > 0x20 } && ServerAddress("https://" + rest) != nil ? nil : expected
    default: return expected
    }
  }

  private static func isDuration(_ text: String) -> Bool {
    DurationText.seconds(text, units: DurationText.goUnits) != nil
  }
}

/// Why the settings of a repository are refused.
package struct RepositoryRefusal: Error, Hashable, Sendable {
  package let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}

/// A change of a repository, which is a single write.
package enum RepositoryChange: Hashable, Sendable {
  case add(String, Mapping)
  case edit(Object, Mapping)
  /// Makes the controllers read it now.
  case sync(Object)
  case remove(Object)

  package func write(in dialect: Dialect) -> Write {
    switch self {
    case .add(let name, let spec):
      return .create(dialect.repositories, Object(dialect.repositories, name: name, ["spec": .mapping(spec)]))
    case .edit(let object, let spec):
      var spec = spec
      // Only the interval was asked for.
      if var strategy = spec["updateStrategy"]?.mapping, object.spec[path: "updateStrategy", "timeout"] != nil {
        strategy["timeout"] = nil
        spec["updateStrategy"] = .mapping(strategy)
      }
      // `url` and `image` exclude each other.
      for (one, other) in [("url", "image"), ("image", "url")] where spec[one] != nil && object.spec[other] != nil {
        spec[other] = .null
      }
      let metadata: Value = ["resourceVersion": .string(object.resourceVersion)]
      return .patch(dialect.repositories, name: object.name, ["metadata": metadata, "spec": .mapping(spec)])
    case .sync(let object):
      let wasRead = !RepositoryFacts.lastSync(of: object).isEmpty
      return .patch(
        dialect.repositories, name: object.name, Self.sync(wasRead: wasRead, at: .now(), in: dialect))
    case .remove(let object): return .delete(dialect.repositories, name: object.name, uid: object.uid)
    }
  }

  /// The patch that makes the controllers read a repository now (docs/KUBESPHERE.md: Repositories).
  ///
  /// A repository that was never read has no sync time to remove, so the patch would change nothing; then `time` is set
  /// as an annotation.
  package static func sync(wasRead: Bool, at time: Timestamp, in dialect: Dialect) -> Value {
    var annotations: Mapping = wasRead ? [:] : [Retry.nudgeAnnotation: .string(time.description)]
    var body: Mapping = [:]
    if dialect.name == .installPlan {
      body["status"] = ["lastSyncTime": .null]
    } else {
      annotations[RepositoryFacts.syncAnnotation] = .null
    }
    if !annotations.isEmpty { body["metadata"] = ["annotations": .mapping(annotations)] }
    return .mapping(body)
  }

  /// The effects, one for each line; `extensions` are all extensions of the cluster.
  package func effects(_ extensions: [Extension], _ installed: Installations) -> [Plan.Effect] {
    switch self {
    case .add(let name, let spec): return [Plan.Effect(.added, "repository \(name)")] + Self.lines(spec)
    case .edit(_, let spec): return Self.lines(spec)
    case .sync(let object):
      return [
        Plan.Effect(.note, "repository \(object.name) is read again now"),
        Plan.Effect(.note, "a chart that cannot be fetched meanwhile has its version deleted"),
      ]
    case .remove(let object):
      let names = extensions.filter { $0.repository == object.name }.map(\.name).sorted()
      let gone = names.filter { installed.of($0) == nil }.map {
        Plan.Effect(.removed, "extension \($0), which is not installed")
      }
      let kept = names.compactMap(installed.of).map(Self.rest)
      return [Plan.Effect(.removed, "repository \(object.name)")] + gone + kept
    }
  }

  /// What happens to an installed extension of a removed repository.
  ///
  /// KubeSphere's controllers also delete its ExtensionVersions, without which they do nothing (docs/KUBESPHERE.md:
  /// Repositories).
  private static func rest(_ installation: Installation) -> Plan.Effect {
    let name = installation.extension
    return installation.isManagedByStandalone
      ? Plan.Effect(.note, "\(name) stays installed, and has no more versions to go to")
      : Plan.Effect(
        .removed,
        "the versions of \(name), which runs on: its changes, its switch and its uninstall are stored and not carried out until a repository offers \(installation.version) again"
      )
  }

  /// The fields that are set, with secrets masked.
  private static func lines(_ spec: Mapping) -> [Plan.Effect] {
    spec.pairs.map { pair in
      let shown = SecretKeys.masked(pair.value, at: [pair.key])
      let value = pair.key == "caBundle" ? SecretKeys.mask : shown.string ?? JSON.text(shown)
      return Plan.Effect(.changed, "\(pair.key): \(value)")
    }
  }
}
