import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Testing

@testable import Operations

/// What lists say of versions, needs and agents.
@Suite struct StandingTests {
  private func version(_ text: String, kube: String = "", needs: [Value] = []) -> ExtensionVersion {
    var version = ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "whizard-\(text)",
        labels: ["kubesphere.io/extension-ref": "whizard"],
        [
          "spec": [
            "version": .string(text), "created": "2026-05-04T00:00:00Z", "externalDependencies": .sequence(needs),
          ]
        ]), dialect: .installPlan)
    version.kubeVersion = kube
    return version
  }

  private func context(_ versions: [ExtensionVersion], _ installations: [Installation] = []) -> PlanContext {
    var context = PlanContext(
      capabilities: Capabilities(assuming: .installPlan), cluster: "museum", extensions: [:],
      installations: Installations(installations),
      versions: Dictionary(versions.map { ($0.version, $0) }, uniquingKeysWith: { $1 }))
    context.kubernetesVersion = "v1.32.1"
    return context
  }

  private func facts(_ text: String, _ context: PlanContext?, memory: ReleaseMemory? = nil) -> VersionFacts {
    let status = ExtensionStatus("whizard", nil, context?.installations.of("whizard"))
    return VersionFacts(text, of: "whizard", status: status, recommended: "1.1.0", memory: memory, in: context)
  }

  @Test func aVersionSaysWhetherItFitsWhenItWasMadeAndWhatItNeeds() {
    let context = context([version("1.1.0", kube: ">=1.20"), version("2.0.0", kube: ">=1.99")])

    #expect(facts("1.1.0", context).fit == .fits)
    #expect(facts("1.1.0", context).needs == ["Kubernetes >=1.20"])
    #expect(facts("1.1.0", context).date == "2026-05-04T00:00:00Z")
    #expect(facts("2.0.0", context).fit == .not(["it needs Kubernetes >=1.99; this is v1.32.1"]))
    #expect(facts("2.0.0", context).needs == ["Kubernetes >=1.99 (this is v1.32.1)"])
  }

  @Test func whatCannotBeCheckedIsNotFine() {
    var context = context([version("1.1.0", kube: ">=1.20")])
    context.gaps[.server] = .pending
    // What was known before an outage still is.
    #expect(facts("1.1.0", context).fit == .fits)
    context.kubernetesVersion = ""

    #expect(facts("1.1.0", context).fit == .unknown(["the server's version is not known"]))
    #expect(facts("9.0.0", context).fit == .unknown(["what it needs is not read yet"]))
  }

  @Test func aVersionSaysWhatItWasHere() {
    var memory = ReleaseMemory()
    memory.remember(.init(version: "1.0.0", config: "", time: "2026-01-02T03:04:05Z", what: "", wasInstalled: true))
    memory.remember(.init(version: "0.9.0", config: "", time: "2026-01-01T03:04:05Z", what: "", wasInstalled: false))
    let context = context([], [Sample.installation("Installed")])

    #expect(facts("1.1.0", context, memory: memory).here == ["runs", "recommended"])
    #expect(facts("1.0.0", context, memory: memory).here == ["ran until 2026-01-02"])
    #expect(facts("0.9.0", context, memory: memory).here == ["failed 2026-01-01"])
  }

  @Test func aVersionThatIsGoneFromItsRepositorySaysSinceWhen() {
    var gone = version("1.0.0")
    gone.goneSince = "2026-05-04T10:00:00Z"
    let context = context([gone, version("1.1.0")], [Sample.installation("Installed")])
    let running = ExtensionStatus("whizard", nil, Sample.installation("Installed"))
    var other = version("1.1.0")

    #expect(facts("1.0.0", context).here == ["gone from its repository since 2026-05-04"])
    #expect(facts("1.1.0", context).absence == nil)
    #expect(running.absence(among: [gone, other]) == nil)
    other.goneSince = ""
    #expect(running.absence(among: [gone, other])?.english == "version 1.1.0 is gone from its repository")
  }

  @Test func needsAreToldBothWays() {
    let need: Value = ["name": "engine", "version": ">=2", "required": true]
    var context = context([version("1.1.0", kube: ">=1.20", needs: [need])], [Sample.installation("Installed")])
    var other = version("3.0.0", needs: [["name": "whizard", "version": ">=9", "required": true]])
    other.extension = "board"
    context.installedVersions = ["board": other]
    let needs = Needs(of: "whizard", version: "1.1.0", in: context)

    #expect(needs.needs.map(\.name) == ["Kubernetes", "engine"])
    #expect(needs.needs.map(\.standing) == [.met, .unmet])
    #expect(needs.needs[1].note == "which is not installed; no repository here has it")
    #expect(needs.neededBy.map(\.name) == ["board"])
    #expect(needs.neededBy.map(\.note) == ["this one is 1.1.0"])
    #expect(needs.gaps == [])
  }

  @Test func anAgentThatIsNotMadeSaysWhy() {
    let installation = Sample.installation("Installed", clusters: ["east", "west", "north"])
    let clusters = [
      MemberCluster(name: "east", obstacle: nil), MemberCluster(name: "west", obstacle: "it is not Ready"),
    ]
    let rows = AgentRow.all(installation, clusters: clusters)

    #expect(rows.map(\.cluster) == ["east", "north", "west"])
    #expect(rows.map(\.reason) == ["it is not made yet", "there is no such cluster", "it is not Ready"])
    #expect(AgentRow.all(installation, clusters: nil).map(\.reason) == ["", "", ""])
  }
}
