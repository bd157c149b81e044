import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Whether the controllers are at work.
@Suite struct ControllerSightTests {
  private static let now = Timestamp(secondsSince1970: Timestamp.seconds("2026-01-01T10:01:00Z") ?? 0)

  private func controller(_ installations: Installation..., isKept: Bool = true, lease: Object? = nil)
    -> ObservedController
  {
    var controller = ObservedController(dialect: .installPlan, now: Self.now, installations: installations)
    (controller.isKept, controller.lease) = (isKept, lease)
    return controller
  }

  private var off: Installation {
    var installation = Sample.installation("Installed", time: "2026-01-01T09:00:00Z", isEnabled: false)
    installation.notes["ksx.dev/changed-at"] = "2026-01-01T10:00:00Z"
    return installation
  }

  private var unnoticed: Installation {
    var installation = Installation(
      Object(Dialect.installPlan.installations, name: "bell", ["spec": ["extension": ["name": "bell"]]]))
    installation.created = "2026-01-01T10:00:20Z"
    return installation
  }

  private func lease(_ time: String, by holder: String = "here_1") -> Object {
    Object(
      ObservedController.leases, name: "ksxd-controllers",
      ["spec": ["holderIdentity": .string(holder), "renewTime": .string(time), "leaseDurationSeconds": 15]])
  }

  @Test func whatIsNotTakenUpIsAFindingWithItsFieldsAndTimes() throws {
    let finding = try #require(controller(off, unnoticed).finding)

    #expect(finding.cause == .controllersDown && finding.certainty == .likely)
    #expect(
      finding.text
        == "the controllers have not taken up what is asked of 2 extensions, for 60 s: they are down, or do not get to it"
    )
    #expect(finding.evidence.map(\.object) == ["InstallPlan bell", "InstallPlan whizard"])
    #expect(finding.evidence.map(\.field) == ["spec", "spec.enabled"])
    #expect(finding.evidence.map(\.time) == ["2026-01-01T10:00:20Z", "2026-01-01T10:00:00Z"])
  }

  @Test func aLeaseThatIsNotRenewedIsASignOfItsOwn() throws {
    #expect(controller(Sample.installation("Installed"), lease: lease("2026-01-01T10:00:58.123456Z")).finding == nil)
    let old = try #require(
      controller(Sample.installation("Installed"), lease: lease("2026-01-01T10:00:00.000000Z")).finding)
    #expect(old.text == "the controllers do not renew their lease: they are down, or cannot write")
    #expect(old.evidence.map(\.value.english) == ["held by here_1"])
    #expect(controller(off, lease: lease("2026-01-01T10:00:58Z", by: "")).finding?.certainty == .certain)
    #expect(controller(off, lease: lease("2026-01-01T10:00:58Z")).finding?.certainty == .likely)
  }

  @Test func chartsThatHangAreNoControllersThatAreDown() throws {
    func preparing(_ name: String, _ time: String) -> Installation {
      var installation = Sample.installation("Preparing", name: name)
      installation.extension = name
      installation.history = [.init(state: .preparing, time: time)]
      return installation
    }
    var hanging = controller(off, isKept: false)
    hanging.everyone = [off, preparing("one", "2026-01-01T10:00:20Z"), preparing("two", "2026-01-01T10:00:25Z")]
    let finding = try #require(hanging.finding)
    #expect(finding.cause == .repositoryHangs)
    #expect(finding.evidence.map(\.object) == ["InstallPlan one", "InstallPlan two"])
    #expect(finding.remedies.map(\.name.english) == ["mend the repository"])

    // One of them leaves a worker for the rest, and who has just begun does not hang.
    hanging.everyone = [off, preparing("one", "2026-01-01T10:00:20Z"), preparing("two", "2026-01-01T10:00:55Z")]
    #expect(hanging.finding?.cause == .controllersDown)
  }

  /// KubeSphere's controllers say nothing of an installation whose version is not there, and notice no later version.
  @Test func whatHasAnotherCauseIsNoSignOfThem() {
    #expect(controller(unnoticed, isKept: false).finding == nil)
    #expect(controller(unnoticed, off, isKept: false).finding != nil)
    var lacking = controller(off, isKept: false)
    lacking.lackingVersion = ["whizard"]
    #expect(lacking.finding == nil)
  }
}
