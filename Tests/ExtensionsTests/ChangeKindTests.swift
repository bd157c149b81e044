import Client
import Manifest
import Platform
import Testing

@testable import Extensions
@testable import KubernetesAPI

/// The table of changes.
@Suite struct ChangeKindTests {
  @Test(arguments: ChangeKind.allCases)
  func everyRowSaysAllThatIsSaidOfAChange(kind: ChangeKind) {
    let row = kind.row
    let texts = [row.verb, row.words, row.title, row.progressive, row.accepted, row.past]

    #expect(texts.allSatisfy { !$0.isEmpty })
    #expect(row.title.contains("{name}"))
    var choosesVersion = false
    if case .version? = row.choice { choosesVersion = true }
    #expect(choosesVersion == !row.question.isEmpty)
    #expect(row.requiresTypedName == row.removes)
  }

  /// A change of each kind that leads elsewhere than `installation`.
  private func sample(_ kind: ChangeKind) -> Change {
    if let change = Change(kind) { return change }
    switch kind.row.choice {
    case .version(.offered): return .install(version: "1.0.0", config: "")
    case .version(.newer): return .upgrade(to: "2.0.0")
    case .version(.former): return .rollback(to: "1.0.0", config: "a: 1")
    case .clusters: return .place(on: kind == .removeAgents ? [] : ["east"])
    default: return .configure(config: "a: 1")
    }
  }

  @Test(arguments: ChangeKind.allCases)
  func everyKindIsWrittenAsItsRowSaysWithTheRightsItAsksFor(kind: ChangeKind) {
    let change = sample(kind)
    let capabilities = Capabilities(assuming: .installPlan)
    let writes = [
      change.preparation(to: "devops", installation: nil, in: capabilities),
      change.write(to: "devops", installation: nil, in: capabilities),
    ].compactMap { $0 }

    #expect(change.kind == kind)
    #expect(writes.map(\.access.verb) == kind.row.accesses)
    #expect(kind.accesses(to: "devops", in: .installPlan).map(\.verb) == kind.row.accesses)
  }

  @Test func wordsNameTheVersionAndTheClusters() {
    let change = Change.rollback(to: "1.0.0", config: "{name}")

    #expect(change.words == "roll back to 1.0.0")
    #expect(change.title("whizard") == "Roll whizard back to 1.0.0")
    #expect(change.progressive == "rolling back to 1.0.0")
    #expect(Change.place(on: ["east", "west"]).words == "place agents on east, west")
    #expect(Change.place(on: []).title("whizard") == "Remove the agents of whizard")
  }

  @Test func whatIsFilledInIsNotFilledAgain() {
    #expect(Change.upgrade(to: "{name}").title("whizard") == "Upgrade whizard to {name}")
    #expect(Change.disable.sentence("a { b", [:]) == "a { b")
  }

  @Test func aChangeThatNeedsAChoiceIsNotMadeWithoutOne() {
    #expect(ChangeKind.allCases.filter { Change($0) != nil } == ChangeKind.allCases.filter { $0.row.choice == nil })
    #expect(Change(.upgrade) == nil && Change(.place) == nil && Change(.configure) == nil)
  }
}

/// Which installation belongs to an extension.
@Suite struct InstallationsTests {
  private func subscription(_ name: String, of extension: String? = nil, metadata: Mapping = [:]) -> Installation {
    var object = Object(Dialect.subscription.installations, name: name)
    if let `extension` { object.value = object.value.setting(["spec", "extension", "name"], to: .string(`extension`)) }
    for pair in metadata.pairs { object.value = object.value.setting(["metadata", pair.key], to: pair.value) }
    return Installation(object)
  }

  @Test func aSubscriptionBelongsToTheExtensionItNames() {
    let installations = Installations([subscription("devops-0.10.0", of: "devops")])

    #expect(installations.of("devops")?.name == "devops-0.10.0")
    #expect(installations.of("devops-0.10.0") == nil)
  }

  @Test(arguments: [
    ["labels": ["kubesphere.io/extension-ref": "devops"]] as Mapping,
    ["ownerReferences": [["kind": "Repository", "name": "main"], ["kind": "Extension", "name": "devops"]]],
  ])
  func oneThatNamesNoneBelongsByItsLabelOrItsOwner(metadata: Mapping) {
    #expect(subscription("x", metadata: metadata).extension == "devops")
  }

  @Test func ofSeveralTheOneNamedLikeTheExtensionCounts() {
    var installations = Installations([subscription("a", of: "devops"), subscription("devops", of: "devops")])
    #expect(installations.of("devops")?.name == "devops")

    installations.remove(named: "devops")
    #expect(installations.of("devops")?.name == "a")
    installations.insert(subscription("a", of: "logging"))
    #expect(installations.of("devops") == nil)
    #expect(installations.of("logging")?.name == "a")
  }
}
