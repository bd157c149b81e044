import Client
import Extensions
import Platform

/// Files on this computer that outlive a session.
///
/// A config may hold secrets: the folders and files are their owner's alone.
package struct RecordKeeper: Hashable, Sendable {
  /// The program's state folder, such as `~/.local/state/ksx`.
  package var folder: String
  /// A name that is the same whenever it is the same cluster, such as its URL.
  package var cluster: String

  /// A keeper of `cluster`'s records under `folder`.
  package init(folder: String, cluster: String) {
    self.folder = folder
    self.cluster = cluster
  }

  private var memoryFolder: String { folder + "/history" }
  private var draftFolder: String { folder + "/drafts" }

  /// Everything kept about the cluster; a file that cannot be read is left out.
  func recall() -> Records {
    var records = Records()
    let mark = ConfigHash.of(cluster) + "-"
    for name in names(in: memoryFolder) where name.hasPrefix(mark) && name.hasSuffix(".json") {
      guard let bytes = try? Files.read(memoryFolder + "/" + name), let memory = try? ReleaseMemory(json: bytes),
        memory.cluster == cluster
      else { continue }
      records.memories[memory.extension] = memory
    }
    for name in names(in: draftFolder) where name.hasPrefix(mark) && name.hasSuffix(".json") {
      guard let bytes = try? Files.read(draftFolder + "/" + name), let draft = KeptDraft(json: bytes) else { continue }
      records.drafts[String(name.dropFirst(mark.count).dropLast(".json".count))] = draft
    }
    return records
  }

  private func names(in folder: String) -> [String] { (try? Files.names(in: folder)) ?? [] }

  func keep(_ memory: ReleaseMemory) throws(SystemError) {
    try write(memory.json, to: memory.extension, in: memoryFolder)
  }

  func keep(_ draft: KeptDraft?, of name: String) throws(SystemError) {
    guard let draft else {
      return try Files.remove(draftFolder + "/" + ReleaseMemory.fileName(cluster: cluster, extension: name))
    }
    try write(draft.json, to: name, in: draftFolder)
  }

  private func write(_ bytes: [UInt8], to name: String, in folder: String) throws(SystemError) {
    try Files.makeDirectory(folder)
    try Files.write(bytes, to: folder + "/" + ReleaseMemory.fileName(cluster: cluster, extension: name))
  }
}
