import Manifest
import Platform

/// Runs `helm template`.
struct Helm {
  var path: String
  var timeout: Duration
  /// The capabilities of the cluster that charts see.
  var cluster: RenderingCluster

  /// What `helm template` makes of the packed chart.
  func template(_ archive: [UInt8], _ release: Release) async throws(ChartError) -> String {
    let config = YAML.text(try release.configValue())
    do {
      let folder = try ScratchFolder()
      defer { folder.remove() }
      try folder.write("chart.tgz", archive)
      try folder.write("config.yaml", Array(config.utf8))
      try folder.write("forced.yaml", Array(YAML.text(release.forced).utf8))
      guard !cluster.address.isEmpty else { return try text(await run(chosen(release, folder), folder), folder) }
      try folder.write("kubeconfig", Array(cluster.kubeconfig.utf8))
      var outcome = try await run(chosen(release, folder) + Self.asking(in: folder, by: ["--validate"]), folder)
      if outcome.errorText.containsText("flags in the group") {
        // helm 4 means both by the other option.
        outcome = try await run(chosen(release, folder) + Self.asking(in: folder), folder)
      }
      return try HelmFiles(folder: Self.output(folder), helmOutput: text(outcome, folder)).text
    } catch let error as ChartError {
      throw error
    } catch {
      throw .helm("\(error)")
    }
  }

  private func run(_ arguments: [String], _ folder: ScratchFolder) async throws(SystemError) -> ChildProcess.Outcome {
    var process = ChildProcess([path] + arguments, environment: environment(folder))
    process.timeout = timeout
    return try await process.run()
  }

  private func text(_ outcome: ChildProcess.Outcome, _ folder: ScratchFolder) throws(ChartError) -> String {
    switch outcome.end {
    case .exited(0): return outcome.outputText
    case .timedOut: throw .helm("it took longer than \(timeout)")
    case .exited, .killed, .cancelled: throw .helm(Self.complaint(outcome.errorText, folder.path))
    }
  }

  private func chosen(_ release: Release, _ folder: ScratchFolder) -> [String] {
    var arguments = [
      "template", release.name, folder.path + "/chart.tgz", "--namespace", release.namespace, "--include-crds",
      "--values", folder.path + "/config.yaml", "--values", folder.path + "/forced.yaml",
    ]
    if release.isUpgrade { arguments.append("--is-upgrade") }
    if !cluster.version.isEmpty { arguments += ["--kube-version", cluster.version] }
    return arguments
  }

  private static func output(_ folder: ScratchFolder) -> String { folder.path + "/output" }

  /// With these helm asks the cluster what it serves, and what `lookup` looks up.
  ///
  /// It would also look for each object and its kind there, among them those that the chart is about to define, if they
  /// were not written to files.
  private static func asking(in folder: ScratchFolder, by more: [String] = []) -> [String] {
    more + ["--dry-run=server", "--disable-openapi-validation", "--output-dir", output(folder)]
  }

  /// helm gets no variable of this process's environment that could affect it, such as a kubeconfig.
  private func environment(_ folder: ScratchFolder) -> Environment {
    [
      "HOME": folder.path, "HELM_CACHE_HOME": folder.path, "HELM_CONFIG_HOME": folder.path,
      "HELM_DATA_HOME": folder.path, "PATH": "/usr/local/bin:/usr/bin:/bin",
      "KUBECONFIG": cluster.address.isEmpty ? "/dev/null" : folder.path + "/kubeconfig",
    ]
  }

  /// helm's error message without the name of the temporary folder, limited to the length of a condition's message.
  ///
  /// Both helms log before it, helm 4 also the error itself; helm 3 recommends an option that users of ksx cannot set.
  /// helm 4 writes an error of a template in several indented lines.
  static func complaint(_ text: String, _ folder: String) -> String {
    let lines = text.shownLines.map { $0.trimmed() }.filter { line in
      !line.isEmpty && !["WARNING", "level=", "Use --debug flag"].contains { line.hasPrefix($0) }
    }
    let start = lines.firstIndex { $0.hasPrefix("Error: ") } ?? 0
    let plain = lines[start...].joined(separator: " ").split(separator: folder + "/").joined()
    let short = String(plain.prefix(2000))
    return short.hasPrefix("Error: ") ? String(short.dropFirst(7)) : short
  }

  /// The documents in helm's output, each with the file that it comes from.
  static func documents(_ text: String) -> [(file: String, text: String)] {
    var documents: [(file: String, text: String)] = []
    var lines: [String] = []
    var (file, former) = ("", "templates")
    func finish() {
      // In a file of definitions, only the first document names the file.
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
