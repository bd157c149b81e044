package import Charts
package import Client
import KubernetesAPI
import Manifest
package import Packages

/// What a cluster would refuse of a rendered chart, tried on one in which nothing becomes of it.
package struct TrialInstall: Sendable {
  private let cluster: Cluster

  /// Fields that are not known pass, as they do where the controllers apply the chart.
  package init(in cluster: Cluster) { self.cluster = cluster.notingUnknownFields }

  /// What is refused, with the file of each; objects of kinds that this cluster does not have are passed over.
  package func findings(in rendered: RenderedChart, namespace: String) async -> [ChartCheck.Finding] {
    if let refusal = await refusal(of: Object(.namespaces, name: namespace), .namespaces, isDry: false) {
      return [Self.finding("extension.yaml", "the namespace \(namespace): \(refusal)")]
    }
    var kinds = ServedKinds(cluster)
    var findings: [ChartCheck.Finding] = []
    var seen: Set<String> = []
    for part in rendered.parts + rendered.hooks + rendered.tests {
      let object = part.object
      guard let resource = try? await kinds.resource(object.apiVersion, object.kind) else { continue }
      let place = resource.isNamespaced ? object.namespace ?? namespace : nil
      let title = "\(object.kind) \(object.name)"
      // As helm has it: the second cannot be made.
      if rendered.parts.contains(part), !seen.insert("\(resource.qualifiedName) \(place ?? "") \(object.name)").inserted
      {
        findings.append(Self.finding(part.file, "\(title) is in the chart twice"))
      }
      if let place, place != namespace {
        _ = await refusal(of: Object(.namespaces, name: place), .namespaces, isDry: false)
      }
      let whole = object.value.setting(["metadata", "namespace"], to: place.map(Value.string))
      if let refusal = await refusal(of: Object(whole), resource, isDry: true) {
        findings.append(Self.finding(part.file, "\(title): \(refusal)"))
      }
    }
    return findings
  }

  /// Why the object is not taken as it is; that it is there already is no reason.
  private func refusal(of object: Object, _ resource: Resource, isDry: Bool) async -> String? {
    do {
      _ = try await cluster.create(resource, object, dryRun: isDry)
      return nil
    } catch {
      guard case .refused(let status) = error, [400, 422].contains(status.code) else { return nil }
      return error.brief
    }
  }

  private static func finding(_ file: String, _ text: String) -> ChartCheck.Finding {
    ChartCheck.Finding(check: "refused", severity: .error, file: file, line: nil, text: text)
  }
}
