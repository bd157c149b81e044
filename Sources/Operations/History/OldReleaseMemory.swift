import Manifest

/// What versions before the history had a file of, for each extension.
struct OldReleaseMemory {
  let cluster: String
  let lines: [HistoryLine]

  /// Reads such a file; unknown keys are left alone, incomplete entries out.
  init?(json bytes: [UInt8]) {
    guard let value = try? JSON.parse(bytes), let name = value["extension"]?.string else { return nil }
    cluster = value["cluster"]?.string ?? ""
    lines = (value["entries"]?.sequence ?? []).compactMap { entry in
      guard let version = entry["version"]?.string else { return nil }
      let former = HistoryLine.Release(version: version, config: entry["config"]?.string ?? "", wasInstalled: nil)
      return HistoryLine(
        name, at: entry["time"]?.string ?? "",
        .change(words: entry["what"]?.string ?? "", former: former))
    }
  }
}
