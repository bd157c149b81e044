import Terminal

/// Where the panes of the marketplace are.
///
/// A narrow screen shows only the focused pane. If something failed or is in progress, a few rows below the list
/// explain the state of the selected extension; a wide screen shows a preview on the right instead.
struct MarketplaceLayout {
  private(set) var views: Rect
  private(set) var extensions: Rect
  /// The rows that explain the state of the selected extension; empty if no extension wants attention.
  private(set) var reasons: Rect
  /// The details of the selected extension; empty on narrow screens.
  private(set) var preview: Rect
  private var rule: Rect

  /// The height of the list of extensions in rows, also while the list is hidden.
  let listHeight: Int

  init(_ area: Rect, pane: MarketplaceScreen.Pane, hasPreview: Bool, wantsReasons: Bool) {
    let none = Rect(area.origin, Size(rows: 0, columns: 0))
    (views, extensions, reasons, preview, rule) = (none, none, none, none, none)
    var rest = area
    if hasPreview {
      let columns = min(60, max(30, (area.size.columns - 24) * 2 / 5))
      (rest, preview) = area.split(right: columns)
    } else if wantsReasons {
      let rows = area.size.rows < 14 ? 1 : area.size.rows < 18 ? 3 : 4
      let (list, bottom) = area.split(bottom: rows)
      rest = list
      if rows > 1 { rule = bottom.row(0) }
      reasons = bottom.split(top: rows > 1 ? 1 : 0).rest
    }
    listHeight = rest.size.rows
    guard area.size.columns >= 60 else {
      if pane == .views { views = rest } else { extensions = rest }
      return
    }
    (views, extensions) = rest.split(left: min(24, max(20, area.size.columns / 5)))
  }

  /// Moves the areas so that they are relative to `origin` instead of the corner of the body.
  mutating func move(to origin: Point) {
    func moved(_ area: Rect) -> Rect {
      Rect(Point(row: area.origin.row + origin.row, column: area.origin.column + origin.column), area.size)
    }
    (views, extensions, reasons) = (moved(views), moved(extensions), moved(reasons))
    (preview, rule) = (moved(preview), moved(rule))
  }

  func drawRules(on surface: inout Surface, _ theme: Theme) {
    surface.write(String(repeating: "─", count: rule.size.columns), row: 0, in: rule, style: theme[.border])
    for row in 0..<preview.size.rows { surface.write("│", row: row, in: preview, style: theme[.border]) }
  }
}

extension ConsoleState {
  /// Whether there is room for a preview and the user has not hidden it.
  var showsPreview: Bool { size.columns >= 100 && bodySize.rows >= 10 && !hidesPreview }
}
