import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Terminal

/// The first row: the location, the number of extensions that want attention, and the state of the connection.
struct Header {
  private let state: ConsoleState
  /// The titles of the open screens, from the outermost one.
  private let path: [String]

  /// Creates a header for the screens of `layers`; an extension is named only once, even if several screens are about
  /// it.
  init(_ state: ConsoleState, _ layers: [any Screen]) {
    self.state = state
    var path: [String] = []
    var names: Set<String> = []
    for screen in layers {
      if let name = screen.extensionName, names.insert(name).inserted { path.append(state.title(of: name)) }
      path.append(screen.title(state))
    }
    let isPage = layers.first.map { $0.extensionName == nil && !$0.title(state).isEmpty } ?? false
    self.path = ((isPage ? [] : [state.words("Extensions")]) + path).filter { !$0.isEmpty }
  }

  func draw(on surface: inout Surface, in area: Rect) {
    surface.fill(area, style: state.theme[.header])
    let connection = Line(" " + connection + " ", isWell ? .header : .headerWarning)
    let location = ([" ksx  " + state.session.cluster] + path).joined(separator: " › ")
    let counts = counts(room: area.size.columns - connection.text.columns - min(location.columns, 18))
    let right = counts + connection
    let room = max(0, area.size.columns - right.text.columns)
    surface.write(Line(location.middleTruncated(to: room), .header), row: 0, in: area, state.theme)
    surface.write(right, row: 0, in: area.split(left: room).rest, state.theme)
  }

  /// The counts of what wants attention, as many as fit, the most urgent first.
  private func counts(room: Int) -> Line {
    let tally = state.tally
    let words = state.words
    let all: [(Int, String, StyleName)] = [
      (tally.failed, words("{0} failed", "\(tally.failed)"), .headerFailed),
      (tally.busy, words("{0} busy", "\(tally.busy)"), .headerBusy),
      (
        tally.updates,
        tally.updates == 1 ? words("{0} update", "1") : words("{0} updates", "\(tally.updates)"), .headerUpdate
      ),
    ]
    var line = Line.blank
    for (count, text, style) in all where count > 0 {
      let piece = Line("  ", .header) + Line(text, style)
      guard (line + piece).text.columns + 2 <= room else { break }
      line = line + piece
    }
    return line.spans.isEmpty ? line : line + Line("  ", .header)
  }

  private var isWell: Bool { state.connection.state != .connected ? state.connection.staleSince == nil : marks.isEmpty }

  private var marks: [String] {
    (state.session.isReadOnly ? [state.words("read-only")] : isViewOnly ? [state.words("view only")] : [])
      + (state.session.isInsecure ? [state.words("insecure")] : [])
      + (state.session.way?.way == .gateway || state.session.note == "gateway" ? [gatewayMark] : [])
  }

  /// The note that the gateway is in use, with the reason if there is room.
  private var gatewayMark: String {
    guard state.size.columns >= 110, let reason = state.session.way?.reason else { return state.words("via gateway") }
    return state.words("via gateway: {0}", state.words(reason))
  }

  /// Whether this user may not change any installation, or the cluster does not allow changes.
  private var isViewOnly: Bool {
    guard let capabilities = state.capabilityState.capabilities else { return false }
    return !capabilities.has(.install) || state.rights.isViewOnly(in: capabilities.dialect)
  }

  private var connection: String {
    let word =
      switch state.connection.state {
      case .connecting: state.words("connecting …")
      case .connected: state.words("live")
      case .stale: stale
      }
    return (marks + [word]).joined(separator: " · ")
  }

  /// The text for a lost connection: the key that retries at once is more useful than the time of the next attempt.
  private var stale: String {
    let words = state.words
    let age = state.connection.age(at: state.now).map { " " + words.duration($0) } ?? ""
    let word =
      state.market.isFilled
      ? words("stale") : state.connection.refusal == nil ? words("no connection") : words("refused")
    let key = state.settings.keys(for: .refresh, in: [.everywhere]).first
    return word + age + (key.map { " · " + words("{0} retries", $0) } ?? "")
  }
}

/// The number of extensions that want attention, by reason.
struct Tally: Hashable, Sendable {
  var failed = 0
  var busy = 0
  var updates = 0
  /// The failed, then the busy, then the updatable extensions.
  var names: [String] = []
}

extension ConsoleState {
  /// The display name of the extension called `name`.
  func title(of name: String) -> String {
    let title = market.extensions[name]?.displayName.text(in: language) ?? ""
    return title.isEmpty ? name : title
  }
}
