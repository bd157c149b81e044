package import Extensions
package import Manifest
package import Packages
package import Platform

/// What differs between two versions of one extension, from their packages.
package struct VersionComparison: Hashable, Sendable {
  /// A heading and the differences listed below it.
  package struct Section: Hashable, Sendable {
    package var title: String
    package var lines: [Line]
  }

  /// One difference: an item that only one version has, or a value that has changed.
  package struct Line: Hashable, Sendable {
    package enum Sign: String, Sendable {
      case added = "+"
      case removed = "-"
      case changed = "~"
    }

    package var sign: Sign
    package var sentence: Sentence
    /// Whether the new version adds this permission and the permission is dangerous.
    package var isDangerous = false

    /// `sentence` in English.
    package var text: String { sentence.english }

    init(_ sign: Sign, _ sentence: Sentence) { (self.sign, self.sentence) = (sign, sentence) }

    init(_ sign: Sign, text: String) { self.init(sign, Sentence(verbatim: text)) }
  }

  /// One version with its package.
  package struct Side: Hashable, Sendable {
    package var version: ExtensionVersion
    package var package: Package

    package init(_ version: ExtensionVersion, _ package: Package) {
      self.version = version
      self.package = package
    }
  }

  /// The sections that have at least one line.
  package private(set) var sections: [Section] = []

  /// Compares `old` and `new`; default values that `config` overrides have a section of their own, which comes first.
  package init(from old: Side, to new: Side, config: Value = [:], language: String = "en") {
    let (before, after) = (PackageContents(old.package), PackageContents(new.package))
    add("default values that are overridden here", Self.values(old, new) { Self.isSet($0, in: config) })
    add("default values", Self.values(old, new) { !Self.isSet($0, in: config) })
    add("needs", Self.listChanges(Self.needs(old.version), Self.needs(new.version)))
    add("permissions", Self.permissions(before, after))
    add("images", Self.listChanges(before.images, after.images))
    add("kinds", Self.listChanges(before.kinds.map(\.words), after.kinds.map(\.words)))
    add("definitions", Self.listChanges(before.definitions.map(\.words), after.definitions.map(\.words)))
    add("serves", Self.listChanges(before.served.map(Self.words), after.served.map(Self.words)))
    add("changelog", Self.changelog(old.package, new.package, language))
  }

  private mutating func add(_ title: String, _ lines: [Line]) {
    if !lines.isEmpty { sections.append(Section(title: title, lines: lines)) }
  }

  private static func permissions(_ before: PackageContents, _ after: PackageContents) -> [Line] {
    let dangerous = Set(after.permissions.filter(\.isDangerous).map(\.sentence))
    return listChanges(before.permissions.map(\.sentence), after.permissions.map(\.sentence)).map { line in
      var line = line
      line.isDangerous = line.sign == .added && dangerous.contains(line.sentence)
      return line
    }
  }

  private static func words(_ served: PackageContents.Served) -> String { "\(served.kind) \(served.words)" }

  private static func listChanges(_ old: [String], _ new: [String]) -> [Line] {
    listChanges(old.map(Sentence.init(verbatim:)), new.map(Sentence.init(verbatim:)))
  }

  private static func listChanges(_ old: [Sentence], _ new: [Sentence]) -> [Line] {
    old.filter { !new.contains($0) }.map { Line(.removed, $0) }
      + new.filter { !old.contains($0) }.map { Line(.added, $0) }
  }

  private static func needs(_ version: ExtensionVersion) -> [Sentence] {
    let others = version.dependencies.map { need -> Sentence in
      let words = need.version.isEmpty ? need.name : "\(need.name) \(need.version)"
      return need.isRequired ? Sentence(verbatim: words) : "\(words), if there"
    }
    let servers = [("Kubernetes", version.kubeVersion), ("KubeSphere", version.ksVersion)]
    return servers.filter { !$0.1.isEmpty }.map { Sentence(verbatim: "\($0.0) \($0.1)") } + others
  }

  private static func values(_ old: Side, _ new: Side, where isMeant: ([String]) -> Bool) -> [Line] {
    let before = EffectiveValues(defaults: old.package.defaults, config: [:]).entries.filter { isMeant($0.path) }
    let after = EffectiveValues(defaults: new.package.defaults, config: [:]).entries.filter { isMeant($0.path) }
    let former = Dictionary(before.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    let present = Set(after.map(\.path))
    func text(_ value: Value) -> String { value.string ?? JSON.text(value) }
    let gone = before.filter { !present.contains($0.path) }
      .map { Line(.removed, text: "\($0.key): \(text($0.value))") }
    let others = after.compactMap { entry -> Line? in
      guard let was = former[entry.path] else { return Line(.added, text: "\(entry.key): \(text(entry.value))") }
      if was.value == entry.value { return nil }
      return Line(.changed, text: "\(entry.key): \(text(was.value)) → \(text(entry.value))")
    }
    return gone + others
  }

  private static func isSet(_ path: [String], in config: Value) -> Bool {
    var value: Value? = config
    for key in path {
      value = value?[key]
      guard let value else { return false }
      if value.mapping == nil { return true }
    }
    return true
  }

  private static func changelog(_ old: Package, _ new: Package, _ language: String) -> [Line] {
    let (before, after) = (old.changelog(in: language) ?? "", new.changelog(in: language) ?? "")
    return LineDifference(from: before, to: after).changes.filter { $0.kind == .added && !$0.text.isEmpty }
      .map { Line(.added, text: $0.text) }
  }
}
