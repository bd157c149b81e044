import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let events = Verb(
    "events", "List the events about an extension: its jobs, pods and workloads, and itself", operands: ["NAME"],
    options: ListFormat.options + [.watch],
    notes: [
      "KubeSphere's controllers write none about an installation; those of the job and the pod in which helm runs tell why it",
      "does not begin. The cluster keeps them for an hour.",
    ], as: ListEvents.self)
}

/// Lists the events about one extension, oldest first.
struct ListEvents: ClusterCommand {
  private let name: String
  private let format: ListFormat
  private let isWatching: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    format = try ListFormat(arguments)
    isWatching = arguments.has(.watch)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let installed = Installations(try await session.installations(reader).map(Installation.init)).of(name)
    let related = RelatedEvents(name, installed)
    if isWatching { return try await follow(related, session) }
    var events: [Object] = []
    for namespace in related.namespaces {
      events += try await session.asking("listing events in \(namespace)") { () throws(ClusterError) in
        try await session.cluster.list(.events, namespace: namespace)
      }
    }
    let found = events.filter(related.include).sorted(by: Self.isEarlier)
    try print(found, session.outlet)
    if found.isEmpty { session.outlet.note("there are no events about \(name) in \(session.name)") }
  }

  private static let headings = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "COUNT", "MESSAGE"]

  private func print(_ events: [Object], _ outlet: Outlet) throws(CommandError) {
    switch format.output {
    case .json, .yaml, .name: try format.print(events, to: outlet)
    case .table, .wide:
      var keyed: [(row: EventLine, key: Value?)] = []
      for event in events { keyed.append((EventLine(event), try format.key(of: event.value))) }
      let rows = try format.sorted(keyed, by: \.key).map { Self.cells($0.row) }
      outlet.print(TextTable(headings: Self.headings, rows: rows), hasHeadings: format.hasHeadings)
    }
  }

  private static func cells(_ row: EventLine) -> [String] {
    [row.time, row.type, row.reason, "\(row.kind)/\(row.subject)", String(row.count), row.message.oneLine]
  }

  private static func isEarlier(_ one: Object, _ other: Object) -> Bool { EventLine(one) > EventLine(other) }

  private func follow(_ related: RelatedEvents, _ session: CommandSession) async throws(CommandError) {
    var printer = ChangePrinter(format, session.outlet, headings: Self.headings) { Self.cells(EventLine($0)) }
    let collections = related.namespaces.map { WatchedCollection(.events, namespace: $0) }
    for await news in session.objects(collections) {
      switch news {
      case .interrupted(let error): session.tell(error)
      case .initial(let objects):
        try printer.print(objects.filter(related.include).sorted(by: Self.isEarlier))
      case .changed(let object): if related.include(object) { try printer.print([object]) }
      case .gone: break
      }
    }
  }
}
