import Extensions
import Manifest

/// A chart repository on disk: packed charts and the index that lists them, as helm makes it.
struct ChartRepository {
  var folder: String

  /// Writes every package and the index; the same packages give the same bytes.
  func write(_ packages: [Packed]) throws(FileError) {
    try Files.makeFolder(folder)
    var entries = Mapping()
    for packed in packages {
      let file = "\(packed.chart.name)-\(packed.chart.version).tgz"
      let archive = packed.package.archive(folder: packed.chart.name)
      try Files.write(archive, to: folder + "/" + file)
      let listed = entries[packed.chart.name]?.sequence ?? []
      entries[packed.chart.name] = .sequence(listed + [Self.entry(packed, file, SHA256.hex(archive))])
    }
    let index: Value = ["apiVersion": "v1", "entries": .mapping(entries), "generated": "2026-06-01T00:00:00Z"]
    // Last, so that a reader never finds a chart missing that the index lists.
    try Files.write(Array(YAML.text(index).utf8), to: folder + "/index.yaml")
  }

  /// A package, its chart, and the day it came out.
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
