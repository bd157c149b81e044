import Manifest
import Platform

extension Package {
  /// Reads a chart from `folder`, without what its `.helmignore` leaves out; `made` are files that are added to those
  /// in the folder.
  package init(
    folder: String, with made: [String: [UInt8]] = [:], limits: Limits = Limits()
  ) throws(PackageError) {
    let rules = try Self.ignoreRules(in: folder)
    var files = made
    var total = 0
    do {
      let entries = try FolderEntry.all(below: folder, limit: limits.files) { rules.ignores($0, isFolder: $1) }
      for entry in entries {
        total += entry.size
        // The limit of the read covers a file that grows in the meantime.
        guard total < limits.bytes else { throw PackageError.tooLarge(limit: limits.bytes) }
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

  /// The symbolic links in `folder` that the package lacks, by path.
  package static func links(inFolder folder: String, limits: Limits = Limits()) throws(PackageError) -> [String] {
    let rules = try ignoreRules(in: folder)
    do {
      return try FolderEntry.links(below: folder, limit: limits.files) { rules.ignores($0, isFolder: $1) }
    } catch {
      throw .malformed("\(error)")
    }
  }

  private static func ignoreRules(in folder: String) throws(PackageError) -> IgnoreRules {
    let path = folder + "/.helmignore"
    if !Files.exists(path) { return try IgnoreRules("") }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 1 << 20) } catch { throw .malformed("\(error)") }
    return try IgnoreRules(bytes: bytes)
  }

  /// The package as helm accepts it: a `kubeVersion` that is a bare version becomes the minimum that it means, and
  /// absent charts are left out, because helm would refuse the whole package for them.
  package var adaptedForHelm: Package {
    var files = files
    for path in ["Chart.yaml", "requirements.yaml"] {
      guard let text = text(path), let node = try? YAML.node(text) else { continue }
      var lines = text.lines
      if path == "Chart.yaml" { setMinimum(node, in: &lines) }
      removeAbsentCharts(node, from: &lines)
      let adapted = lines.joined(separator: "\n")
      if adapted != text { files[path] = Array(adapted.utf8) }
    }
    return Package(files: files)
  }

  private func setMinimum(_ chart: YAMLNode, in lines: inout [String]) {
    guard let node = chart["kubeVersion"], let written = node.text, VersionConstraint.orMinimum(written) != written,
      // In a mapping on a single line, the rest of the line would be lost.
      lines.indices.contains(node.line - 1), lines[node.line - 1].hasPrefix("kubeVersion:")
    else { return }
    lines[node.line - 1] = "kubeVersion: \"\(VersionConstraint.orMinimum(written))\""
  }

  private func removeAbsentCharts(_ chart: YAMLNode, from lines: inout [String]) {
    guard case .mapping(let pairs) = chart.content, let start = pairs.first(where: { $0.key.text == "dependencies" }),
      case .sequence(let items) = start.value.content, items.allSatisfy({ $0.line > start.key.line })
    else { return }
    let end = pairs.map(\.key.line).filter { $0 > start.key.line }.min() ?? lines.count + 1
    let held = bundledCharts
    let absent = items.filter { isAbsent($0.value, held) }
    if absent.count == items.count, !absent.isEmpty { return lines.removeSubrange(start.key.line - 1..<end - 1) }
    let bounds = items.map(\.line) + [end]
    for (index, item) in items.enumerated().reversed() where absent.contains(item) {
      lines.removeSubrange(item.line - 1..<bounds[index + 1] - 1)
    }
  }

  /// The charts that a package without `extension.yaml` names without a repository and does not contain, such as
  /// `jenkins v0.0.1`.
  package var missingCharts: [String] {
    let dependencies = (try? chart())?.dependencies ?? []
    let held = dependencies.isEmpty ? [] : bundledCharts
    return dependencies.filter { isAbsent($0, held) }.map { "\(Chart.text($0["name"])) \(Chart.text($0["version"]))" }
  }

  private func isAbsent(_ dependency: Value, _ held: Set<String>) -> Bool {
    let name = Chart.text(dependency["name"])
    let hasPlace = files["extension.yaml"] != nil || !Chart.text(dependency["repository"]).isEmpty
    return !hasPlace && !name.isEmpty && !held.contains(name)
  }
}
