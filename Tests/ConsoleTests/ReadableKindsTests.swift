import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform
import Testing

@testable import Console

/// What may not be read is unknown, and not absent.
@Suite struct ReadableKindsTests {
  private static let forbidden = ClusterError.refused(
    Status(code: 403, reason: "Forbidden", message: "user ada may not list it"))
  private static let lost = ClusterError.transport(.unreachable(host: "museum", reason: "connection refused"))

  private func market(installations: WatchEvent<Installation>, extensions: WatchEvent<Extension>) -> Market {
    var market = Market()
    market.apply(installations)
    market.apply(extensions)
    return market
  }

  private let offered = WatchEvent.replaced([Extension.sample("grafana", "Grafana", versions: ["1.0.0"])])
  private let installed = WatchEvent.replaced([Installation.sample("grafana", version: "1.0.0")])

  @Test func aListThatIsForbiddenIsNotWaitedFor() {
    let market = market(installations: .interrupted(Self.forbidden, delay: .seconds(30)), extensions: offered)

    #expect(market.readable == ExtensionStatus.ReadableKinds(extensions: true, installations: false))
    #expect(market.isFilled)
  }

  @Test func aListThatFailedForAnotherReasonIsWaitedFor() {
    let market = market(installations: .interrupted(Self.lost, delay: .seconds(4)), extensions: offered)

    #expect(market.readable == ExtensionStatus.ReadableKinds())
    #expect(!market.isFilled)
  }

  @Test func whatWasListedBeforeItWasForbiddenStaysInSight() {
    var market = market(installations: installed, extensions: offered)
    market.apply(WatchEvent<Installation>.interrupted(Self.forbidden, delay: .seconds(30)))

    #expect(market.readable == ExtensionStatus.ReadableKinds())
    #expect(market.isFilled)
  }

  @Test func whereNothingMayBeReadNothingIsShownAsThere() {
    let market = market(
      installations: .interrupted(Self.forbidden, delay: .seconds(30)),
      extensions: .interrupted(Self.forbidden, delay: .seconds(30)))

    #expect(!market.isFilled)
  }

  @Test func anExtensionWhoseInstallationsMayNotBeReadSaysWhatItNotesItself() {
    var element = Extension.sample("grafana", "Grafana", versions: ["1.0.0"], state: "Installed")
    element.isEnabled = false
    let unseen = ExtensionStatus("grafana", element, nil, readable: .init(installations: false))
    let absent = ExtensionStatus("grafana", element, nil)

    #expect(unseen.isInstalled && !absent.isInstalled)
    // Whether it is enabled is the installation's to say, and that is not known.
    #expect(unseen.isEnabled == nil)
  }

  @Test func anInstallationWhoseExtensionMayNotBeReadIsNotCalledGone() {
    let installation = Installation.sample("grafana", version: "1.0.0")

    #expect(ExtensionStatus("grafana", nil, installation, readable: .init(extensions: false)).isOffered)
    #expect(!ExtensionStatus("grafana", nil, installation).isOffered)
  }
}
