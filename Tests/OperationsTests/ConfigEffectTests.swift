import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Whether a config is in effect.
@Suite struct ConfigEffectTests {
  private let now = Timestamp(secondsSince1970: 1_700_000_000)

  private func effect(_ state: String, config: String = "", secondsAgo: Int = 14, restarted: Int? = nil) -> String {
    var installation = Sample.installation(state, config: config)
    let time = Timestamp.text(now.secondsSince1970 - secondsAgo)
    installation.history = [.init(state: InstallationState(state), time: time)]
    var effect = ConfigEffect(installation)
    effect.restarted = restarted
    return effect.text(at: now).english
  }

  @Test func itIsSaidSinceWhenAndWhatWasRestarted() {
    #expect(effect("Installed") == "took effect 14 s ago")
    #expect(effect("Installed", restarted: 1) == "took effect 14 s ago; 1 pod restarted")
    #expect(effect("Installed", secondsAgo: 200, restarted: 0) == "took effect 3 min ago; no pod restarted")
  }

  @Test func onlyPodsThatStayAreCountedAsRestarted() {
    func pod(_ name: String, _ time: String, _ metadata: Mapping = [:]) -> Object {
      Object(
        Object(.pods, name: name, namespace: "n", [:]).value
          .setting(["metadata", "creationTimestamp"], to: .string(time))
          .setting(["metadata", "labels"], to: metadata["labels"] ?? [:])
          .setting(["metadata", "ownerReferences"], to: metadata["ownerReferences"] ?? []))
    }
    let (early, late) = ("2026-01-01T09:00:00Z", "2026-01-01T11:00:00Z")
    let pods = [
      pod("old", early), pod("new", late), pod("helm-upgrade-x", late, ["labels": ["job-name": "helm-upgrade"]]),
      pod("nightly", late, ["ownerReferences": [["kind": "Job", "name": "nightly"]]]),
    ]

    #expect(ConfigEffect.countCreated(pods, since: Timestamp.seconds("2026-01-01T10:00:00Z") ?? 0) == 1)
  }

  @Test func aFirstInstallRestartsNothing() {
    func installed(_ words: [String]) -> Bool {
      var installation = Sample.installation("Installed")
      installation.history = words.map { .init(state: InstallationState($0), time: "2026-01-01T10:00:00Z") }
      return ConfigEffect.isOfFirstInstall(installation)
    }

    #expect(installed(["Preparing", "Installing", "Installed"]))
    #expect(!installed(["Installing", "Installed", "Preparing", "Upgrading", "Installed"]))
  }

  @Test func itIsSaidWhyNotYet() {
    #expect(effect("Upgrading", secondsAgo: 5) == "not in effect yet: Upgrading for 5 s")
    #expect(effect("UpgradeFailed") == "not in effect: UpgradeFailed; what ran before still runs")
    #expect(effect("") == "not in effect yet: the controllers have not taken it up")
  }
}
