import Client
import Extensions
import Manifest
package import Operations
import Platform

/// The files on this computer that outlive a session.
///
/// A config may contain secrets, so folders and files are accessible to their owner only.
package struct RecordKeeper: Hashable, Sendable {
  /// The program's state folder, such as `~/.local/state/ksx`.
  package var folder: String
  /// A stable identifier of the cluster, such as its URL.
  package var cluster: String

  /// A keeper for the records of `cluster` in `folder`.
  package init(folder: String, cluster: String) {
    self.folder = folder
    self.cluster = cluster
  }

  /// The history of changes in the cluster.
  package var history: History { History(folder: folder, cluster: cluster) }

  private var draftFolder: String { folder + "/drafts" }

  /// How many of the newest lines of the history the console keeps in memory: a line may contain a config of a
  /// megabyte.
  private static let maximumLines = 2000

  /// Reads everything that is stored about the cluster; unreadable files are skipped.
  func recall() -> Records {
    let lines = history.lines()
    var records = Records(memories: History.releases(lines), lines: Array(lines.suffix(Self.maximumLines)))
    records.places = places
    let prefix = ConfigHash.of(cluster) + "-"
    for name in names(in: draftFolder) where name.hasPrefix(prefix) && name.hasSuffix(".json") {
      guard let bytes = try? Files.read(draftFolder + "/" + name), let draft = KeptDraft(json: bytes) else { continue }
      records.drafts[String(name.dropFirst(prefix.count).dropLast(".json".count))] = draft
    }
    return records
  }

  private var placesFile: String { folder + "/places/" + ConfigHash.of(cluster) + ".json" }

  /// Stores the visited places, the current one last.
  func keep(places: [String]) throws(SystemError) {
    try Files.makeDirectory(folder + "/places")
    try Files.write(Array((JSON.text(.sequence(places.map { .string($0) })) + "\n").utf8), to: placesFile)
  }

  private var places: [String] {
    guard let bytes = try? Files.read(placesFile), let value = try? JSON.parse(bytes) else { return [] }
    return (value.sequence ?? []).compactMap(\.string)
  }

  private func names(in folder: String) -> [String] { (try? Files.names(in: folder)) ?? [] }

  func keep(_ draft: KeptDraft?, of name: String) throws(SystemError) {
    guard let draft else {
      return try Files.remove(draftFile(of: name))
    }
    try Files.makeDirectory(draftFolder)
    try Files.write(draft.json, to: draftFile(of: name))
  }

  /// The file for the draft of the extension `name`.
  func draftFile(of name: String) -> String { draftFolder + "/" + Self.fileName(cluster: cluster, extension: name) }

  /// The name of an extension's file; the cluster's name is hashed, because it may not be valid in a file name.
  private static func fileName(cluster: String, extension name: String) -> String {
    let plain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789-.".unicodeScalars.contains($0))
    }
    return "\(ConfigHash.of(cluster))-\(plain && !name.isEmpty ? name : ConfigHash.of(name)).json"
  }
}
