import Manifest

/// The file of one extension that versions before `History` wrote.
struct OldReleaseMemory {
  let cluster: String
  let lines: [HistoryLine]

  /// Parses the file; unknown keys are ignored, and incomplete entries are skipped.
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
