import Client
import Extensions

/// The last known marketplace of the cluster.
///
/// A value with one writer, the console. It notes which extensions changed, so that the list can
/// make the rows of those alone.
struct Market: Sendable {
  private(set) var categories = Store<Category>()
  private(set) var extensions = Store<Extension>()
  private(set) var installations = Store<Installation>()
  /// The same by the extension they are of.
  private(set) var installed = Installations()
  /// The versions of the extensions somebody looks at.
  private(set) var versions: [String: Store<ExtensionVersion>] = [:]
  private(set) var changes = Changes()
  /// Another number after every event.
  private(set) var revision = 0

  /// What is different since `settled` was last called.
  struct Changes: Sendable {
    var isEverything = true
    var categories = false
    var names: Set<String> = []
    var isEmpty: Bool { !isEverything && !categories && names.isEmpty }
  }

  mutating func apply(_ event: WatchEvent<Category>) {
    categories.apply(event)
    revision += 1
    changes.categories = true
  }

  mutating func apply(_ event: WatchEvent<Extension>) {
    extensions.apply(event)
    note(event) { $0.name }
  }

  mutating func apply(_ event: WatchEvent<Installation>) {
    installations.apply(event)
    note(event) { $0.extension }
    switch event {
    case .replaced(let all): installed = Installations(all)
    case .applied(let installation):
      // What it was of before loses it.
      if let former = installed.remove(named: installation.name) { changes.names.insert(former) }
      installed.insert(installation)
    case .deleted(let installation):
      if let former = installed.remove(named: installation.name) { changes.names.insert(former) }
    case .resumed, .interrupted: break
    }
  }

  mutating func apply(_ event: WatchEvent<ExtensionVersion>, of name: String) {
    versions[name, default: Store()].apply(event)
    revision += 1
  }

  /// Lets go of the versions of `name`.
  mutating func forgetVersions(of name: String) {
    versions[name] = nil
  }

  /// The rows are up to date.
  mutating func settled() {
    changes = Changes(isEverything: false)
  }

  /// The rows must be made again, in another language for instance.
  mutating func invalidate() {
    changes.isEverything = true
  }

  private mutating func note<Element>(_ event: WatchEvent<Element>, name: (Element) -> String) {
    revision += 1
    switch event {
    case .replaced: changes.isEverything = true
    case .applied(let element), .deleted(let element): changes.names.insert(name(element))
    case .resumed, .interrupted: break
    }
  }

  /// The first list has arrived.
  var isFilled: Bool { extensions.isFilled && installations.isFilled }

  /// Why what is shown may be behind the cluster.
  var interruption: ClusterError? {
    extensions.interruption ?? installations.interruption ?? categories.interruption
  }
}
