package import Manifest

/// The versions and configs an extension had in one cluster: where a rollback goes back to.
///
/// KubeSphere keeps only the present one. The console and the commands share this memory as a
/// file; a config may hold secrets, so the file is its owner's alone.
package struct ReleaseMemory: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var version: String
    /// The config as the cluster had it, byte for byte.
    package var config: String
    /// RFC 3339.
    package var time: String
    /// What replaced it, in words: `upgrade to 1.1.0`.
    package var what: String

    package init(version: String, config: String, time: String, what: String) {
      self.version = version
      self.config = config
      self.time = time
      self.what = what
    }
  }

  /// More than this many are forgotten, the oldest first.
  package static let capacity = 50

  /// The server's URL, or any other name that is the same whenever it is the same cluster.
  package var cluster: String
  package var `extension`: String
  /// Oldest first.
  package private(set) var entries: [Entry] = []

  package init(cluster: String, extension name: String) {
    self.cluster = cluster
    self.extension = name
  }

  /// Remembers what there was; the same version and config as last time is only moved to now.
  package mutating func remember(_ entry: Entry) {
    if let last = entries.last, last.version == entry.version, last.config == entry.config { entries.removeLast() }
    entries.append(entry)
    entries.removeFirst(max(0, entries.count - Self.capacity))
  }

  /// Where a rollback from `installation` goes: the newest entry that is not what there is now.
  package func target(from installation: Installation, version: String? = nil) -> Entry? {
    entries.last { entry in
      if let version { return entry.version == version }
      return entry.version != installation.version || entry.config != installation.config
    }
  }
}

extension ReleaseMemory {
  /// The name of the memory's file.
  ///
  /// The cluster's name is hashed: it may be no file name.
  package static func fileName(cluster: String, extension name: String) -> String {
    let plain = name.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789-.".unicodeScalars.contains($0))
    }
    return "\(ConfigHash.of(cluster))-\(plain && !name.isEmpty ? name : ConfigHash.of(name)).json"
  }

  /// Reads what `json` wrote; unknown keys are left alone, incomplete entries out.
  package init(json bytes: some Collection<UInt8>) throws(SyntaxError) {
    let value = try JSON.parse(bytes)
    self.init(cluster: value["cluster"]?.string ?? "", extension: value["extension"]?.string ?? "")
    entries = (value["entries"]?.sequence ?? []).compactMap { entry in
      guard let version = entry["version"]?.string else { return nil }
      return Entry(
        version: version, config: entry["config"]?.string ?? "", time: entry["time"]?.string ?? "",
        what: entry["what"]?.string ?? "")
    }
  }

  /// The memory as a file.
  package var json: [UInt8] {
    let list = entries.map { entry -> Value in
      [
        "version": .string(entry.version), "config": .string(entry.config), "time": .string(entry.time),
        "what": .string(entry.what),
      ]
    }
    let document: Value = [
      "cluster": .string(cluster), "extension": .string(`extension`), "entries": .sequence(list),
    ]
    return Array((JSON.prettyText(document) + "\n").utf8)
  }
}
