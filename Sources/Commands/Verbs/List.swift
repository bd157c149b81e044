import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform

extension Verb {
  static let list = Verb(
    "list", "List the extensions of the marketplace with their states", operands: ["[TEXT]"],
    options: ListFormat.options + Selection.options + [.filter, .watch],
    notes: [
      "With TEXT only those with it in their name or displayed name. Where a gateway is the only way, it searches the",
      "displayed names itself, so that a large marketplace need not be sent. JSON, YAML and names come out while they",
      "arrive; with -w each row that changes follows, past connections that break.",
      "",
      "--where takes the language of the console's filter; its terms stand between blanks, and all must hold:",
      "  WORD              in title, name, category, provider, keywords, description or versions; \"two words\" in quotes",
      "  installed update failed off busy",
      "  KEY:VALUE         state version kube ks repo category since needs; with : = != and, for version, kube, ks and",
      "                    since, >= <= > <: state:failed version>=1.2 kube:1.27 needs:log-lens since:2h since:2026-05-01",
      "  -f LETTERS        in this order in title or name",
      "  -l KEY=VALUE      a label of the extension, or one of its columns here",
      "  !TERM             what the term leaves out",
    ], as: List.self)
}

struct List: ClusterCommand {
  /// A substring of the names or displayed names; empty for all.
  private let text: String
  private let format: ListFormat
  private let selection: Selection
  private let filter: ExtensionFilter
  private let isWatching: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    text = arguments.name
    format = try ListFormat(arguments)
    selection = Selection(arguments)
    filter = try arguments.extensionFilter()
    isWatching = arguments.has(.watch)
    if isWatching, !filter.isEmpty { throw CommandError("--where does not go with -w; -l and --field-selector do") }
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    if isWatching { return try await RowFollower(format, selection, text: text).run(reader, session) }
    if format.output == .name, text.isEmpty, selection.isEmpty, filter.isEmpty, format.order == nil {
      return try await printNames(reader, session)
    }
    switch format.output {
    case .table, .wide: try await printRows(reader, session)
    case .name, .json, .yaml: try await printObjects(reader, session)
    }
  }

  /// Prints names only; they are read as a table, which has no icons.
  private func printNames(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    async let answer = result { () throws(ClusterError) in try await reader.installations() }
    let names = try await session.asking("listing extensions") { () throws(ClusterError) in try await reader.names() }
    let others = try await unoffered(installed(await answer, reader, session), besides: Set(names), reader)
    session.outlet.print(names + others.map { Installation($0).extension })
  }

  private func printObjects(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    let (taking, installed) = try await taken(reader, session) { _, _ in ObjectPrinter(format, session.outlet) }
    var printer = taking
    let others = try await unoffered(installed, besides: printer.names, reader)
    if format.output == .name, printer.names.isEmpty, others.isEmpty { session.outlet.note(nothing(session)) }
    try printer.end(with: others)
  }

  private func printRows(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    let memories = session.history.releases()
    let (taking, installed) = try await taken(reader, session) { installed, readable in
      RowPrinter(
        format,
        RowPrinter.RowContext(
          dialect: reader.dialect, installations: Installations(installed.map(Installation.init)), memories: memories,
          language: session.outlet.language, readable: readable))
    }
    var printer = taking
    for object in try await unoffered(installed, besides: printer.names, reader) { printer.add(unoffered: object) }
    if try printer.end(to: session.outlet) == 0 { session.outlet.note(nothing(session)) }
  }

  /// Returns a printer that has received the extensions, and the installations.
  ///
  /// Both are requested concurrently; extensions that arrive before the installations are queued.
  private func taken<Printer: ListPrinter>(
    _ reader: ClusterReader, _ session: CommandSession, _ printer: ([Object], ExtensionStatus.ReadableKinds) -> Printer
  ) async throws(CommandError) -> (Printer, [Object]) {
    let answer = Locked<Result<[Object], ClusterError>?>(nil)
    async let asked: Void = {
      let found = await result { () throws(ClusterError) in try await reader.installations() }
      answer.withLock { $0 = found }
    }()
    var (queue, refusal): (ExtensionQueue<Printer>, ClusterError?) = (ExtensionQueue(), nil)
    do throws(ClusterError) {
      try await extensions(reader, session.session, restart: { queue.startOver() }) { object in
        queue.take(object) {
          // A filter needs all extensions at once.
          guard filter.isEmpty, case .success(let installed)? = answer.withLock({ $0 }) else { return nil }
          return printer(installed, ExtensionStatus.ReadableKinds())
        }
      }
    } catch {
      refusal = error
    }
    await asked
    let found = answer.withLock { $0 } ?? .success([])
    let readable = try readable(refusal, found, reader, session)
    var installed = try installed(found, reader, session)
    if !filter.isEmpty {
      (queue.waiting, installed) = try await filtered(queue.waiting, installed, readable, reader, session)
    }
    return (queue.end { printer(installed, readable) }, installed)
  }

  /// Reports what could not be read; what the user may not read is unknown, not absent.
  private func readable(
    _ refusal: ClusterError?, _ installed: Result<[Object], ClusterError>, _ reader: ClusterReader,
    _ session: CommandSession
  ) throws(CommandError) -> ExtensionStatus.ReadableKinds {
    var readable = ExtensionStatus.ReadableKinds()
    if let refusal {
      guard refusal.isForbidden, case .success = installed else {
        throw CommandError(refusal, "listing extensions", at: session.server)
      }
      session.outlet.note("you may not list extensions: only what is installed is shown, and not what is offered")
      readable.extensions = false
    }
    if case .failure(let error) = installed {
      let what = "\(reader.dialect.installations.plural) could not be listed (\(error.brief))"
      session.outlet.note("\(what): what is wanted, and whether it is enabled, is not known")
      readable.installations = false
    }
    return readable
  }

  /// The extensions and installations that the filter accepts.
  private func filtered(
    _ objects: [Object], _ installed: [Object], _ readable: ExtensionStatus.ReadableKinds, _ reader: ClusterReader,
    _ session: CommandSession
  ) async throws(CommandError) -> ([Object], [Object]) {
    let names = try await session.asking("reading what the filter asks for") { () throws(ClusterError) in
      try await reader.names(
        takenBy: filter, among: objects, Installations(installed.map(Installation.init)), session.history.releases(),
        language: session.outlet.language, at: Timestamp.now(), readable: readable)
    }
    return (
      objects.filter { names.contains($0.name) },
      installed.filter { names.contains(Installation($0).extension) }
    )
  }

  private func nothing(_ session: CommandSession) -> String {
    let asked = [text, filter.text, selection.selector.labels, selection.selector.fields].filter { !$0.isEmpty }
      .joined(separator: " and ")
    return "\(asked.isEmpty ? "no extensions" : "no extension matches \(asked)") in \(session.name)"
  }

  private func hasText(_ names: String...) -> Bool {
    let text = text.lowercased()
    return text.isEmpty || names.contains { $0.lowercased().containsText(text) }
  }

  /// The installations.
  ///
  /// If they may not be read, the list is empty, and the status of the extensions is shown alone.
  private func installed(
    _ answer: Result<[Object], ClusterError>, _ reader: ClusterReader, _ session: CommandSession
  ) throws(CommandError) -> [Object] {
    switch answer {
    case .success(let objects): return objects
    case .failure(let error) where error.isOfMissingKind:
      throw CommandError(error, "listing \(reader.dialect.installations.plural)", at: session.server)
    case .failure: return []
    }
  }

  /// The installations that match, and whose extension is not among `names`.
  private func unoffered(
    _ installed: [Object], besides names: Set<String>, _ reader: ClusterReader
  ) async throws(CommandError) -> [Object] {
    var offered = names
    // Extensions that do not match or are not selected are missing in `names`, but are offered.
    if !text.isEmpty || !selection.isEmpty || !filter.isEmpty { offered.formUnion((try? await reader.names()) ?? []) }
    let installations = Installations(installed.map(Installation.init))
    let wanted = installations.extensions.filter { !offered.contains($0) && hasText($0) }.sorted()
      .compactMap { installations.of($0)?.name }
    return wanted.compactMap { name in installed.first { $0.name == name } }
      .filter { selection.isEmpty || selection.takes($0) }
  }

  /// Passes all extensions, or those that match the text, to `each`.
  private func extensions(
    _ reader: ClusterReader, _ session: ClusterSession, restart: () -> Void, each: (Object) -> Void
  ) async throws(ClusterError) {
    let isWhole = format.output.isStructured || format.order != nil
    // Only KubeSphere with InstallPlans has the gateway's search (docs/KUBESPHERE.md: Gateway). If it finds nothing,
    // the text may still occur in a name.
    if !text.isEmpty, selection.isEmpty, session.isByGatewayAlone, reader.dialect.era == .installPlan,
      let gateway = session.gateway,
      let found = try? await gateway.all(text, skipping: isWhole ? JSONPaths() : Extension.bulkyFields), !found.isEmpty
    {
      return found.forEach(each)
    }
    let text = text.lowercased()
    try await reader.extensions(isWhole: isWhole, selector: selection.selector, restart: restart) { object in
      let isMeant =
        text.isEmpty
        || ([object.name] + Extension(object, dialect: reader.dialect).displayName.texts.values)
          .contains { $0.lowercased().containsText(text) }
      if isMeant { each(object) }
    }
  }
}

/// Queues extensions until the installations are known, and then passes them to a printer.
private struct ExtensionQueue<Printer: ListPrinter> {
  var waiting: [Object] = []
  private var printer: Printer?

  /// Adds an object; `make` returns the printer as soon as that is possible.
  mutating func take(_ object: Object, _ make: () -> Printer?) {
    waiting.append(object)
    if printer == nil { printer = make() }
    if printer != nil { hand() }
  }

  mutating func startOver() {
    waiting = []
    printer?.startOver()
  }

  /// Returns the printer with all objects added.
  mutating func end(_ make: () -> Printer) -> Printer {
    var whole = printer ?? make()
    for object in waiting { whole.add(object) }
    return whole
  }

  private mutating func hand() {
    for object in waiting { printer?.add(object) }
    waiting.removeAll(keepingCapacity: true)
  }
}

extension GatewayAPI {
  /// Reads every extension with `text` in a displayed name, page by page.
  fileprivate func all(_ text: String, skipping: JSONPaths) async throws(ClusterError) -> [Object] {
    var found: [Object] = []
    var search = Search(text: text, size: 200)
    while true {
      let page = try await self.search(search, skipping: skipping)
      found += page.objects
      if page.objects.isEmpty || found.count >= page.total { return found }
      search.page += 1
    }
  }
}
