import Client
import Extensions
import Operations
import Platform

/// The last known marketplace of the cluster.
///
/// Only the console changes it. It records which extensions changed, so that lists can update just those rows, however
/// many lists there are.
struct Market: Sendable {
  private(set) var categories = Store<Category>()
  private(set) var extensions = Store<Extension>()
  private(set) var installations = Store<Installation>()
  /// The installations by extension.
  private(set) var installed = Installations()
  /// The versions of the extensions that a screen shows.
  private(set) var versions: [String: Store<ExtensionVersion>] = [:]
  /// All versions by extension, if a filter needed the data that only they contain.
  private(set) var catalogue: [String: [ExtensionVersion]] = [:]
  /// Why the versions of all extensions could not be read when they were asked for last, in words; `nil` if they could.
  private(set) var catalogueProblem: Sentence?
  /// Whether the versions of all extensions have been read.
  private(set) var isCatalogueRead = false
  /// The names of the extensions that changed, or whose installation changed.
  private(set) var log = RevisionLog()
  /// Increases with every event about categories.
  private(set) var categoryRevision = 0
  /// Increases with every event.
  private(set) var revision = 0

  mutating func apply(_ event: WatchEvent<Category>) {
    categories.apply(event)
    revision += 1
    categoryRevision += 1
  }

  mutating func apply(_ event: WatchEvent<Extension>) {
    let former = readable
    extensions.apply(event)
    note(event) { $0.name }
    if readable != former { invalidate() }
  }

  mutating func apply(_ event: WatchEvent<Installation>) {
    let former = readable
    installations.apply(event)
    note(event) { $0.extension }
    if readable != former { invalidate() }
    switch event {
    case .replaced(let all): installed = Installations(all)
    case .applied(let installation):
      // If the installation belonged to another extension before, that extension loses it.
      if let former = installed.remove(named: installation.name) { log.note(former) }
      installed.insert(installation)
    case .deleted(let installation):
      if let former = installed.remove(named: installation.name) { log.note(former) }
    case .resumed, .interrupted: break
    }
  }

  mutating func apply(_ event: WatchEvent<ExtensionVersion>, of name: String) {
    versions[name, default: Store()].apply(event)
    revision += 1
  }

  /// Stores all versions that exist.
  mutating func setCatalogue(_ versions: [ExtensionVersion]) {
    catalogue = Dictionary(grouping: versions, by: \.extension)
    (isCatalogueRead, catalogueProblem) = (true, nil)
    invalidate()
  }

  /// Records why the versions could not be read.
  mutating func missCatalogue(_ problem: Sentence) { catalogueProblem = problem }

  /// Drops the versions of `name`.
  mutating func forgetVersions(of name: String) {
    versions[name] = nil
  }

  /// Marks every row as changed, because data beyond the marketplace has changed.
  mutating func invalidate() {
    revision += 1
    log.noteEverything()
  }

  /// Drops everything, for example before it is read in another dialect.
  mutating func forgetAll() {
    var empty = Market()
    (empty.log, empty.revision, empty.categoryRevision) = (log, revision + 1, categoryRevision + 1)
    empty.log.noteEverything()
    self = empty
  }

  private mutating func note<Element>(_ event: WatchEvent<Element>, name: (Element) -> String) {
    revision += 1
    switch event {
    case .replaced: log.noteEverything()
    case .applied(let element), .deleted(let element): log.note(name(element))
    case .resumed, .interrupted: break
    }
  }

  /// Whether the first list of everything that this user may read has arrived.
  var isFilled: Bool {
    let readable = readable
    return (readable.extensions || readable.installations) && (extensions.isFilled || !readable.extensions)
      && (installations.isFilled || !readable.installations)
  }

  /// Which lists this user may read; what cannot be read is unknown rather than absent.
  var readable: ExtensionStatus.ReadableKinds {
    ExtensionStatus.ReadableKinds(
      extensions: !Self.isForbidden(extensions), installations: !Self.isForbidden(installations))
  }

  private static func isForbidden<Element>(_ store: Store<Element>) -> Bool {
    !store.isFilled && store.interruption?.isForbidden == true
  }

  /// Why the contents may be out of date.
  var interruption: ClusterError? {
    extensions.interruption ?? installations.interruption ?? categories.interruption
  }
}
