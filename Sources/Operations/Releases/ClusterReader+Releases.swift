package import Client
package import Extensions
import KubernetesAPI
import Manifest
package import Packages

extension ClusterReader {
  /// Reads the revisions of the Helm release `name`, oldest first.
  package func releases(of name: String, in namespace: String) async throws(ClusterError) -> [HelmRelease] {
    let secrets = try await cluster.list(
      .secrets, namespace: namespace, selector: Selector(labels: "\(HelmRelease.selector),name=\(name)"))
    return secrets.compactMap(HelmRelease.init).sorted { $0.revision < $1.revision }
  }

  /// Whether helm has no release of an `installation` that is Installed; `false` if that cannot be read.
  func isReleaseGone(of installation: Installation) async -> Bool {
    guard dialect.name == .installPlan, !installation.isManagedByStandalone, !installation.releaseName.isEmpty,
      !installation.targetNamespace.isEmpty, installation.observed.state == .installed
    else { return false }
    let found = await answer(within: Self.factTimeout) { () throws(ClusterError) in
      try await cluster.list(
        .secrets, namespace: installation.targetNamespace,
        selector: Selector(labels: "\(HelmRelease.selector),name=\(installation.releaseName)"),
        skipping: JSONPaths(["data"]))
    }
    return (try? found.get())?.isEmpty == true
  }

  /// Whether the ExtensionVersion of `installation` no longer exists, for a change that needs it and sets no other
  /// version.
  ///
  /// Returns `false` if that cannot be read. The controllers of ksxd can do without the ExtensionVersion. Versions in
  /// `context` are not read again.
  func isVersionGone(of installation: Installation, for kind: ChangeKind, in context: PlanContext) async -> Bool {
    if case .version? = kind.row.choice { return false }
    guard dialect.name == .installPlan, !installation.isManagedByStandalone else { return false }
    if kind.row.reads.contains(.versions) {
      return context.gaps[.versions] == nil && context.version(installation.version) == nil
    }
    let found = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> ExtensionVersion? in
      try await ExtensionVersion.find(installation.extension, installation.version, in: cluster, dialect)
    }
    guard case .success(nil) = found else { return false }
    return true
  }

  /// Reads the version of KubeSphere from a cluster whose `/version` is that of Kubernetes.
  ///
  /// It is read from the gateway through the API server's proxy, else from the release of ks-core; empty if both fail
  /// within `factTimeout`.
  func kubeSphereVersion() async -> String {
    let proxied = await answer(within: Self.factTimeout) { () throws(ClusterError) in
      try await Cluster(transport: ServiceProxyTransport(cluster.transport)).document("/version")
    }
    if let found = (try? proxied.get()).map(ProductVersions.init)?.kubeSphere, !found.isEmpty { return found }
    let found = await answer(within: Self.factTimeout) { () throws(ClusterError) in
      try await releases(of: "ks-core", in: PackageSource.namespace)
    }
    return (try? found.get())?.deployed?.appVersion ?? ""
  }

  /// Adds the kinds that the chart of `change` needs and the cluster does not serve.
  ///
  /// Adds nothing if the package cannot be read, or if there is no answer in time.
  package func checkKinds(
    of change: Change, to name: String, in context: inout PlanContext, gateway: GatewayAPI?
  ) async {
    guard let target = change.version.flatMap({ context.version($0) }) else { return }
    let missing = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> [PackageContents.Kind] in
      guard let package = try? await target.package(from: cluster, gateway: gateway) else { return [] }
      return await missingKinds(PackageContents(package))
    }
    context.missingKinds = (try? missing.get()) ?? []
  }

  /// The kinds that `contents` needs and the cluster does not serve, as far as it answers.
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

  /// The kinds of a group version; empty if the cluster does not serve it, `nil` if that cannot be read.
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
