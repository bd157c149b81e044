package import Client
import Extensions
import HTTP
import KubernetesAPI
import Platform

/// The connections to a cluster that the doctor checks besides the API server.
package struct GatewayConnections: Sendable {
  var gateway: GatewayAPI?
  /// Both connections, if the profile has two.
  var both: FallbackTransport?

  package init(gateway: GatewayAPI?, both: FallbackTransport?) {
    self.gateway = gateway
    self.both = both
  }
}

extension ClusterReader {
  /// Checks that the gateway answers, shows the same objects as the cluster, and gets answers from what extensions
  /// serve.
  ///
  /// Does nothing without `ways`, because each check sends a request to every served object.
  func examineGateway(
    _ files: [ExaminedInstallation], _ ways: GatewayConnections?, _ examination: inout Examination
  ) async {
    guard let ways else { return }
    if let both = ways.both {
      let found = await differences(between: both)
      examination.findings += [found].compactMap { $0 }
      if found?.cause == .gatewaySilent { return }
    }
    let served = files.filter { file in
      let installation = file.installation
      return installation.observed.state == .installed && installation.isEnabled && !installation.isBeingDeleted
    }.flatMap(\.served).filter(\.isServed)
    guard !served.isEmpty, let transport = await gatewayTransport(ways.gateway) else { return }
    let probes = await Probe.all(served, through: transport, timing: cluster.timing)
    examination.findings += probes.compactMap(Finding.init)
  }

  /// Compares what the two connections return; the finding says what differs, or that one does not answer.
  private func differences(between both: FallbackTransport) async -> Finding? {
    do throws(ClusterError) {
      for resource in dialect.compared {
        let all = try await both.disagreements(about: resource)
        guard let first = all.first else { continue }
        return Finding(
          cause: .waysDiffer, subject: "gateway",
          sentence:
            "the gateway and the cluster show \(all.count) \(resource.plural) differently: \(first.description)",
          evidence: all.prefix(5).map { .init("\(resource.kind) \($0.name)", "", $0.description) },
          certainty: .certain,
          remedies: [Remedy("see all of it", [.manual("ksx compare; start ks-apiserver again where it is behind")])])
      }
      return nil
    } catch {
      if case .transport(.invalid(let reason)) = error { return Self.unusable(reason) }
      return Finding(
        cause: .gatewaySilent, subject: "gateway", sentence: "one of the two ways does not answer: \(error.words)",
        evidence: [.init("the two ways", "", error.brief)], certainty: .certain,
        remedies: [
          Remedy(
            "start the gateway again", [.manual("kubectl -n kubesphere-system get pods; look at ks-apiserver")],
            cost: "until then ksx goes the other way")
        ])
    }
  }

  /// No request can be sent on one of the connections: a login has ended, or a file is missing.
  private static func unusable(_ reason: Sentence) -> Finding {
    Finding(
      cause: .gatewaySilent, subject: "gateway", sentence: "one of the two ways cannot be used: \(reason)",
      evidence: [.init("the two ways", "", reason.english)], certainty: .certain,
      remedies: [Remedy("make it usable again", [.manual(reason)], cost: "until then ksx goes the other way")])
  }
}

extension Finding {
  /// A finding that a served object does not answer; `nil` if it does, or was not probed.
  init?(_ probe: Probe) {
    guard case .silent(let reason) = probe.outcome else { return nil }
    let object = "\(probe.object.kind) \(probe.object.name)"
    self.init(
      cause: .noAnswer, subject: probe.object.extension,
      sentence: "\(probe.object.kind) \(probe.object.words) is served and does not answer: \(reason)",
      evidence: [.init(object, "GET \(probe.target)", saying: reason)], certainty: .certain,
      remedies: [
        Remedy(
          "see what is behind it",
          [.manual("ksx serves \(probe.object.extension) says where it leads; its pods, its service, its certificate")])
      ])
  }
}
