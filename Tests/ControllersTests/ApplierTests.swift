import Client
import Extensions
import Manifest
import Platform
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI

@Suite struct ApplierTests {
  private let fixture: ControllerFixture
  private let applier: Applier

  init() throws {
    fixture = try ControllerFixture(.installPlan)
    applier = Applier(cluster: fixture.cluster, mark: OwnerMark(key: "kubesphere.io/extension-ref", value: "bell"))
  }

  private func part(_ name: String, _ annotations: [String: String] = [:]) -> ReleaseRecord.Part {
    let object = Object(.configMaps, name: name, namespace: "default", annotations: annotations, [:])
    return ReleaseRecord.Part(resource: .configMaps, object: object, file: "templates/\(name).yaml")
  }

  private func make(_ part: ReleaseRecord.Part) async throws {
    _ = try await fixture.cluster.create(.configMaps, Object(applier.mark.put(on: part.object.value)))
  }

  @Test func whatDoesNotGoIsToldWithWhatHoldsIt() async throws {
    let parts = (1...5).map { part("held-\($0)") }
    for part in parts {
      let value = applier.mark.put(on: part.object.value).setting(["metadata", "finalizers"], to: ["x.y/never"])
      _ = try await fixture.cluster.create(.configMaps, Object(value))
    }

    let removal = try await applier.remove(parts)

    #expect(removal.remaining.count == 5)
    #expect(removal.holding.contains("ConfigMap default/held-1 (held by its finalizers x.y/never)"))
    #expect(removal.holding.hasSuffix(" and 2 more"))
  }

  /// helm 3.17 goes by what is in the cluster on an upgrade, and by what it rendered when it uninstalls.
  @Test func whatIsToBeKeptStaysWhenItsReleaseGoes() async throws {
    let policy = "helm.sh/resource-policy"
    let (kept, gone, marked) = (part("kept", [policy: " Keep"]), part("gone", [policy: "delete"]), part("marked"))
    for part in [kept, gone, marked] { try await make(part) }
    _ = try await fixture.cluster.patch(
      .configMaps, namespace: "default", "marked", .merge(["metadata": ["annotations": [policy: "keep"]]]))

    let removal = try await applier.remove([kept, gone, marked])

    #expect(removal.remaining == [])
    #expect(Set(removal.kept.map(\.object.name)) == ["kept", "marked"])
    #expect(removal.words.contains("kept ConfigMap default/kept, which says helm.sh/resource-policy: keep"))
    for (name, isThere) in [("kept", true), ("gone", false), ("marked", true)] {
      let found = try await fixture.cluster.find(.configMaps, namespace: "default", name)
      #expect((found != nil) == isThere, "\(name)")
    }
  }

  private func planned(_ files: [String], after record: ReleaseRecord) async throws -> [ReleaseRecord.Part] {
    let planner = ReleasePlanner(
      cluster: fixture.cluster, dialect: .installPlan, renderer: ChartRenderer(engine: .substitution))
    var rendered = RenderedChart()
    rendered.parts = files.map { .init(object: Object(.configMaps, name: "same", [:]), file: $0) }
    return try await planner.placed(rendered, record).parts
  }

  /// A definition that a chart brings takes a moment to be served; another kind does not come by it.
  @Test func aKindThatIsNotServedIsWaitedForWhereTheChartDefinesIt() async throws {
    func planned(_ kind: String, at time: Timestamp) async throws {
      let planner = ReleasePlanner(
        cluster: fixture.cluster, dialect: .installPlan, renderer: ChartRenderer(engine: .substitution))
      let record = ReleaseRecord(
        name: "bell", release: "bell", namespace: "default", attempt: .init(version: "1.0.0", config: ""), at: time)
      var rendered = RenderedChart()
      let names: Value = ["plural": "bells", "singular": "bell", "kind": "Bell", "listKind": "BellList"]
      let schema: Value = ["openAPIV3Schema": ["type": "object"]]
      let version: Value = ["name": "v1", "served": false, "storage": true, "schema": schema]
      let spec: Value = ["group": "ring.example", "scope": "Cluster", "names": names, "versions": [version]]
      let definition: Value = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "bells.ring.example"], "spec": spec,
      ]
      rendered.crds = [.init(object: Object(definition), file: "crds/bell.yaml")]
      let part: Value = [
        "apiVersion": "ring.example/v1", "kind": .string(kind), "metadata": ["name": "one"],
      ]
      rendered.parts = [.init(object: Object(part), file: "templates/one.yaml")]
      _ = try await planner.placed(rendered, record)
    }

    await #expect(throws: StepError.transient(.unreadable("the cluster does not serve Bell of ring.example/v1"))) {
      try await planned("Bell", at: .now())
    }
    for (kind, time) in [("Bell", Timestamp(secondsSince1970: 0)), ("Monitor", .now())] {
      await #expect(
        throws: StepError.permanent(
          "templates/one.yaml: the cluster does not serve \(kind) of ring.example/v1, which one needs")
      ) { try await planned(kind, at: time) }
    }
  }

  /// helm 3.17: "configmaps "same" already exists" of an install; an upgrade changes what its predecessor had.
  @Test func whatIsInAChartTwiceIsRefusedUnlessItIsThere() async throws {
    var record = ReleaseRecord(
      name: "bell", release: "bell", namespace: "default", attempt: .init(version: "1.0.0", config: ""), at: .now())

    await #expect(
      throws: StepError.permanent(
        "templates/b.yaml: ConfigMap default/same is in the chart twice, first in templates/a.yaml")
    ) { try await planned(["templates/a.yaml", "templates/b.yaml"], after: record) }
    await #expect(throws: StepError.permanent("templates/a.yaml: ConfigMap default/same is in the chart twice")) {
      try await planned(["templates/a.yaml", "templates/a.yaml"], after: record)
    }

    record.earlier = [part("same")]
    #expect(try await planned(["templates/a.yaml", "templates/b.yaml"], after: record).count == 2)
  }
}
