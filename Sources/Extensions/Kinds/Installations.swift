/// The installations of one cluster, by extension.
///
/// An installation belongs to the extension in its spec, whatever its own name: a Subscription called
/// `devops-0.10.0` belongs to `devops`.
package struct Installations: Hashable, Sendable {
  private var byName: [String: Installation] = [:]
  private var names: [String: Set<String>] = [:]

  package init(_ all: some Sequence<Installation> = []) {
    for installation in all { insert(installation) }
  }

  /// All installations, unordered.
  package var all: some Collection<Installation> { byName.values }

  /// The extensions that have an installation.
  package var extensions: some Collection<String> { names.keys }

  package mutating func insert(_ installation: Installation) {
    remove(named: installation.name)
    byName[installation.name] = installation
    names[installation.extension, default: []].insert(installation.name)
  }

  /// Removes the object called `name` and returns the extension it belonged to.
  @discardableResult
  package mutating func remove(named name: String) -> String? {
    guard let former = byName.removeValue(forKey: name) else { return nil }
    names[former.extension]?.remove(name)
    if names[former.extension]?.isEmpty == true { names[former.extension] = nil }
    return former.extension
  }

  /// The installation of the extension called `name`; of several the one with that name, else the first by name.
  package func of(_ name: String) -> Installation? {
    guard let own = names[name] else { return nil }
    return byName[own.contains(name) ? name : own.min() ?? name]
  }
}
