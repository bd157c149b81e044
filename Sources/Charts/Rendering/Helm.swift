import Manifest
import Platform

/// A helm that renders, and does nothing else.
struct Helm {
  var path: String
  var timeout: Duration
  /// What charts are told of the cluster.
  var cluster: RenderingCluster

  /// What `helm template` prints for the packed chart.
  func template(_ archive: [UInt8], _ release: Release) async throws(ChartError) -> String {
    let config = YAML.text(try release.configValue())
    let outcome: ChildProcess.Outcome
    let folder: ScratchFolder
    do {
      folder = try ScratchFolder()
      defer { folder.remove() }
      try folder.write("chart.tgz", archive)
      try folder.write("config.yaml", Array(config.utf8))
      try folder.write("forced.yaml", Array(YAML.text(release.forced).utf8))
      if !cluster.address.isEmpty { try folder.write("kubeconfig", Array(cluster.kubeconfig.utf8)) }
      var process = ChildProcess([path] + arguments(release, folder), environment: environment(folder))
      process.timeout = timeout
      outcome = try await process.run()
    } catch {
      throw .helm("\(error)")
    }
    switch outcome.end {
    case .exited(0): return outcome.outputText
    case .timedOut: throw .helm("it took longer than \(timeout)")
    case .exited, .killed, .cancelled: throw .helm(Self.complaint(outcome.errorText, folder.path))
    }
  }

  private func arguments(_ release: Release, _ folder: ScratchFolder) -> [String] {
    var arguments = [
      "template", release.name, folder.path + "/chart.tgz", "--namespace", release.namespace, "--include-crds",
      "--values", folder.path + "/config.yaml", "--values", folder.path + "/forced.yaml",
    ]
    if release.isUpgrade { arguments.append("--is-upgrade") }
    if !cluster.version.isEmpty { arguments += ["--kube-version", cluster.version] }
    if !cluster.apis.isEmpty { arguments += ["--api-versions", cluster.apis.joined(separator: ",")] }
    // With it, helm asks the cluster what `lookup` looks up, and nothing else.
    if !cluster.address.isEmpty { arguments.append("--dry-run=server") }
    return arguments
  }

  /// helm gets nothing of this process's environment that could lead it elsewhere, such as a kubeconfig.
  private func environment(_ folder: ScratchFolder) -> Environment {
    [
      "HOME": folder.path, "HELM_CACHE_HOME": folder.path, "HELM_CONFIG_HOME": folder.path,
      "HELM_DATA_HOME": folder.path, "PATH": "/usr/local/bin:/usr/bin:/bin",
      "KUBECONFIG": cluster.address.isEmpty ? "/dev/null" : folder.path + "/kubeconfig",
    ]
  }

  /// The complaint without the passing folder's name, and no longer than a condition may be.
  ///
  /// helm 4 logs besides, in lines that begin with their level, what it then says as an error; 3 speaks of an option that
  /// is not the reader's to give.
  static func complaint(_ text: String, _ folder: String) -> String {
    let lines = text.shownLines.filter { line in
      !line.isEmpty && !["WARNING", "level=", "Use --debug flag"].contains { line.hasPrefix($0) }
    }.joined(separator: " ")
    let plain = lines.split(separator: folder + "/").joined()
    let short = String(plain.prefix(2000))
    return short.hasPrefix("Error: ") ? String(short.dropFirst(7)) : short
  }

  /// The documents of helm's output with the file each says it comes from.
  static func documents(_ text: String) -> [(file: String, text: String)] {
    var documents: [(file: String, text: String)] = []
    var lines: [String] = []
    var (file, former) = ("", "templates")
    func finish() {
      // Of a file with definitions only the first document says where it is from.
      if !file.isEmpty { former = file }
      if !lines.isEmpty { documents.append((former, lines.joined(separator: "\n"))) }
      (lines, file) = ([], "")
    }
    for line in text.lines {
      if line.hasPrefix("---") {
        finish()
      } else if line.hasPrefix("# Source: "), file.isEmpty {
        file = line.dropFirst(10).split(separator: "/", maxSplits: 1).last.map(String.init) ?? ""
      } else {
        lines.append(line)
      }
    }
    finish()
    return documents
  }
}
