import Platform

/// The file and bundle that serve each path below `/dist`.
///
/// As soon as the extension NAME has a bundle, `/dist/NAME/…` belongs to its bundles: no other one, however old, serves
/// or adds files there. Elsewhere the oldest bundle that claims a path serves it.
struct BundleIndex: Sendable {
  private(set) var byPath: [String: (bundle: Int, file: Int)] = [:]
  /// The oldest bundle of each extension.
  private var owningBundles: [String: Int] = [:]

  /// `bundles` are sorted, the oldest first.
  init(_ bundles: [JSBundleRule]) {
    for (index, rule) in bundles.enumerated() where !rule.object.extension.isEmpty {
      if owningBundles[rule.object.extension] == nil { owningBundles[rule.object.extension] = index }
    }
    for (bundle, rule) in bundles.enumerated() {
      for (file, entry) in rule.files.enumerated()
      where byPath[entry.path] == nil && owningBundle(of: entry.path, claimedBy: rule) == nil {
        byPath[entry.path] = (bundle, file)
      }
    }
  }

  /// The bundle of the other extension whose name `path` is below; `nil` if there is none.
  private func owningBundle(of path: String, claimedBy rule: JSBundleRule) -> Int? {
    let name = path.dropFirst("/dist/".count).prefix { $0 != "/" }
    return name == rule.object.extension ? nil : owningBundles[String(name)]
  }

  /// The paths that a bundle claims but another one serves.
  func conflicts(among bundles: [JSBundleRule]) -> [Conflict] {
    bundles.enumerated().flatMap { index, rule in
      let isServed = rule.files.contains { byPath[$0.path]?.bundle == index }
      return rule.files.compactMap { file -> Conflict? in
        if let owningBundle = owningBundle(of: file.path, claimedBy: rule) {
          let owner = bundles[owningBundle].object
          return Conflict(
            rule.object, owner, "\(file.path) is reserved for the bundles of \(owner.extension)",
            loss: isServed ? .part : .everything)
        }
        guard let winner = byPath[file.path], winner.bundle != index else { return nil }
        return Conflict(
          rule.object, bundles[winner.bundle].object, "both claim \(file.path); the older one serves it",
          loss: isServed ? .part : .everything)
      }
    }
  }
}
