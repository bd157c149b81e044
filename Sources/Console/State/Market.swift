import Client
import Extensions
import Operations

/// The last known marketplace of the cluster.
///
/// A value with one writer, the console. It notes which extensions changed, so that a list can
/// make the rows of those alone, however many lists there are.
struct Market: Sendable {
  private(set) var categories = Store<Category>()
  private(set) var extensions = Store<Extension>()
  private(set) var installations = Store<Installation>()
  /// The same by the extension they are of.
  private(set) var installed = Installations()
  /// The versions of the extensions that a screen shows.
  private(set) var versions: [String: Store<ExtensionVersion>] = [:]
  /// All versions that there are, by extension, where a filter has asked what only they say.
  private(set) var catalogue: [String: [ExtensionVersion]] = [:]
  /// The names of the extensions that changed, or whose installation did.
  private(set) var log = RevisionLog()
  /// Another number after every event about categories.
  private(set) var categoryRevision = 0
  /// Another number after every event.
  private(set) var revision = 0

  mutating func apply(_ event: WatchEvent<Category>) {
    categories.apply(event)
    revision += 1
    categoryRevision += 1
  }

  mutating func apply(_ event: WatchEvent<Extension>) {
    let former = sight
    extensions.apply(event)
    note(event) { $0.name }
    if sight != former { invalidate() }
  }

  mutating func apply(_ event: WatchEvent<Installation>) {
    let former = sight
    installations.apply(event)
    note(event) { $0.extension }
    if sight != former { invalidate() }
    switch event {
    case .replaced(let all): installed = Installations(all)
    case .applied(let installation):
      // What it was of before loses it.
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

  /// Takes in all versions there are.
  mutating func learn(_ versions: [ExtensionVersion]) {
    catalogue = Dictionary(grouping: versions, by: \.extension)
    invalidate()
  }

  /// Lets go of the versions of `name`.
  mutating func forgetVersions(of name: String) {
    versions[name] = nil
  }

  /// What rows are made of beyond the marketplace has changed.
  mutating func invalidate() {
    revision += 1
    log.noteEverything()
  }

  /// Lets go of everything, as before another way of reading it.
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

  /// The first list has arrived of all that this user may read.
  var isFilled: Bool {
    let sight = sight
    return (sight.extensions || sight.installations) && (extensions.isFilled || !sight.extensions)
      && (installations.isFilled || !sight.installations)
  }

  /// What of the cluster this user may read; what is not read is unknown, and not absent.
  var sight: ExtensionStatus.Sight {
    ExtensionStatus.Sight(
      extensions: !Self.isForbidden(extensions), installations: !Self.isForbidden(installations))
  }

  private static func isForbidden<Element>(_ store: Store<Element>) -> Bool {
    !store.isFilled && store.interruption?.isForbidden == true
  }

  /// Why what is shown may be behind the cluster.
  var interruption: ClusterError? {
    extensions.interruption ?? installations.interruption ?? categories.interruption
  }
}
