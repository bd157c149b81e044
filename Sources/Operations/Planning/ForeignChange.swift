package import Extensions
package import Platform

/// What another client changed about an installation while the user read a plan of it.
///
/// Only spec changes and a deletion count, because controllers update the status of the same object all the time.
package struct ForeignChange: Hashable, Sendable {
  /// `1.2.0 → 1.3.0 by ada`.
  package let words: Sentence

  /// `nil` if the spec of `later` is that of `earlier`.
  package init?(from earlier: Installation?, to later: Installation?) {
    let words = Self.words(earlier, later)
    guard !words.isEmpty else { return nil }
    // If the annotation has not changed too, it is about an earlier change.
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

  /// The warning that is shown above a plan of `name`.
  package func sentence(of name: String) -> Sentence { "\(name) changed under this plan: \(words). Look again." }
}
