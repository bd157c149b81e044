import KubernetesAPI
import Manifest
import Packages
package import Platform

/// An image built without docker (OCI image spec); the same files give the same bytes.
package struct BuiltImage: Hashable, Sendable {
  /// Blobs by digest, including the configuration.
  package private(set) var blobs: [String: [UInt8]] = [:]
  package private(set) var manifest: [UInt8] = []
  package var digest: String { "sha256:" + SHA256.hex(manifest) }

  private static let layerType = "application/vnd.oci.image.layer.v1.tar+gzip"
  private static let configType = "application/vnd.oci.image.config.v1+json"
  static let manifestType = ImageManifest.mediaTypes[0]

  /// Settings in the image's configuration.
  package struct Settings: Hashable, Sendable {
    package var workingDirectory = "/charts"
    package var command = ["serve"]
    package var labels: [String: String] = [:]

    package init() {}
  }

  /// An image with one layer of `files`, whose paths are relative to the root, on top of the layers of `base` if given.
  package init(
    _ files: [String: [UInt8]], executables: Set<String> = [], over base: BaseImage? = nil,
    _ settings: Settings = Settings()
  ) {
    let tar = TarWriter.archive(files, executables: executables)
    let layer = Gzip.pack(tar)
    var layers = base?.layers ?? []
    layers.append(add(layer, type: Self.layerType))
    var configuration = base?.configuration ?? ["architecture": "amd64", "os": "linux"]
    let diffs = configuration[path: "rootfs", "diff_ids"]?.sequence ?? []
    configuration = configuration.setting(
      ["rootfs"], to: ["type": "layers", "diff_ids": .sequence(diffs + [.string("sha256:" + SHA256.hex(tar))])])
    var config = configuration["config"]?.mapping ?? [:]
    config["WorkingDir"] = .string(settings.workingDirectory)
    config["Cmd"] = .sequence(settings.command.map(Value.string))
    if !settings.labels.isEmpty {
      config["Labels"] = MergePatch.apply(Value(settings.labels), to: config["Labels"] ?? .mapping([:]))
    }
    configuration = configuration.setting(["config"], to: .mapping(config)).setting(["history"], to: nil)
    for (digest, bytes) in base?.blobs ?? [:] { blobs[digest] = bytes }
    manifest = JSON.bytes([
      "schemaVersion": 2, "mediaType": .string(Self.manifestType),
      "config": add(JSON.bytes(configuration), type: Self.configType), "layers": .sequence(layers),
    ])
  }

  private mutating func add(_ bytes: [UInt8], type: String) -> Value {
    let digest = "sha256:" + SHA256.hex(bytes)
    blobs[digest] = bytes
    return ["mediaType": .string(type), "digest": .string(digest), "size": .integer(bytes.count)]
  }

  /// Writes the image as an OCI image layout, which skopeo, podman and others read, with the tag `tag`.
  package func write(layout folder: String, tag: String) throws(SystemError) {
    try Files.makeDirectory(folder + "/blobs/sha256", mode: 0o755)
    for (digest, bytes) in blobs {
      try Files.write(bytes, to: "\(folder)/blobs/sha256/\(digest.dropFirst(7))", mode: 0o644)
    }
    try Files.write(manifest, to: "\(folder)/blobs/sha256/\(digest.dropFirst(7))", mode: 0o644)
    try Files.write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: folder + "/oci-layout", mode: 0o644)
    let entry: Value = [
      "mediaType": .string(Self.manifestType), "digest": .string(digest), "size": .integer(manifest.count),
      "annotations": ["org.opencontainers.image.ref.name": .string(tag)],
    ]
    let index: Value = ["schemaVersion": 2, "manifests": [entry]]
    try Files.write(JSON.bytes(index), to: folder + "/index.json", mode: 0o644)
  }

  /// Pushes the image to a registry, blobs first; blobs that it already has are not sent.
  package func push(to reference: ImageReference, access: RepositoryAccess) async throws(RepositoryError) {
    guard let client = RegistryClient(host: reference.host, access: access) else {
      throw RepositoryError("\(reference.registry) is no name of a registry")
    }
    for (digest, bytes) in blobs.sorted(by: { $0.key < $1.key }) {
      try await client.upload(bytes, digest, to: reference.path)
    }
    try await client.put(manifest, type: Self.manifestType, as: reference.tag, at: reference.path)
  }
}

/// An image that another is built on.
package struct BaseImage: Hashable, Sendable {
  /// The descriptors of the layers in its manifest.
  var layers: [Value]
  var configuration: Value
  var blobs: [String: [UInt8]]

  /// The OCI media type for a docker one: an OCI manifest needs OCI layers, and their bytes are the same.
  private static func ociType(_ type: String) -> String {
    switch type {
    case "application/vnd.docker.image.rootfs.diff.tar.gzip": "application/vnd.oci.image.layer.v1.tar+gzip"
    case "application/vnd.docker.image.rootfs.diff.tar": "application/vnd.oci.image.layer.v1.tar"
    default: type
    }
  }

  /// Bytes of all layers together, which are held in memory.
  private static let largest = 1 << 30

  /// Pulls the image that `reference` names.
  package init(_ reference: ImageReference, access: RepositoryAccess) async throws(RepositoryError) {
    guard let client = RegistryClient(host: reference.host, access: access) else {
      throw RepositoryError("\(reference.registry) is no name of a registry")
    }
    var manifest = try await client.manifest(reference.path, reference.selector)
    if manifest.layers.isEmpty, let best = manifest.best {
      manifest = try await client.manifest(reference.path, best.digest)
    }
    guard let config = manifest.config else { throw RepositoryError("\(reference.text) has no configuration") }
    let bytes = try await client.blob(reference.path, config, limit: 8 << 20)
    do { configuration = try JSON.parse(bytes) } catch { throw RepositoryError("\(reference.text): \(error)") }
    (layers, blobs) = ([], [:])
    var left = Self.largest
    for layer in manifest.layers {
      let bytes = try await client.blob(reference.path, layer, limit: left)
      left -= bytes.count
      blobs[layer.digest] = bytes
      layers.append(
        [
          "mediaType": .string(Self.ociType(layer.mediaType)), "digest": .string(layer.digest),
          "size": .integer(bytes.count),
        ])
    }
  }
}
