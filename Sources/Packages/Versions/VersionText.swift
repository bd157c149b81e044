/// A version as it is written, in which a leading `v` says nothing: `v0.10.0` and `0.10.0` are one.
///
/// Packages, objects and people write either, so versions are compared and looked up by this and never as texts.
package struct VersionText: Hashable, Comparable, Sendable {
  /// The version without its `v`.
  package let plain: String

  /// `text` as a version; a `v` that no digit follows is part of a word.
  package init(_ text: String) {
    let isMarked = text.first == "v" && text.dropFirst().first?.isNumber == true
    plain = isMarked ? String(text.dropFirst()) : text
  }

  /// The order of versions, in which none comes before itself with a `v`.
  package static func < (left: VersionText, right: VersionText) -> Bool {
    SemanticVersion.precedes(left.plain, right.plain)
  }

  /// The version as the names of objects of the first design have it.
  package var marked: String { "v" + plain }
}
