package import Client
package import Extensions
import KubernetesAPI
import Manifest
package import Packages

extension ClusterReader {
  /// The revisions of the helm release called `name`, oldest first.
  package func releases(of name: String, in namespace: String) async throws(ClusterError) -> [HelmRelease] {
    let secrets = try await cluster.list(
      .secrets, namespace: namespace, selector: Selector(labels: "\(HelmRelease.selector),name=\(name)"))
    return secrets.compactMap(HelmRelease.init).sorted { $0.revision < $1.revision }
  }

  /// Whether helm keeps no release of `installation`, which the controllers say is there; not where that cannot be read.
  func isReleaseGone(of installation: Installation) async -> Bool {
    guard dialect.name == .installPlan, !installation.isKeptByStandalone, !installation.releaseName.isEmpty,
      !installation.targetNamespace.isEmpty, installation.observed.state == .installed
    else { return false }
    let found = await answer(within: Self.patience) { () throws(ClusterError) in
      try await cluster.list(
        .secrets, namespace: installation.targetNamespace,
        selector: Selector(labels: "\(HelmRelease.selector),name=\(installation.releaseName)"),
        skipping: JSONPaths(["data"]))
    }
    return (try? found.get())?.isEmpty == true
  }

  /// Whether the version of `installation` is not there any more, for a change that needs it and leads to no other.
  ///
  /// Not if that cannot be read. Controllers of ours keep what is installed. Versions that are in `context` are not asked
  /// for again.
  func isVersionGone(of installation: Installation, for kind: ChangeKind, in context: PlanContext) async -> Bool {
    if case .version? = kind.row.choice { return false }
    guard dialect.name == .installPlan, !installation.isKeptByStandalone else { return false }
    if kind.row.reads.contains(.versions) {
      return context.gaps[.versions] == nil && context.version(installation.version) == nil
    }
    let found = await answer(within: Self.patience) { () async throws(ClusterError) -> ExtensionVersion? in
      try await ExtensionVersion.find(installation.extension, installation.version, in: cluster, dialect)
    }
    guard case .success(nil) = found else { return false }
    return true
  }

  /// KubeSphere's version where Kubernetes answers, which does not know it.
  ///
  /// From the gateway through the API server's proxy, else from the release of ks-core; empty where neither tells within
  /// `patience`.
  func kubeSphereVersion() async -> String {
    let proxied = await answer(within: Self.patience) { () throws(ClusterError) in
      try await Cluster(transport: ServiceProxyTransport(cluster.transport)).document("/version")
    }
    if let found = (try? proxied.get()).map(ProductVersions.init)?.kubeSphere, !found.isEmpty { return found }
    let found = await answer(within: Self.patience) { () throws(ClusterError) in
      try await releases(of: "ks-core", in: PackageSource.namespace)
    }
    return (try? found.get())?.deployed?.appVersion ?? ""
  }

  /// Looks in the chart of the version that `change` leads to for kinds that the cluster does not have.
  ///
  /// Where the package is not at hand, or nothing answers in time, nothing is added.
  package func checkKinds(
    of change: Change, to name: String, in context: inout PlanContext, gateway: GatewayAPI?
  ) async {
    guard let target = change.version.flatMap({ context.version($0) }) else { return }
    let missing = await answer(within: Self.patience) { () async throws(ClusterError) -> [PackageContents.Kind] in
      guard let package = try? await target.package(from: cluster, gateway: gateway) else { return [] }
      return await missingKinds(PackageContents(package))
    }
    context.missingKinds = (try? missing.get()) ?? []
  }

  /// The kinds that `contents` needs and the cluster does not have, as far as it answers.
  package func missingKinds(_ contents: PackageContents) async -> [PackageContents.Kind] {
    let needed = contents.needed
    var known: [String: Set<String>] = [:]
    await withTaskGroup(of: (String, Set<String>?).self) { group in
      for apiVersion in Set(needed.map(\.apiVersion)) {
        group.addTask { (apiVersion, await kinds(of: apiVersion)) }
      }
      for await (apiVersion, kinds) in group { known[apiVersion] = kinds }
    }
    return needed.filter { need in known[need.apiVersion].map { !$0.contains(need.kind) } ?? false }
  }

  /// The kinds of a group's version; none where the cluster does not have it, `nil` where it does not say.
  private func kinds(of apiVersion: String) async -> Set<String>? {
    do throws(ClusterError) {
      let path = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
      let resources = try await cluster.document(path)["resources"]?.sequence
      return resources.map { Set($0.compactMap { $0["kind"]?.string }) }
    } catch {
      if error.isNotFound { return [] }
      return nil
    }
  }
}
