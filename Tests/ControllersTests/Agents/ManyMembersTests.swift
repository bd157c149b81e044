import Client
import Manifest
import TestSupport
import Testing

@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI

/// Many member clusters, some of which take requests and answer none.
@Suite struct ManyMembersTests {
  @Test func clustersThatHangDelayNoneOfTheOthers() async throws {
    let names = (0..<(Seeds.isLong ? 50 : 20)).map { "c\($0)" }
    // First, last and between: an order would show.
    let hanging: Set = ["c0", "c1", "c2", "c10", names[names.count - 1]]
    let fixture = try await AgentFixture(members: names)
    for name in hanging { try fixture.member(name).hang() }
    try await fixture.install(names)

    try await fixture.withControllers {
      try await fixture.host.wait("all the others have their agents, while these are still asked") {
        let agents = Installation(try await fixture.plan()).agents
        return agents.values.count { $0.state == .installed } == names.count - hanging.count
      }
      for name in hanging {
        #expect(try await fixture.entry(name)?["state"] != "Installed")
        // Each is asked once, and nothing more until that is answered.
        #expect(try fixture.member(name).requests == 1)
      }

      // What comes later is not delayed either.
      try await fixture.patch(["spec": ["extension": ["version": "1.1.0"]]])
      try await fixture.host.wait("all the others follow") {
        let agents = try await fixture.plan().status["clusterSchedulingStatuses"]
        return agents?.mapping?.pairs.count { $0.value["version"] == "1.1.0" && $0.value["state"] == "Installed" }
          == names.count - hanging.count
      }
    }
  }
}
