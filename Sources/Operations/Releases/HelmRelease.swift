package import KubernetesAPI
package import Manifest
import Packages
import Platform

/// One revision of a Helm release, from its Secret.
///
/// The data is gzipped JSON in Base64, which the Secret encodes in Base64 again. Only the fields that ksx shows are
/// kept, because rendered manifests may contain passwords.
package struct HelmRelease: Hashable, Sendable {
  package var name: String
  package var namespace: String
  package var revision: Int
  /// helm's status: `deployed`, `superseded`, `failed`, `pending-upgrade` and others.
  package var status: String
  package var chartVersion = ""
  package var appVersion = ""
  /// When it was last deployed, RFC 3339 in UTC, or empty.
  package var time = ""
  package var summary = ""
  /// The values that it was given besides the chart's defaults; `nil` if the Secret could not be unpacked.
  package var config: Value?

  /// The label selector of Helm's Secrets.
  static let selector = "owner=helm"

  /// Reads one of Helm's Secrets; if its data cannot be unpacked, the labels are sufficient.
  package init?(secret: Object) {
    let labels = secret.labels
    guard labels["owner"] == "helm", let name = labels["name"], let status = labels["status"],
      let revision = labels["version"].flatMap({ Int($0) })
    else { return nil }
    self.name = name
    self.status = status
    self.revision = revision
    namespace = secret.namespace ?? ""
    if let text = secret.value[path: "data", "release"]?.string { unpack(text) }
  }

  private mutating func unpack(_ text: String) {
    guard let outer = Base64.decode(text), let inner = Base64.decode(String(decoding: outer, as: UTF8.self)),
      let bytes = try? Gzip.unpack(inner, limit: 64 << 20), let value = try? JSON.parse(bytes)
    else { return }
    chartVersion = Chart.text(value[path: "chart", "metadata", "version"])
    appVersion = Chart.text(value[path: "chart", "metadata", "appVersion"])
    let written = value[path: "info", "last_deployed"]?.string ?? ""
    time = Timestamp.seconds(written).map(Timestamp.text) ?? ""
    summary = CredentialText.removed(from: value[path: "info", "description"]?.string ?? "")
    config = value["config"] ?? .mapping([:])
  }

  /// Whether helm is working on it, or was killed while it was.
  package var isPending: Bool { status.hasPrefix("pending-") }

  /// The name of its Secret.
  package var secretName: String { "sh.helm.release.v1.\(name).v\(revision)" }
}

extension [HelmRelease] {
  /// The newest revision, whatever its status.
  package var newest: HelmRelease? { self.max { $0.revision < $1.revision } }

  /// The revision that runs: the newest that is deployed.
  package var deployed: HelmRelease? { filter { $0.status == "deployed" }.newest }
}
