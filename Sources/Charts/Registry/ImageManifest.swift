import Manifest
import Packages
import Platform

/// The manifest of an image or a chart, or an index of manifests (OCI image spec, and docker's schema 2).
struct ImageManifest: Hashable, Sendable {
  /// A blob, or another manifest.
  struct Descriptor: Hashable, Sendable {
    var mediaType: String
    var digest: String
    /// The platform of a manifest in an index, such as `linux/amd64`.
    var platform: String

    init?(_ value: Value) {
      guard let digest = value["digest"]?.string, ImageReference.isDigest(digest) else { return nil }
      self.digest = digest
      mediaType = value["mediaType"]?.string ?? ""
      platform = [value[path: "platform", "os"], value[path: "platform", "architecture"]]
        .compactMap { $0?.string }.joined(separator: "/")
    }
  }

  /// The manifests of an index, one for each platform.
  var manifests: [Descriptor]
  var config: Descriptor?
  var layers: [Descriptor]
  /// The digest of the manifest itself.
  var digest: String

  static let mediaTypes = [
    "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
  ]
  /// Bytes; registries allow at least this many, and most no more.
  static let largest = 4 << 20

  init(_ bytes: [UInt8]) throws(RepositoryError) {
    digest = "sha256:" + SHA256.hex(bytes)
    let value: Value
    do { value = try JSON.parse(bytes) } catch { throw RepositoryError("its manifest is no JSON: \(error)") }
    guard value["schemaVersion"]?.integer == 2 else {
      throw RepositoryError("its manifest is of a kind that is not read: schemaVersion 2 is")
    }
    manifests = (value["manifests"]?.sequence ?? []).compactMap(Descriptor.init)
    config = value["config"].flatMap(Descriptor.init)
    layers = (value["layers"]?.sequence ?? []).compactMap(Descriptor.init)
    let written = (value["layers"]?.sequence ?? []).count
    guard layers.count == written else { throw RepositoryError("its manifest has a layer without a SHA-256 digest") }
    guard layers.count <= 1000 else { throw RepositoryError("its manifest has more than 1000 layers") }
  }

  /// The manifest for this platform, or else any: charts are the same on all platforms.
  var best: Descriptor? {
    let real = manifests.filter { !$0.platform.hasPrefix("unknown/") }
    for platform in ["linux/amd64", "linux/arm64"] {
      if let found = real.first(where: { $0.platform == platform }) { return found }
    }
    return real.first
  }
}
