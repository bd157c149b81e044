import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The contents of a version's package, from its files.
struct InsidePage: PageText {
  let name: String

  private func topic(_ state: ConsoleState) -> ReadRequest.Topic? {
    (state.chosenVersions[name] ?? state.shownVersion(of: name)).map { .contents(of: name, version: $0) }
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] { topic(state).map { state.reading($0) } ?? [] }

  func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    guard let topic = topic(state) else {
      let isFilled = state.market.versions[name]?.isFilled == true
      return [Line(isFilled ? state.words("No version is offered.") : state.words("Reading the versions …"), .dim)]
    }
    guard case .contents(let facts)? = state.readings[topic]?.facts else {
      return state.emptyLine(topic, reading: state.words("Reading the package …"), otherwise: "").wrapped(
        to: columns)
    }
    guard let contents = facts.contents else {
      return Line(state.words(facts.problem), .statusWarning).wrapped(to: columns)
    }
    return state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
      + lines(of: contents, facts.version, columns, state.words)
  }

  private func lines(of contents: PackageContents, _ version: String, _ columns: Int, _ words: Language) -> [Line] {
    func all(_ texts: [String], _ style: StyleName = .text) -> [Line] {
      texts.flatMap { Line("  " + $0, style).wrapped(to: columns, indent: 4) }
    }
    let permissions = contents.permissions.flatMap { Self.line($0, words).wrapped(to: columns, indent: 4) }
    let kinds = contents.kinds.map {
      $0.words + ($0.isConditional ? words(", where the cluster has what it asks for") : "")
    }
    let served = contents.served.map { "\($0.kind) \($0.words(in: name))" }
    let size = "\(name) \(version), \((contents.size + 1023) / 1024) KiB"
    return [Line(size, .dim)]
      + section(
        words("What its installer may do"),
        permissions.isEmpty ? [Line("  " + words("The package asks for no permissions."), .dim)] : permissions)
      + section(
        words("Where its charts are installed"),
        all(contents.parts.map { "\($0.name): \(words($0.words))" }))
      + section(words("What people may be granted"), all(contents.grants))
      + section(words("Images"), all(contents.images)) + section(words("Kinds"), all(kinds))
      + section(words("Definitions"), all(contents.definitions.map(\.words))) + section(words("Serves"), all(served))
      + section(words("Known only once it is rendered"), all(contents.unknownFiles, .dim))
  }

  private static func line(_ permission: Permission, _ words: Language) -> Line {
    Line(
      (permission.isDangerous ? "! " : "  ") + words(permission.sentence),
      permission.isDangerous ? .stateFailed : .text)
  }
}
