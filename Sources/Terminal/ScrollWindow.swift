/// Which part of a long list is seen.
///
/// It moves only as far as it must to keep the selection in sight, so that rows stay where the eye has them.
package struct ScrollWindow: Hashable, Sendable {
  /// The first index that is seen.
  package private(set) var top = 0

  /// The beginning of a list.
  package init() {}

  /// Moves so that `selection` is seen in `height` rows of `count`, with `margin` rows around it where possible.
  package mutating func show(_ selection: Int, height: Int, count: Int, margin: Int = 0) {
    let height = max(1, height)
    let margin = min(margin, (height - 1) / 2)
    top = min(top, selection - margin)
    top = max(top, selection + margin - height + 1)
    // Never a blank row below the end while there is something above.
    top = max(0, min(top, count - height))
  }

  /// The indices seen in `height` rows of `count`.
  package func visible(height: Int, count: Int) -> Range<Int> {
    let start = min(top, max(0, count))
    return start..<max(start, min(count, start + max(0, height)))
  }
}
