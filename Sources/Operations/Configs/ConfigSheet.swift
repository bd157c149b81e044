import Extensions
package import Manifest
package import Packages
import Platform

/// A config laid over the chart's values, line by line, as the Config page shows it.
package struct ConfigSheet: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
      /// A line of the chart's values that nothing overrides.
      case own
      case comment
      /// A value of the chart, overridden by this origin.
      case overridden(EffectiveValues.Origin)
      /// A value that this origin sets and that the chart's values do not have.
      case unknown(EffectiveValues.Origin)
      case note
    }

    package var kind: Kind
    /// The line, with secrets masked.
    package var text: String
    /// The line with its secrets readable; `nil` if it has none.
    package var unmaskedText: String?
    /// The path of the key that begins in this line.
    package var path: [String]?
  }

  package private(set) var rows: [Row] = []

  /// Lays `config` and the overrides of clusters over the chart's values in `package`.
  package init(_ package: Package, config: String, overrides: [String: Value] = [:]) {
    let parsed = (try? YAML.parse(config)) ?? .null
    let values = EffectiveValues(
      defaults: package.defaults, config: parsed.mapping == nil ? [:] : parsed, overrides: overrides)
    let shown = addChart(package, Dictionary(grouping: values.overridden, by: \.path))
    let others = values.overridden.filter { !shown.contains($0.path) }
    if others.isEmpty { return }
    rows += [Row(kind: .own, text: ""), Row(kind: .note, text: "Set, and not among the chart's values:")]
    rows += others.map { entry in
      var row = Self.row(entry, nil)
      row.kind = .unknown(entry.origin)
      return row
    }
  }

  /// Adds the lines of the chart's values and returns the overridden keys that are among them.
  ///
  /// A value in the config replaces the lines of its key; the overrides of clusters precede them.
  private mutating func addChart(
    _ package: Package, _ set: [[String]: [EffectiveValues.Entry]]
  ) -> Set<[String]> {
    var shown: Set<[String]> = []
    let guide = ValuesGuide(package)
    let masked = MaskedText(package.values).lines
    let repeated = guide.entries.filter { $0.isRepeated && set[$0.path] != nil }
    var line = 0
    while line < guide.lines.count {
      let entry = guide.entry(inLine: line)
      if let entry, let over = set[entry.path],
        !Self.isMapping(entry.value) || over.contains(where: { $0.origin == .config })
      {
        shown.insert(entry.path)
        rows += over.map { Self.row($0, entry) }
        // The config replaces the whole value.
        line = over.contains { $0.origin == .config } ? entry.lines.upperBound : line
        if over.contains(where: { $0.origin == .config }) { continue }
      }
      rows.append(Self.row(guide.lines[line], masked[line], entry))
      if let entry { add(repeated.filter { guide.standing(above: $0) == entry }, below: entry, set, &shown) }
      line += 1
    }
    while rows.last?.text.isEmpty == true { rows.removeLast() }
    add(repeated.filter { guide.standing(above: $0) == nil }, below: nil, set, &shown)
    return shown
  }

  /// Adds what is set of keys that an alias or a merge repeats below `parent`, where they have no line of their own.
  private mutating func add(
    _ repeated: [ValuesGuide.Entry], below parent: ValuesGuide.Entry?, _ set: [[String]: [EffectiveValues.Entry]],
    _ shown: inout Set<[String]>
  ) {
    for var entry in repeated {
      entry.column = parent.map { $0.column + 2 } ?? 0
      let path = Array(entry.path.dropFirst(parent?.path.count ?? 0))
      let key = EffectiveValues.Entry(path: path, value: .null, origin: .chart).key
      rows += (set[entry.path] ?? []).map { Self.row($0, entry, called: key) }
      shown.insert(entry.path)
    }
  }

  private static func isMapping(_ value: Value) -> Bool { value.mapping.map { !$0.isEmpty } ?? false }

  private static func row(_ line: String, _ masked: String, _ entry: ValuesGuide.Entry?) -> Row {
    let isComment = line.trimmed().hasPrefix("#")
    return Row(
      kind: isComment ? .comment : .own, text: masked, unmaskedText: masked == line ? nil : line, path: entry?.path)
  }

  private static func row(
    _ set: EffectiveValues.Entry, _ entry: ValuesGuide.Entry?, called key: String? = nil
  ) -> Row {
    let start = String(repeating: " ", count: entry?.column ?? 0) + (key ?? entry?.key ?? set.key) + ": "
    let (shown, unmaskedText) = (start + set.shown.brief, start + set.value.brief)
    return Row(
      kind: .overridden(set.origin), text: shown, unmaskedText: shown == unmaskedText ? nil : unmaskedText,
      path: set.path)
  }

  /// A config without the chart's values, for when they are not available.
  package init(config: String) {
    let lines = config.shownLines
    rows = zip(lines, MaskedText(config).lines).map { Self.row($0, $1, nil) }
  }
}
