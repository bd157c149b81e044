package import KubernetesAPI

/// The extension of each release: objects of the first design may name only their release, in
/// `meta.helm.sh/release-name`.
package struct ReleaseOwners: Hashable, Sendable {
  private var extensions: [String: String] = [:]

  package init(_ installations: [Installation] = []) {
    self.init(names: installations.map { ($0.name, $0.releaseName, $0.extension) })
  }

  /// A release has the name that its installation gives, or else the installation's own name.
  package init(names: [(installation: String, release: String, extension: String)]) {
    for name in names { extensions[name.installation] = name.extension }
    for name in names where !name.release.isEmpty { extensions[name.release] = name.extension }
  }

  package subscript(release: String) -> String? { extensions[release] }

  /// The extension in the label of `object`, else that of its release, else the release's name; empty without either.
  package func extensionName(of object: Object, _ dialect: Dialect) -> String {
    if let label = object.labels[dialect.extensionLabel] { return label }
    return Self.release(of: object, dialect).map { extensions[$0] ?? $0 } ?? ""
  }

  /// The release that `object` names; `nil` if it has a label with its extension.
  static func release(of object: Object, _ dialect: Dialect) -> String? {
    guard dialect.era == .seed, object.labels[dialect.extensionLabel] == nil else { return nil }
    return object.annotations["meta.helm.sh/release-name"]
  }
}

extension RuleObject {
  /// The object with the extension of its release, if it names only that.
  fileprivate func resolved(_ owners: ReleaseOwners) -> RuleObject {
    guard let owner = owners[release] else { return self }
    var object = self
    object.extension = owner
    return object
  }
}

extension APIServiceRule {
  func resolved(_ owners: ReleaseOwners) -> APIServiceRule {
    var rule = self
    rule.object = object.resolved(owners)
    return rule
  }
}

extension ReverseProxyRule {
  func resolved(_ owners: ReleaseOwners) -> ReverseProxyRule {
    var rule = self
    rule.object = object.resolved(owners)
    return rule
  }
}

extension JSBundleRule {
  /// Its own file is served below the name of the extension, not of the release.
  package func resolved(_ owners: ReleaseOwners) -> JSBundleRule {
    var rule = self
    rule.object = object.resolved(owners)
    let former = "/dist/\(object.extension)/"
    if rule.object.extension != object.extension, let path = files.first?.path, path.hasPrefix(former) {
      rule.files[0].path = "/dist/\(rule.object.extension)/" + path.dropFirst(former.count)
    }
    return rule
  }
}
