import Manifest
import Platform

extension Package {
  /// Reads a chart that lies unpacked in `folder`, without what its `.helmignore` leaves out.
  package init(folder: String, limits: Limits = Limits()) throws(PackageError) {
    let rules = try Self.ignoreRules(in: folder)
    var files: [String: [UInt8]] = [:]
    var total = 0
    do {
      let entries = try FolderEntry.all(below: folder, limit: limits.files) { rules.leaveOut($0, isFolder: $1) }
      for entry in entries {
        total += entry.size
        // What grows while it is read is cut off by the limit of reading.
        guard total <= limits.bytes else { throw PackageError.tooLarge(limit: limits.bytes) }
        files[entry.path] = try Files.read(folder + "/" + entry.path, limit: limits.bytes)
      }
    } catch let error as PackageError {
      throw error
    } catch {
      throw .malformed("\(error)")
    }
    guard files["Chart.yaml"] != nil else { throw .missing(path: "Chart.yaml") }
    self.init(files: files)
  }

  private static func ignoreRules(in folder: String) throws(PackageError) -> IgnoreRules {
    let path = folder + "/.helmignore"
    if !Files.exists(path) { return try IgnoreRules("") }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 1 << 20) } catch { throw .malformed("\(error)") }
    return try IgnoreRules(bytes: bytes)
  }

  /// The package as helm must be given it: a `kubeVersion` that is a bare version becomes the minimum that it means.
  package var forHelm: Package {
    guard let text = text("Chart.yaml"), let node = (try? YAML.node(text))?["kubeVersion"], let written = node.text,
      VersionConstraint.orMinimum(written) != written
    else { return self }
    var lines = text.lines
    // In a mapping that stands in one line it cannot be told what else stands there.
    guard lines.indices.contains(node.line - 1), lines[node.line - 1].hasPrefix("kubeVersion:") else { return self }
    lines[node.line - 1] = "kubeVersion: \"\(VersionConstraint.orMinimum(written))\""
    var files = files
    files["Chart.yaml"] = Array(lines.joined(separator: "\n").utf8)
    return Package(files: files)
  }
}
