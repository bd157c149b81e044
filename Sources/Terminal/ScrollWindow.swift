/// The visible part of a long list.
///
/// It moves only as far as necessary to keep the selection visible, so that rows keep their place on the screen.
package struct ScrollWindow: Hashable, Sendable {
  /// The first visible index.
  package private(set) var top = 0

  /// A window at the beginning of a list.
  package init() {}

  /// Moves so that `selection` is visible in `height` rows of `count`, with `margin` rows around it if possible.
  package mutating func show(_ selection: Int, height: Int, count: Int, margin: Int = 0) {
    let height = max(1, height)
    let margin = min(margin, (height - 1) / 2)
    top = min(top, selection - margin)
    top = max(top, selection + margin - height + 1)
    // No blank row below the end as long as there are rows above.
    top = max(0, min(top, count - height))
  }

  /// The visible indices in `height` rows of `count`.
  package func visible(height: Int, count: Int) -> Range<Int> {
    let start = min(top, max(0, count))
    return start..<max(start, min(count, start + max(0, height)))
  }
}
