import Client
import Extensions
import KubernetesAPI
import Operations
import Terminal

/// The first row: where one is, and whether what one sees is true.
struct Header {
  private let state: ConsoleState
  /// Where one is, from the outermost screen.
  private let path: [String]

  /// A header for the screens of `layers`, which names an extension once, however many of them are about it.
  init(_ state: ConsoleState, _ layers: [any Screen]) {
    self.state = state
    var path: [String] = []
    for screen in layers {
      if let name = screen.extensionName, !path.contains(name) { path.append(name) }
      path.append(screen.title(state))
    }
    self.path = path.filter { !$0.isEmpty }
  }

  func draw(on surface: inout Surface, in area: Rect) {
    let style = state.theme[.header]
    surface.fill(area, style: style)
    let warning = " " + connection + " "
    let room = max(0, area.size.columns - warning.columns)
    surface.write(place.middleTruncated(to: room), row: 0, in: area, style: style)
    let right = Point(row: area.origin.row, column: area.columns.upperBound - warning.columns)
    surface.write(warning, at: right, in: area, style: isWell ? style : state.theme[.headerWarning])
  }

  private var place: String {
    let way = state.session.way.map { $0.way == .kubernetes ? $0.way.rawValue : "" } ?? ""
    let words = [state.session.cluster, state.dialect?.installations.kind ?? "", state.session.note, way]
    let whole = " ksx  " + words.filter { !$0.isEmpty }.joined(separator: "  ")
    return ([whole] + path).joined(separator: " › ")
  }

  private var isWell: Bool { state.connection.state != .connected ? state.connection.staleSince == nil : marks.isEmpty }

  private var marks: [String] {
    (state.session.isReadOnly ? ["read-only"] : isViewOnly ? ["view only"] : [])
      + (state.session.isInsecure ? ["insecure TLS"] : [])
      + (state.session.way?.way == .gateway ? [gatewayMark] : [])
  }

  /// The second of two ways is in use; why, where there is room for it.
  private var gatewayMark: String {
    guard state.size.columns >= 110, let reason = state.session.way?.reason else { return "via gateway" }
    return "via gateway: \(reason)"
  }

  /// This user may change no installation, or the cluster's are only to be looked at.
  private var isViewOnly: Bool {
    guard let capabilities = state.capabilityState.capabilities else { return false }
    return !capabilities.has(.install) || state.rights.isViewOnly(in: capabilities.dialect)
  }

  private var connection: String {
    let word =
      switch state.connection.state {
      case .connecting: "connecting …"
      case .connected: "connected"
      case .stale: stale
      }
    return (marks + [word]).joined(separator: ", ")
  }

  private var stale: String {
    let age = state.connection.age(at: state.now).map { " for \($0)" } ?? ""
    let word = state.market.isFilled ? "stale" : state.connection.refusal == nil ? "no connection" : "refused"
    guard let next = state.connection.nextAttempt, next > state.now else { return word + age + ", retrying" }
    // By the clock as it is now, which may have been set since.
    return word + age + ", retry at " + (state.now + (next - state.now)).clock
  }
}

/// The last rows: what was said, or what is being typed, and the keys.
struct Footer {
  private let state: ConsoleState
  private let view: any Screen
  private let pendingKeys: [Key]

  init(_ state: ConsoleState, _ view: any Screen, _ pendingKeys: [Key]) {
    self.state = state
    self.view = view
    self.pendingKeys = pendingKeys
  }

  /// Draws all rows and returns where the cursor of a line being typed is.
  func draw(on surface: inout Surface, in area: Rect) -> Point? {
    let (zone, last) = area.split(bottom: 1)
    surface.write(hints(columns: area.size.columns - 1), row: 0, in: last, state.theme)
    let lines = view.prompt == nil ? state.messageLines : Array(state.messageLines.prefix(zone.size.rows - 1))
    for (row, line) in lines.enumerated() {
      surface.write(line, row: row, in: zone.split(left: 1).rest, state.theme)
    }
    guard let prompt = view.prompt else { return nil }
    let bottom = zone.row(zone.size.rows - 1)
    let end = surface.write(" " + prompt.label, row: 0, in: bottom, style: state.theme[.prompt])
    return prompt.field.draw(on: &surface, in: bottom.split(left: end).rest, style: state.theme[.prompt])
  }

  /// The keys worth knowing here, as many as fit; or what can follow the keys already typed.
  private func hints(columns: Int) -> Line {
    if !pendingKeys.isEmpty { return continuations }
    var line = Line(" ", .dim)
    var used = 1
    for action in view.hints(state) {
      if case .command(.change(let kind)) = action,
        state.preflight()?.incapability(of: kind, for: view.extensionName) != nil
      {
        continue
      }
      guard let key = state.settings.keys(for: action, in: view.sections).first else { continue }
      // Where a line is typed, enter opens nothing.
      let word = action == .command(.open) ? view.prompt?.verb ?? action.hint : action.hint
      let width = key.columns + 1 + word.columns + 2
      guard used + width <= columns else { continue }
      line.spans += [Line.Span(text: key, style: .helpKey), Line.Span(text: " \(word)  ", style: .dim)]
      used += width
    }
    return line
  }

  private var continuations: Line {
    var line = Line(" \(pendingKeys.spelling) …  ", .helpKey)
    for section in view.sections {
      for binding in state.settings.keymaps[section.rawValue].continuations(of: pendingKeys) {
        line.spans += [
          Line.Span(text: binding.keys.spelling, style: .helpKey),
          Line.Span(text: " \(binding.command.name)  ", style: .dim),
        ]
      }
    }
    return line
  }
}

extension Command {
  /// A word for the footer.
  var hint: String {
    switch self {
    case .nextPane: "next"
    case .close: "quit"
    case .pageUp: "up"
    case .pageDown: "down"
    case .change(.rollBack): "back to"
    case .change(.configure): "config"
    case .palette: "command"
    case .compareWays: "compare"
    default: rawValue
    }
  }
}
