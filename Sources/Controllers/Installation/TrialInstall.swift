package import Charts
package import Client
import KubernetesAPI
import Manifest
package import Packages

/// Finds what a cluster would reject of a rendered chart, by writing its objects to a cluster in which they have no
/// effect.
package struct TrialInstall: Sendable {
  private let cluster: Cluster
  private let rights: InstallerRights?

  /// Unknown fields are allowed, as when the controllers apply the chart; `rights` are those of the installer.
  package init(in cluster: Cluster, rights: InstallerRights? = nil) {
    self.cluster = cluster.notingUnknownFields
    self.rights = rights
  }

  /// What is rejected, with the file of each object; objects of kinds that this cluster does not have are skipped.
  package func findings(in rendered: RenderedChart, namespace: String) async -> [ChartCheck.Finding] {
    if let refusal = await creationRefusal(of: Object(.namespaces, name: namespace), .namespaces, isDry: false) {
      return [Self.finding("refused", "extension.yaml", "the namespace \(namespace): \(refusal)")]
    }
    var findings = rendered.unknownHooks.map { part in
      let hook = part.object.annotations["helm.sh/hook"] ?? ""
      return Self.finding("hooks", part.file, "\(part.title): helm knows no hook \(hook), and leaves it out")
    }
    var kinds = ServedKinds(cluster)
    var seen: Set<String> = []
    for part in rendered.crds + rendered.parts + rendered.hooks + rendered.tests {
      guard let resource = try? await kinds.resource(part.object.apiVersion, part.object.kind) else {
        findings += Self.unserved(part)
        continue
      }
      let objectNamespace = resource.isNamespaced ? part.object.namespace ?? namespace : nil
      // As in helm, the second one cannot be created.
      if rendered.parts.contains(part),
        !seen.insert("\(resource.qualifiedName) \(objectNamespace ?? "") \(part.object.name)").inserted
      {
        findings.append(Self.finding("refused", part.file, "\(part.title) is in the chart twice"))
      }
      findings += await refusals(of: part, resource, in: objectNamespace, isDefinition: rendered.crds.contains(part))
      findings += missingPermissions(part, resource, isOutside: objectNamespace != namespace)
    }
    return findings
  }

  private func refusals(
    of part: RenderedChart.Part, _ resource: Resource, in namespace: String?, isDefinition: Bool
  ) async -> [ChartCheck.Finding] {
    if let namespace { _ = await creationRefusal(of: Object(.namespaces, name: namespace), .namespaces, isDry: false) }
    var whole = part.object.value.setting(["metadata", "namespace"], to: namespace.map(Value.string))
    if resource.plural == "customresourcedefinitions" {
      whole = whole.setting(["spec", "conversion"], to: nil).withoutRules
    }
    // Definitions are really created, because their objects are validated by them.
    guard let refusal = await creationRefusal(of: Object(whole), resource, isDry: !isDefinition) else { return [] }
    return [Self.finding("refused", part.file, "\(part.title): \(refusal)")]
  }

  /// Objects outside of the installer's own namespace that it may not create.
  private func missingPermissions(
    _ part: RenderedChart.Part, _ resource: Resource, isOutside: Bool
  ) -> [ChartCheck.Finding] {
    guard let rights, isOutside, !rights.allowMaking(resource.plural, of: resource.group) else { return [] }
    let what = resource.group.isEmpty ? resource.plural : "\(resource.plural).\(resource.group)"
    return [
      Self.finding(
        "permissions", part.file,
        "\(part.title): no ClusterRole in permissions.yaml lets the installer make \(what)", .warning)
    ]
  }

  /// Kinds that no longer exist, or never did.
  private static func unserved(_ part: RenderedChart.Part) -> [ChartCheck.Finding] {
    let (version, kind) = (part.object.apiVersion, part.object.kind)
    if let since = FormerKinds.end(of: version, kind) {
      let text = "\(part.title): Kubernetes \(since) and later serve no \(kind) of \(version)"
      return [finding("refused", part.file, text, .warning)]
    }
    let group = version.prefix { $0 != "/" }
    guard ["kubesphere.io", "extensions.kubesphere.io"].contains(group), !version.hasSuffix("/v1alpha1") else {
      return []
    }
    return [finding("refused", part.file, "\(part.title): KubeSphere has no \(kind) of \(version)")]
  }

  /// Creates the object, and returns why it is rejected; that it exists already is not a reason.
  private func creationRefusal(of object: Object, _ resource: Resource, isDry: Bool) async -> String? {
    do {
      _ = try await cluster.create(resource, object, dryRun: isDry)
      return nil
    } catch {
      guard case .refused(let status) = error, [400, 422].contains(status.code) else { return nil }
      return error.brief
    }
  }

  private static func finding(
    _ check: String, _ file: String, _ text: String, _ severity: ChartCheck.Severity = .error
  ) -> ChartCheck.Finding {
    ChartCheck.Finding(check: check, severity: severity, file: file, line: nil, text: text)
  }
}

extension Value {
  /// A definition without CEL rules, which this server does not support, just as it does not support conversion.
  fileprivate var withoutRules: Value {
    switch self {
    case .mapping(let mapping):
      let kept = mapping.pairs.filter { $0.key != "x-kubernetes-validations" }
      return .mapping(Mapping(kept.map { Mapping.Pair(key: $0.key, value: $0.value.withoutRules) }))
    case .sequence(let items): return .sequence(items.map(\.withoutRules))
    default: return self
    }
  }
}

extension RenderedChart.Part {
  fileprivate var title: String { "\(object.kind) \(object.name)" }
}
