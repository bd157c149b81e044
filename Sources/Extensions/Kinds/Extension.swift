import Client
package import KubernetesAPI
package import Manifest
package import Packages

/// An extension of the marketplace, installed or not.
///
/// Decoded tolerantly: every era's names for the same thing are read (docs/KUBESPHERE.md: Eras).
package struct Extension: StoreElement {
  package var name: String
  package var resourceVersion: String
  package var displayName: Localized
  package var description: Localized
  /// Empty if the extension has no category.
  package var category: String
  /// The repository it comes from, or empty.
  package var repository: String
  /// The provider's name for display, or empty.
  package var provider: Localized
  package var state: InstallationState
  /// `status.enabled`; `nil` if the cluster does not report it.
  package var isEnabled: Bool?
  /// The version that the cluster reports as installed.
  ///
  /// After a failure this is the version that was tried
  /// (docs/KUBESPHERE.md: Extension status), so infer nothing from it without `state`.
  package var installedVersion: String
  /// The running version; only ksxd's first design reports it (docs/KUBESPHERE.md: Extension status).
  package var runningVersion: String
  /// The version that the cluster recommends, or empty.
  package var recommendedVersion: String
  /// All offered versions, oldest first, as the cluster sorts them.
  package var versions: [String]
  package var isBeingDeleted: Bool

  /// Fields that consoles do not use, and that make up most of the bytes.
  package static let bulkyFields = JSONPaths(["spec", "icon"], ["metadata", "managedFields"])

  /// The states of the first design, which are those of helm releases.
  private static let wordsOfHelm = [
    "deployed", "failed", "pending-install", "pending-upgrade", "pending-rollback", "uninstalling",
  ]

  package init(_ object: Object, dialect: Dialect) {
    let spec = object.spec
    let status = object.status
    name = object.name
    resourceVersion = object.resourceVersion
    displayName = Localized(spec["displayName"])
    description = Localized(spec["description"])
    category =
      object.labels[dialect.categoryLabel] ?? object.labels["extensions.kubesphere.io/category"]
      ?? object.labels["kubesphere.io/category"] ?? ""
    repository = object.labels["kubesphere.io/repository-ref"] ?? object.labels["kubesphere.io/repo"] ?? ""
    provider = Self.provider(spec)
    state = InstallationState(status["state"]?.string ?? "")
    isEnabled = status["enabled"]?.bool
    installedVersion = status["installedVersion"]?.string ?? status["subscribedVersion"]?.string ?? ""
    runningVersion =
      Self.wordsOfHelm.contains(status["state"]?.string ?? "") ? status["subscribedVersion"]?.string ?? "" : ""
    recommendedVersion = status["recommendedVersion"]?.string ?? status["recommendVersion"]?.string ?? ""
    versions = status["versions"]?.sequence?.compactMap { $0["version"]?.string } ?? []
    isBeingDeleted = object.isBeingDeleted
  }

  /// `provider` is a map from language to a party, `vendor` such a map or one party, `maintainers` a list.
  static func provider(_ spec: Value) -> Localized {
    if let name = spec["vendor"]?["name"]?.string { return Localized(["": name]) }
    if let parties = (spec["provider"] ?? spec["vendor"])?.mapping {
      return Localized(
        Dictionary(
          parties.pairs.compactMap { pair in pair.value["name"]?.string.map { (pair.key, $0) } },
          uniquingKeysWith: { $1 }))
    }
    let names = spec["maintainers"]?.sequence?.compactMap { $0["name"]?.string } ?? []
    return Localized(names.isEmpty ? [:] : ["": names.joined(separator: ", ")])
  }
}
