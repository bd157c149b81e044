/// The installations of one cluster, by the extension they are of.
///
/// An installation belongs to the extension that it names, not to the one it is named like: a Subscription called
/// `devops-0.10.0` is that of `devops`.
package struct Installations: Hashable, Sendable {
  private var byName: [String: Installation] = [:]
  private var names: [String: Set<String>] = [:]

  package init(_ all: some Sequence<Installation> = []) {
    for installation in all { insert(installation) }
  }

  /// All of them, in no order.
  package var all: some Collection<Installation> { byName.values }

  /// The extensions that have one.
  package var extensions: some Collection<String> { names.keys }

  package mutating func insert(_ installation: Installation) {
    remove(named: installation.name)
    byName[installation.name] = installation
    names[installation.extension, default: []].insert(installation.name)
  }

  /// Removes the object called `name` and returns the extension it was of.
  @discardableResult
  package mutating func remove(named name: String) -> String? {
    guard let former = byName.removeValue(forKey: name) else { return nil }
    names[former.extension]?.remove(name)
    if names[former.extension]?.isEmpty == true { names[former.extension] = nil }
    return former.extension
  }

  /// The installation of the extension called `name`: where there are several, the one named like it, else the first.
  package func of(_ name: String) -> Installation? {
    guard let own = names[name] else { return nil }
    return byName[own.contains(name) ? name : own.min() ?? name]
  }
}
