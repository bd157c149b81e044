import Extensions
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

  @Test func itIsSaidWhyNotYet() {
    #expect(effect("Upgrading", secondsAgo: 5) == "not in effect yet: Upgrading for 5 s")
    #expect(effect("UpgradeFailed") == "not in effect: UpgradeFailed; what ran before still runs")
    #expect(effect("") == "not in effect yet: the controllers have not taken it up")
  }
}
