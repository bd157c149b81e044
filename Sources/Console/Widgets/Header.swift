import Client
import Extensions
import Terminal

/// The first row: where one is, and whether what one sees is true.
struct Header {
  private let desk: Desk

  init(_ desk: Desk) { self.desk = desk }

  func draw(on surface: inout Surface, in area: Rect) {
    let style = desk.theme["header"]
    surface.fill(area, style: style)
    let warning = " " + connection + " "
    let room = max(0, area.size.columns - warning.columns)
    surface.write(place.truncated(to: room), row: 0, in: area, style: style)
    let right = Point(row: area.origin.row, column: area.columns.upperBound - warning.columns)
    surface.write(warning, at: right, in: area, style: isWell ? style : desk.theme["header.warning"])
  }

  private var place: String {
    let way = desk.link.way.map { $0.way == .kubernetes ? $0.way.rawValue : "" } ?? ""
    let words = [desk.session.cluster, desk.dialect?.installations.kind ?? "", desk.session.note, way]
    return " ksx  " + words.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private var isWell: Bool { desk.link.state != .connected ? desk.link.staleSince == nil : marks.isEmpty }

  private var marks: [String] {
    (desk.session.isReadOnly ? ["read-only"] : isViewOnly ? ["view only"] : [])
      + (desk.session.isInsecure ? ["insecure TLS"] : []) + (desk.link.way?.way == .gateway ? [gatewayMark] : [])
  }

  /// The second of two ways is in use; why, where there is room for it.
  private var gatewayMark: String {
    guard desk.size.columns >= 110, let reason = desk.link.way?.reason else { return "via gateway" }
    return "via gateway: \(reason)"
  }

  /// This person may change no installation, or the cluster's are only to be looked at.
  private var isViewOnly: Bool {
    guard let capabilities = desk.knowledge.capabilities else { return false }
    return !capabilities.has(.install) || desk.rights.isViewOnly(in: capabilities.dialect)
  }

  private var connection: String {
    let state =
      switch desk.link.state {
      case .connecting: "connecting …"
      case .connected: "connected"
      case .stale: stale
      }
    return (marks + [state]).joined(separator: ", ")
  }

  private var stale: String {
    let age = desk.link.age(at: desk.now).map { " for \($0)" } ?? ""
    let word = desk.market.isFilled ? "stale" : desk.link.refusal == nil ? "no connection" : "refused"
    guard let next = desk.link.nextAttempt, next > desk.now else { return word + age + ", retrying" }
    return word + age + ", retry at " + next.clock
  }
}

/// The last two rows: what was said, or what is being typed, and the keys.
struct Footer {
  private let desk: Desk
  private let view: any View
  private let pendingKeys: [Key]

  init(_ desk: Desk, _ view: any View, _ pendingKeys: [Key]) {
    self.desk = desk
    self.view = view
    self.pendingKeys = pendingKeys
  }

  /// Draws both rows and returns where the cursor of a line being typed is.
  func draw(on surface: inout Surface, in area: Rect) -> Point? {
    surface.write(hints(columns: area.size.columns - 1), row: 1, in: area, desk.theme)
    guard let prompt = view.prompt else {
      if let entry = desk.journal.latest {
        let text = (" " + entry.text).truncated(to: area.size.columns)
        surface.write(text, row: 0, in: area, style: desk.theme[entry.tone.style])
      }
      return nil
    }
    let end = surface.write(" " + prompt.label, row: 0, in: area, style: desk.theme["prompt"])
    return prompt.field.draw(on: &surface, in: area.row(0).split(left: end).rest, style: desk.theme["prompt"])
  }

  /// The keys worth knowing here, as many as fit; or what can follow the keys already typed.
  private func hints(columns: Int) -> Line {
    if !pendingKeys.isEmpty { return continuations }
    var line = Line(" ", "dim")
    var used = 1
    for action in view.hints(desk) {
      if case .command(let command) = action, desk.incapability(command, on: view.subject) != nil { continue }
      guard let key = desk.settings.keys(for: action, in: view.sections).first else { continue }
      let width = key.columns + 1 + action.hint.columns + 2
      guard used + width <= columns else { continue }
      line.spans += [Line.Span(text: key, style: "help.key"), Line.Span(text: " \(action.hint)  ", style: "dim")]
      used += width
    }
    return line
  }

  private var continuations: Line {
    var line = Line(" \(pendingKeys.spelling) …  ", "help.key")
    for section in view.sections {
      for binding in desk.settings.keymaps[section.rawValue].continuations(of: pendingKeys) {
        line.spans += [
          Line.Span(text: binding.keys.spelling, style: "help.key"),
          Line.Span(text: " \(binding.command.name)  ", style: "dim"),
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
    case .pageUp: "up"
    case .pageDown: "down"
    case .rollBack: "back to"
    case .configure: "config"
    case .palette: "command"
    case .compareWays: "compare"
    default: rawValue
    }
  }
}
