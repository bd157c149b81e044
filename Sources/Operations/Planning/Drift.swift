package import Extensions
package import Platform

/// What another writer changed about an installation while a plan of it was read, as far as users ask for it.
///
/// What is wanted counts, and a deletion: controllers write the status of the same object all the time.
package struct Drift: Hashable, Sendable {
  /// `1.2.0 → 1.3.0 by ada`.
  package let words: Sentence

  /// `nil` where `later` asks for what `earlier` did.
  package init?(from earlier: Installation?, to later: Installation?) {
    let words = Self.words(earlier, later)
    guard !words.isEmpty else { return nil }
    // The note on the object is of an earlier change where it has not changed with it.
    let note = later.flatMap { Authorship($0) }
    let author = note == earlier.flatMap { Authorship($0) } ? nil : note?.author.name
    let all = words.joined(separator: ", ")
    self.words = author.map { "\(all) by \($0)" } ?? all
  }

  private static func words(_ earlier: Installation?, _ later: Installation?) -> [Sentence] {
    guard let earlier else { return later.map { ["installed, version \($0.version)"] } ?? [] }
    guard let later, later.uid == earlier.uid || later.uid.isEmpty else {
      return [later == nil ? "uninstalled" : "uninstalled, and installed anew"]
    }
    if later.isBeingDeleted, !earlier.isBeingDeleted { return ["being uninstalled"] }
    var words: [Sentence] = []
    if later.version != earlier.version { words.append(Sentence(verbatim: "\(earlier.version) → \(later.version)")) }
    if !later.hasConfig(earlier.config) { words.append("another config") }
    if later.isEnabled != earlier.isEnabled { words.append(later.isEnabled ? "enabled" : "disabled") }
    if later.clusters != earlier.clusters { words.append("agents elsewhere") }
    return words
  }

  /// What a user reads over a plan of `name`.
  package func sentence(of name: String) -> Sentence { "\(name) changed under this plan: \(words). Look again." }
}
