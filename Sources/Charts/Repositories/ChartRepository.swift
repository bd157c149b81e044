import Manifest
import Packages
import Platform

/// A chart repository on disk as helm makes it: packed charts and an index.
struct ChartRepository {
  var folder: String

  /// Writes every package and the index; the same packages give the same bytes.
  func write(_ packages: [Packed]) throws(SystemError) {
    try Files.makeDirectory(folder, mode: 0o755)
    var entries = Mapping()
    for packed in packages {
      let file = "\(packed.chart.name)-\(packed.chart.version).tgz"
      let archive = packed.package.archive(folder: packed.chart.name)
      try write(archive, file)
      let listed = entries[packed.chart.name]?.sequence ?? []
      entries[packed.chart.name] = .sequence(listed + [Self.entry(packed, file, SHA256.hex(archive))])
    }
    let index: Value = ["apiVersion": "v1", "entries": .mapping(entries), "generated": "2026-06-01T00:00:00Z"]
    // The index is written last, so that readers find every chart that it lists.
    try write(Array(YAML.text(index).utf8), "index.yaml")
  }

  /// Writes a file, unless it has these bytes already.
  private func write(_ bytes: [UInt8], _ name: String) throws(SystemError) {
    let path = folder + "/" + name
    if let present = try? Files.read(path), present == bytes { return }
    try Files.write(bytes, to: path, mode: 0o644)
  }

  /// A package, its chart, and the time of its release.
  struct Packed {
    var package: Package
    var chart: Chart
    var created: String
  }

  private static func entry(_ packed: Packed, _ file: String, _ digest: String) -> Value {
    [
      "apiVersion": "v2", "name": .string(packed.chart.name), "version": .string(packed.chart.version),
      "appVersion": .string(packed.chart.appVersion), "description": .string(packed.chart.description),
      "created": .string(packed.created), "digest": .string(digest), "urls": [.string(file)],
    ]
  }
}
