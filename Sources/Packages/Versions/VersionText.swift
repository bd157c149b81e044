/// A version as written, without regard to a leading `v`: `v0.10.0` and `0.10.0` are equal.
///
/// Packages, objects and users write both, so versions are compared and looked up by this type and never as strings.
package struct VersionText: Hashable, Comparable, Sendable {
  /// The version without its `v`.
  package let plain: String

  /// A `v` that is not followed by a digit is kept.
  package init(_ text: String) {
    let isMarked = text.first == "v" && text.dropFirst().first?.isNumber == true
    plain = isMarked ? String(text.dropFirst()) : text
  }

  /// The order of `SemanticVersion.precedes`.
  package static func < (left: VersionText, right: VersionText) -> Bool {
    SemanticVersion.precedes(left.plain, right.plain)
  }

  /// The version with a `v`, as in the names of objects of the first design.
  package var marked: String { "v" + plain }
}
