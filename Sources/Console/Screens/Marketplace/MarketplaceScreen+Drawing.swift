import Client
import Extensions
import Operations
import Terminal

extension MarketplaceScreen {
  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    var areas = layout(state)
    areas.move(to: area.origin)
    let viewFrame = ListFrame(isFocused: pane == .views)
    views.draw(viewRows, ViewRow.columns, viewFrame, on: &surface, in: areas.views, state)
    drawRule(on: &surface, in: areas.views, state)
    let frame = ListFrame(isFocused: pane == .extensions, chip: chip(state), emptiness: emptyLine(state))
    list.draw(listing, MarketplaceColumns.all(state), frame, on: &surface, in: areas.extensions, state)
    areas.drawRules(on: &surface, state.theme)
    guard let selected else { return }
    let page = PreviewPage(selected, state)
    for (row, line) in page.reasons(areas.reasons.size).enumerated() {
      surface.write(line, row: row, in: areas.reasons.inset(columns: 1), state.theme)
    }
    preview.draw(page, isFocused: pane == .preview, on: &surface, in: areas.preview, state)
  }

  /// The line between views and categories.
  private func drawRule(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let shown = views.visible(viewRows.count, height: area.size.rows)
    guard let index = viewRows.position(of: .rule), shown.contains(index) else { return }
    let line = String(repeating: "─", count: max(0, area.size.columns - 1))
    surface.write(line, row: index - shown.lowerBound + 1, in: area, style: state.theme[.border])
  }

  /// The marks and the filter, for as long as they apply.
  private func chip(_ state: ConsoleState) -> String {
    let marks = list.marked.isEmpty ? "" : state.words("{0} marked", "\(list.marked.count)")
    let (count, total) = ("\(listing.count)", "\(listing.totals[listing.view])")
    let filter =
      listing.filter.isEmpty ? "" : state.words("filter {0} · {1} of {2}", listing.filter.text, count, total)
    return [marks, filter].filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// Why the list is empty.
  private func emptyLine(_ state: ConsoleState) -> Line {
    guard listing.isEmpty else { return .blank }
    // What only the versions say is not known until they are read.
    if state.market.isFilled, listing.filter.asksVersions, !state.market.isCatalogueRead, listing.total > 0 {
      return state.market.catalogueProblem.map { Line(state.words($0), .statusWarning) }
        ?? Line(state.words("Reading the versions …"), .dim)
    }
    return state.emptyLine(
      isFilled: state.market.isFilled, reading: state.words("Reading the extensions of {0} …", state.session.cluster),
      otherwise: emptyLine(state.words))
  }

  private func emptyLine(_ words: Language) -> String {
    if listing.total == 0 { return words("There are no extensions yet.") }
    let viewTitle = viewRows.first { $0.view == listing.view }?.title ?? listing.view.title
    if listing.filter.isEmpty { return words(listing.view.emptiness) }
    let (text, count) = (listing.filter.text, "\(listing.counts[.all])")
    if listing.view == .all { return words("Nothing matches {0}.", text) }
    return words("Nothing in {0} matches {1}; {2} in All (0 shows all).", viewTitle, text, count)
  }
}

extension MarketView {
  /// The text for a view without extensions.
  var emptiness: String {
    switch self {
    case .attention: "Nothing has failed, and nothing is under way."
    case .installed: "Nothing is installed."
    case .updates: "Everything that is installed is up to date."
    case .off: "Nothing is disabled."
    case .all, .category: "No extensions in this category."
    }
  }
}

extension MarketplaceScreen {
  /// The hints for changes to all marked extensions, of kinds that are possible for at least one of them.
  func markedHints(_ state: ConsoleState) -> [Hint] {
    let kinds: [ChangeKind] = [.upgrade, .enable, .disable, .install, .uninstall]
    let marked = list.marked
    return [Hint(.back, state.words("unmark"))]
      + kinds.filter { isPossible($0, state) }.map { kind in
        let command = Command.change(kind)
        return Hint(command, "\(state.words(command.hint)) \(marked.count)")
      }
  }

  /// Whether a change of this kind is possible for at least one of the marked extensions.
  private func isPossible(_ kind: ChangeKind, _ state: ConsoleState) -> Bool {
    // To look at thousands of them at every key would take too long.
    if list.marked.count > Self.mostLookedAt {
      return !state.session.isReadOnly && state.reasonAgainst(.change(kind)) == nil
    }
    return list.marked.contains { state.isPossible(kind, for: $0) }
  }

  private static let mostLookedAt = 50
}

extension MarketplaceScreen {
  /// Subscriptions to the version before an upgrade, for a few of the extensions that want attention.
  func previousVersionSubscriptions(_ state: ConsoleState) -> [Subscription] {
    state.tally.names.prefix(5).flatMap { state.pastBeforeAttempt(of: $0) }
  }
}
