package import Extensions
import HTTP
package import KubernetesAPI
package import Manifest
package import Platform

/// What a user sets of a repository; what is `nil` stays as it is.
package struct RepositorySettings: Hashable, Sendable {
  package var address: String?
  package var description: String?
  package var interval: String?
  package var depth: Int?
  package var isInsecure: Bool?
  /// Certificates to trust, PEM.
  package var authority: [UInt8]?
  package var username: String?
  package var password: String?

  package init() {}

  /// The fields of the spec in `dialect`, or what it does not have, as a sentence.
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

  /// How often a repository is read; where there is a strategy, shipped KubeSphere wants a timeout in it
  /// (docs/KUBESPHERE.md: Repositories).
  package static func updateStrategy(_ interval: Value, timeout: Value? = nil, in dialect: Dialect) -> Value {
    var strategy: Mapping = ["registryPoll": ["interval": interval]]
    if dialect.name == .installPlan { strategy["timeout"] = timeout ?? "2m" }
    return .mapping(strategy)
  }

  /// The field that `address` goes into.
  ///
  /// A name of an image has no scheme; before shipped KubeSphere there was only `image`, and it must be there
  /// (docs/KUBESPHERE.md: Repositories).
  package static func field(of address: String, in dialect: Dialect) -> String {
    dialect.name == .installPlan && address.containsText("://") ? "url" : "image"
  }

  /// Why no controller could read from `address`, or `nil` where one may.
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

/// Why a repository cannot be as it was asked for.
package struct RepositoryRefusal: Error, Hashable, Sendable {
  package let sentence: String

  init(_ sentence: String) { self.sentence = sentence }
}

/// What is done to a repository, as the one write that does it.
package enum RepositoryChange: Hashable, Sendable {
  case add(String, Mapping)
  case edit(Object, Mapping)
  /// Have it read again now.
  case sync(Object)
  case remove(Object)

  package func write(in dialect: Dialect) -> Write {
    switch self {
    case .add(let name, let spec):
      return .create(dialect.repositories, Object(dialect.repositories, name: name, ["spec": .mapping(spec)]))
    case .edit(let object, let spec):
      var spec = spec
      // An image and an address exclude each other.
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

  /// The patch that has a repository read now (docs/KUBESPHERE.md: Repositories).
  ///
  /// Of one that was never read there is no time to take away, and nothing would be changed: it is nudged with `time`.
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

  /// What will be different, a line each; `extensions` are all of the marketplace.
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

  /// What is left of what is installed: KubeSphere's controllers take its version away too, without which they do nothing
  /// any more (docs/KUBESPHERE.md: Repositories).
  private static func rest(_ installation: Installation) -> Plan.Effect {
    let name = installation.extension
    return installation.isKeptByStandalone
      ? Plan.Effect(.note, "\(name) stays installed, and has no more versions to go to")
      : Plan.Effect(
        .removed,
        "the versions of \(name), which runs on: its changes, its switch and its uninstall are stored and not carried out until a repository offers \(installation.version) again"
      )
  }

  /// The fields that are set, with no password.
  private static func lines(_ spec: Mapping) -> [Plan.Effect] {
    spec.pairs.map { pair in
      let shown = SecretKeys.masked(pair.value, at: [pair.key])
      let value = pair.key == "caBundle" ? SecretKeys.mask : shown.string ?? JSON.text(shown)
      return Plan.Effect(.changed, "\(pair.key): \(value)")
    }
  }
}
