package import Terminal

extension App {
  /// Draws the console; returns the position of the cursor.
  package func draw(on surface: inout Surface) -> Point? {
    guard isSettled else {
      var settled = self
      settled.settle()
      return settled.draw(on: &surface)
    }
    surface.fill(surface.bounds, style: state.theme[.text])
    guard Self.hasRoom(surface.size) else {
      drawTooSmall(on: &surface)
      return nil
    }
    let (rest, footer) = surface.bounds.split(bottom: 1 + state.messageRows)
    surface.fill(footer.row(footer.size.rows - 1), style: state.theme[.status])
    let banner = state.banner
    let (top, body) = rest.split(top: 1 + banner.count)
    Header(state, layers).draw(on: &surface, in: top.row(0))
    for (row, line) in banner.enumerated() {
      surface.write(" " + line, row: row + 1, in: top, style: state.theme[.dialogDanger])
    }
    let bottom = layers.lastIndex { !$0.isOverlay }
    if bottom == nil { marketplace.draw(on: &surface, in: body, state) }
    for view in layers[(bottom ?? 0)...] { view.draw(on: &surface, in: body, state) }
    return Footer(state, self.top, pendingKeys).draw(on: &surface, in: footer) ?? self.top.cursor(in: body, state)
  }

  /// Whether a screen of `size` is large enough to show more than a note about that.
  static func hasRoom(_ size: Size) -> Bool { size.rows >= 10 && size.columns >= 40 }

  private func drawTooSmall(on surface: inout Surface) {
    let size = "\(surface.size.columns)×\(surface.size.rows)"
    let lines = state.words("This window is too small: {0}. 40×10 is the least.", size).wrapped(
      to: surface.size.columns)
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: surface.bounds, style: state.theme[.text])
    }
  }
}
