import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Shows views and categories with counts, the extensions, and a preview of the selected one.
///
/// Selections are by view and by extension name because rows move while a user reads.
struct MarketplaceScreen: Screen {
  enum Pane: Hashable, Sendable {
    case views, extensions
    /// The details of the selected extension, if there is room for them.
    case preview
  }

  private(set) var listing = FilteredRows()
  private(set) var viewRows: [ViewRow] = []
  var pane = Pane.extensions
  private(set) var list = ListView<MarketplaceRow>()
  private(set) var views = ListView<ViewRow>()
  private var filtering: LinePrompt?
  /// The Kubernetes version of the cluster, for the grammar of the filter; empty while it is not known.
  private var kubernetes = ""
  /// Whether everything that the first list needs has been read; until then the first row is selected.
  private var hasBegun = false
  /// Whether the next key is the number under which the filter is saved.
  var isKeeping = false
  /// The previous filters, newest last.
  private var formerFilters: [String] = []
  /// The input from which the views were made.
  private var viewsMadeFrom: ViewSource?
  var preview = PreviewPane()
  /// When an age on the screen next changes.
  private(set) var nextWakeUp: ClockReading?

  private struct ViewSource: Hashable {
    var categoryRevision: Int
    var counts: ViewCounts
    var totals: ViewCounts
    var language: String
  }

  var sections: [KeySection] {
    if isKeeping { return [] }
    return filtering == nil ? [.marketplace, .list, .everywhere] : [.prompt]
  }
  var takesText: Bool { filtering != nil || isKeeping }

  var prompt: Prompt? { filtering.map { Prompt(label: "/", field: $0, verb: "filter", grammar: grammar) } }

  /// The grammar of filters, with the version of this cluster if it is known.
  private var grammar: Sentence {
    let kube = kubernetes.isEmpty ? "kube:1.32" : "kube:\(kubernetes)"
    return
      "word, !word, -f fuzzy; installed update failed off busy; \(Sentence(verbatim: kube)) and state version ks repo category since needs"
  }

  /// The largest number of extensions whose versions are read up front, to tell which of them cannot be installed here.
  private static let small = 500

  /// Reads what only the versions contain if there are few extensions or a filter asks for it.
  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let isSmall = state.market.isFilled && listing.isComplete && listing.total <= Self.small && !state.isSlow
    let previous = previousVersionSubscriptions(state)
    guard listing.filter.asksVersions || isSmall, let dialect = state.dialect else { return previous }
    return [.catalogue(dialect)] + state.reading(.platform) + previous
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    if filtering != nil { return .commands([.open, .back, .help]) }
    if pane == .views { return [Hint(.open, state.words("its extensions"))] + .commands([.filter, .help, .close]) }
    if !list.marked.isEmpty { return markedHints(state) }
    let verbs = selected.map { state.hints(about: $0) } ?? []
    let isBusy = selected.map { state.status(of: $0).isBusy } == true
    let wanting = state.tally.names.isEmpty ? [] : [Hint(.nextAttention, state.words("next"))]
    let undo = selected.map { state.freshUndoHints(on: $0) } ?? []
    let first = undo + verbs.prefix(3)
    let open = selected == nil ? [] : [Hint(.open, isBusy ? state.words("follow") : state.words("open"))]
    return first + open + [Hint(.filter)] + wanting + verbs.dropFirst(3) + .commands([.help, .close])
  }

  /// The extension at the cursor.
  var selected: String? { list.selected }
  var extensionName: String? { list.selected }

  mutating func settle(_ state: inout ConsoleState) {
    _ = listing.update(
      from: state.market, state.records.memories, language: state.language,
      at: Timestamp(secondsSince1970: Int(state.now.wall)))
    state.tally = listing.tally
    if pane == .preview, !state.showsPreview { pane = .extensions }
    arrangeViews(state)
    // The first list arrives in parts; extensions that want attention are at its start.
    let first = hasBegun || listing.isEmpty ? nil : listing[0].name
    hasBegun = state.market.isFilled
    list.settle(listing, height: height(state), preferring: first)
    kubernetes = state.shownKubernetes
    if views.selected != .view(listing.view), let index = viewRows.position(of: .view(listing.view)) {
      views.choose(at: index, in: viewRows)
    }
    views.settle(viewRows, height: viewHeight(state))
    preview.settle(selected, height: layout(state).preview.size.rows)
    nextWakeUp = nextAge(state)
  }

  private mutating func arrangeViews(_ state: ConsoleState) {
    let source = ViewSource(
      categoryRevision: state.market.categoryRevision, counts: listing.counts, totals: listing.totals,
      language: state.language)
    guard source != viewsMadeFrom else { return }
    viewsMadeFrom = source
    viewRows = ViewRow.all(listing.counts, totals: listing.totals, state.market.categories.elements, state.words)
  }

  /// When the next age on the screen changes; ages that no longer change are ignored.
  private func nextAge(_ state: ConsoleState) -> ClockReading? {
    list.visible(listing.count, height: height(state)).compactMap { index in
      let row = listing[index]
      return row.changed.flatMap {
        Age.nextChange(of: $0, after: state.now, isUnderWay: row.urgency.isUnderWay && !state.isSlow)
      }
    }.min()
  }

  mutating func wake(_ state: inout ConsoleState) { nextWakeUp = nextAge(state) }

  /// Selects the first row if the filter hides the selected one.
  private mutating func keepSelectionInSight() {
    if selected.flatMap(listing.position) == nil { list.select(at: 0, in: listing) }
  }

  mutating func selectView(_ view: MarketView) {
    listing.view = view
    keepSelectionInSight()
  }

  /// Selects the extension called `name`, and clears the filter and the view if they hide it.
  mutating func show(_ name: String) {
    if listing.position(of: name) == nil {
      filter("")
      listing.view = .all
    }
    pane = .extensions
    if let index = listing.position(of: name) { list.choose(at: index, in: listing) }
  }

  func layout(_ state: ConsoleState) -> MarketplaceLayout {
    MarketplaceLayout(
      Rect(state.bodySize), pane: pane, hasPreview: state.showsPreview,
      wantsReasons: state.tally.failed + state.tally.busy > 0)
  }

  /// Removes all marks, for example once a change of the marked extensions has begun.
  mutating func unmark() { list.unmark() }

  /// The heights of the lists in rows, including their headings.
  private func height(_ state: ConsoleState) -> Int { layout(state).listHeight }
  private func viewHeight(_ state: ConsoleState) -> Int { state.bodySize.rows }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if filtering != nil { return performWhileFiltering(command, state) }
    isKeeping = false
    if let next = pane(after: command, state) {
      pane = next
      return []
    }
    switch command {
    case .filter:
      filter("")
      filtering = LinePrompt(history: formerFilters)
    case .clearFilter: filter("")
    case .keepFilter: return keepFilter(state)
    case .keptFilter(let number): return useFilter(number, state)
    case .togglePreview: state.hidesPreview.toggle()
    case .copy: return selected.map { [.copy($0, what: "the name")] } ?? []
    case .mark where pane == .extensions: list.mark(in: listing)
    case .markAll where pane == .extensions: list.markAll(in: listing)
    case .markRange where pane == .extensions: list.markRange(in: listing)
    case .undo: return undo(on: selected, state)
    case .back: return goBack()
    case .open: return openSelected()
    case .sort where list.sort(command, by: MarketplaceColumns.sorting): listing.order = list.order
    default: return performOnSelection(command, state)
    }
    return []
  }

  private mutating func performOnSelection(_ command: Command, _ state: ConsoleState) -> [Step]? {
    if let kind = command.change, !list.marked.isEmpty { return beginChange(kind, onAll: list.marked.sorted(), state) }
    if let steps = beginChange(command, on: selected, state) { return steps }
    return move(command, state) ? [] : nil
  }

  private mutating func performWhileFiltering(_ command: Command, _ state: ConsoleState) -> [Step]? {
    switch command {
    case .open:
      filtering = nil
      let text = listing.filter.text
      if !text.isEmpty { formerFilters = formerFilters.filter { $0 != text } + [text] }
      if let problem = listing.filter.problem { return [.complain(problem.placed)] }
    case .up where filtering?.text.isEmpty == true:
      _ = filtering?.handle(.up)
      filter(filtering?.text ?? "")
    case .back:
      filtering = nil
      filter("")
    case .help: return nil
    default:
      _ = move(command, state)
    }
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if case .mouse(let action, let point) = key { return click(action, at: point, state) }
    if isKeeping { return keepFilter(under: key, &state) }
    guard var field = filtering else { return [] }
    if key == .control("s") {
      _ = performWhileFiltering(.open, state)
      return keepFilter(state)
    }
    switch field.handle(key) {
    case .accepted: return performWhileFiltering(.open, state) ?? []
    case .cancelled: return performWhileFiltering(.back, state) ?? []
    case .edited, .ignored: filtering = field
    }
    filter(field.text)
    return listing.filter.problem.map { [.say(.note, $0.placed)] } ?? []
  }

  mutating func filter(_ text: String) {
    listing.filter = ExtensionFilter(text)
    keepSelectionInSight()
  }

  /// Goes back one step: from the pane, the marks, the filter or the view.
  private mutating func goBack() -> [Step] {
    if pane != .extensions {
      pane = .extensions
    } else if !list.marked.isEmpty {
      list.unmark()
    } else if !listing.filter.isEmpty {
      filter("")
    } else if listing.view != .all {
      selectView(.all)
    }
    return []
  }

  private mutating func openSelected() -> [Step] {
    if pane == .views {
      pane = .extensions
      return []
    }
    return selected.map { [.open(ExtensionScreen($0))] } ?? []
  }

  private mutating func move(_ command: Command, _ state: ConsoleState) -> Bool {
    if pane == .preview, filtering == nil { return preview.move(command, selected, layout(state).preview.size, state) }
    guard pane == .views, filtering == nil else {
      return list.move(command, in: listing, height: height(state))
    }
    guard views.move(command, in: viewRows, height: viewHeight(state)) else { return false }
    followView(after: command)
    return true
  }

  /// Selects the selected view, and skips the line between views and categories.
  private mutating func followView(after command: Command) {
    if views.selected == .rule, let index = viewRows.position(of: .rule) {
      let isUp = command == .up || command == .halfUp || command == .pageUp
      views.choose(at: index + (isUp ? -1 : 1), in: viewRows)
    }
    if case .view(let view)? = views.selected { selectView(view) }
  }

  private mutating func click(_ action: Key.Mouse, at point: Point, _ state: ConsoleState) -> [Step] {
    let areas = layout(state)
    if areas.views.contains(point) {
      if action == .click, point.row >= 1 { pane = .views }
      _ = views.point(action, row: point.row, in: viewRows, height: viewHeight(state))
      followView(after: action == .wheelUp ? .up : .down)
      return []
    }
    if areas.preview.contains(point) {
      if action == .click { pane = .preview }
      _ = preview.move(
        action == .wheelUp ? .up : action == .wheelDown ? .down : .open, selected, areas.preview.size, state)
      return []
    }
    guard areas.extensions.contains(point) else { return [] }
    if action == .click, point.row >= 1 { pane = .extensions }
    return list.point(action, row: point.row, in: listing, height: height(state)) ? openSelected() : []
  }
}
