import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// Prints the rows of extensions, then those that change: `-w` of `list` and `get`.
struct RowFollower {
  private let format: ListFormat
  private let selection: Selection
  /// The extension that is followed; `nil` for all.
  private let name: String?
  /// A substring of the names or titles to follow; empty for all.
  private let text: String

  init(_ format: ListFormat, _ selection: Selection, name: String? = nil, text: String = "") {
    (self.format, self.selection, self.name, self.text) = (format, selection, name, text.lowercased())
  }

  func run(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    let dialect = reader.dialect
    let extensions = WatchedCollection(
      dialect.extensions, selector: selection.selector, named: name,
      skipping: format.output.isStructured ? JSONPaths() : Extension.bulkyFields)
    var rows = FollowedRows(dialect, session.history.releases(), session.outlet.language) { isMeant($0) }
    let columns = ListColumns.all.filter { format.output == .wide || !$0.isWide }
    var printer = ChangePrinter(format, session.outlet, headings: columns.map(\.heading)) { _ in [] }
    for await news in session.objects([extensions, WatchedCollection(dialect.installations)]) {
      if case .interrupted(let error) = news { session.tell(error) }
      let changed = rows.take(news)
      switch format.output {
      case .table, .wide: printer.print(rows: changed.map { row in columns.map { $0.text(row) } })
      case .name: session.outlet.print(changed.map(\.name))
      case .json, .yaml: try printer.print(rows.objects(in: news))
      }
    }
  }

  private func isMeant(_ row: ExtensionRow) -> Bool {
    if let name, row.name != name { return false }
    if !selection.isEmpty, !row.status.isOffered { return false }
    return text.isEmpty || [row.name, row.title].contains { $0.lowercased().containsText(text) }
  }
}

/// The state of the rows that are followed.
struct FollowedRows {
  private let dialect: Dialect
  private let memories: [String: ReleaseMemory]
  private let language: String
  private let isMeant: (ExtensionRow) -> Bool
  private var extensions: [String: Extension] = [:]
  private var installations = Installations()
  private var rows: [String: ExtensionRow] = [:]

  init(
    _ dialect: Dialect, _ memories: [String: ReleaseMemory], _ language: String,
    isMeant: @escaping (ExtensionRow) -> Bool
  ) {
    (self.dialect, self.memories, self.language, self.isMeant) = (dialect, memories, language, isMeant)
  }

  /// The rows that `news` changes; a row that is removed is returned once more, without a state.
  mutating func take(_ news: ObjectNews) -> [ExtensionRow] {
    switch news {
    case .interrupted: return []
    case .initial(let objects):
      for object in objects { insert(object) }
      return Set(extensions.keys).union(installations.extensions).sorted().compactMap { update($0) }
    case .changed(let object): return [update(insert(object))].compactMap(\.self)
    case .gone(let object):
      if isExtension(object) { extensions[object.name] = nil }
      let name = isExtension(object) ? object.name : installations.remove(named: object.name) ?? object.name
      return [update(name)].compactMap(\.self)
    }
  }

  /// The objects in `news` that `list -o json` would print.
  func objects(in news: ObjectNews) -> [Object] {
    switch news {
    case .interrupted, .gone: []
    case .initial(let objects): objects.filter(isListed)
    case .changed(let object): isListed(object) ? [object] : []
    }
  }

  private func isListed(_ object: Object) -> Bool {
    let name = isExtension(object) ? object.name : Installation(object).extension
    guard rows[name] != nil else { return false }
    return isExtension(object) || extensions[name] == nil
  }

  private func isExtension(_ object: Object) -> Bool { object.kind == dialect.extensions.kind }

  @discardableResult
  private mutating func insert(_ object: Object) -> String {
    if isExtension(object) {
      extensions[object.name] = Extension(object, dialect: dialect)
      return object.name
    }
    let installation = Installation(object)
    installations.insert(installation)
    return installation.extension
  }

  /// The row of the extension `name`, if it has changed.
  private mutating func update(_ name: String) -> ExtensionRow? {
    let row = ExtensionRow(name, extensions[name], installations.of(name), memories[name], language: language)
    guard row != rows[name], isMeant(row) else { return nil }
    let isThere = extensions[name] != nil || installations.of(name) != nil
    rows[name] = isThere ? row : nil
    return row
  }
}
