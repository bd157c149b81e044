package import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
package import Platform

/// What the doctor found in one cluster, and what it could not read.
package struct Examination: Hashable, Sendable {
  package var findings: [Finding] = []
  package var gaps: [Sentence] = []
  /// How many installations were examined.
  package var count = 0
}

extension ClusterReader {
  /// Examines the installation of `name`; without a name, all installations and all repositories.
  ///
  /// Nothing is changed: the only write is a dry run, because only a write shows whether the webhooks answer.
  /// `memories` holds what this computer remembers of earlier releases, by extension name. With `ways`, the gateway and
  /// what the extensions serve through it are probed too.
  package func examine(
    _ name: String?, at now: Timestamp, called: String, memories: [String: ReleaseMemory] = [:],
    ways: GatewayConnections? = nil
  ) async throws(ClusterError) -> Examination {
    let objects = try await installations()
    let all = Installations(objects.map(Installation.init))
    let chosen = objects.filter { name == nil || Installation($0).extension == name }.sorted { $0.name < $1.name }
    var examination = Examination(count: chosen.count)
    var context = PlanContext(
      capabilities: capabilities, cluster: called, extensions: [:], installations: all, versions: [:])
    context.add(await facts(Array(all.all)))
    await examineWebhooks(chosen.first, &examination)
    let served =
      await read("what is served", &examination) { () async throws(ClusterError) -> [ServedObject] in
        try await self.served()
      } ?? []
    let untouched = objects.filter { $0.status.mapping?.isEmpty != false }.map(\.name)
    let files = await examinedInstallations(chosen, in: context, at: now)
    let down = await examineControllers(files.map(\.0), Array(all.all), at: now)
    examination.findings += [down].compactMap { $0 }
    examination.gaps += files.flatMap(\.1)
    let seen = files.map { file, _ in
      file.beside(
        served, untouched: untouched, areControllersDown: down != nil, memories[file.installation.extension])
    }
    examination.findings += seen.flatMap(Diagnosis.findings(in:))
    await examineGateway(seen, ways, &examination)
    if name == nil { await examineRepositories(at: now, &examination) }
    return examination
  }

  private func read<Value: Sendable>(
    _ what: Sentence, _ examination: inout Examination,
    _ request: @Sendable @escaping () async throws(ClusterError) -> Value
  ) async -> Value? {
    switch await answer(within: Self.factTimeout, request) {
    case .success(let value): return value
    case .failure(let error):
      examination.gaps.append("\(what): \(error.words)")
      return nil
    }
  }
}

// One installation.
extension ClusterReader {
  /// Reads what the doctor needs about each of `objects` concurrently, sorted by name, with what cannot be read.
  private func examinedInstallations(
    _ objects: [Object], in context: PlanContext, at now: Timestamp
  ) async -> [(ExaminedInstallation, [Sentence])] {
    await withTaskGroup(of: (ExaminedInstallation, [Sentence]).self) { group in
      for object in objects {
        group.addTask { await examinedInstallation(object, in: context, at: now) }
      }
      var files: [(ExaminedInstallation, [Sentence])] = []
      for await file in group { files.append(file) }
      return files.sorted { $0.0.installation.name < $1.0.installation.name }
    }
  }

  private func examinedInstallation(
    _ object: Object, in context: PlanContext, at now: Timestamp
  ) async -> (ExaminedInstallation, [Sentence]) {
    var file = ExaminedInstallation(object, dialect: dialect, now: now)
    var gaps = Examination()
    file.context = context
    let name = file.installation.extension
    file.extension = await lookup("extension \(name)", &gaps) { () async throws(ClusterError) -> Extension? in
      try await self.extension(name, isWhole: false).map { Extension($0, dialect: dialect) }
    }
    await readVersions(of: &file, &gaps)
    await readRepository(of: &file, &gaps)
    await readRelease(of: &file, &gaps)
    await readSurroundings(of: &file, &gaps)
    return (file, gaps.gaps)
  }

  /// Reads what it owns, where it is, and the clusters of its agents.
  private func readSurroundings(of file: inout ExaminedInstallation, _ gaps: inout Examination) async {
    let (installation, name) = (file.installation, file.installation.extension)
    if file.finalizers.contains("foregroundDeletion") {
      file.dependants =
        await read("what \(name) owns", &gaps) { () async throws(ClusterError) -> [String] in
          try await self.dependants(of: installation)
        } ?? []
    }
    if installation.observed.state == .none {
      file.leavingNamespace = await leavingNamespace(of: file, &gaps)
    } else {
      file.pods =
        await read("pods of \(name)", &gaps) { () async throws(ClusterError) -> [PodProblem] in
          try await self.podProblems(of: installation)
        } ?? []
    }
    for cluster in Set(installation.clusters + file.agents.keys).sorted() {
      file.clusters[cluster] = await lookup("cluster \(cluster)", &gaps) {
        () async throws(ClusterError) -> MemberCluster? in
        try await find(MemberCluster.resource, nil, cluster).map(MemberCluster.init)
      }
    }
  }

  /// The namespace that it is to be installed into, if that is Terminating.
  private func leavingNamespace(of file: ExaminedInstallation, _ gaps: inout Examination) async -> Object? {
    let installation = file.installation
    let name = [installation.targetNamespace, file.version.value?.namespace ?? ""].first { !$0.isEmpty }
    let found: ExaminedInstallation.Lookup<Object> = await lookup("namespace of \(installation.extension)", &gaps) {
      () async throws(ClusterError) -> Object? in
      try await find(.namespaces, nil, name ?? Change.usualNamespace(of: installation.extension))
    }
    return found.value.flatMap { $0.status["phase"] == "Terminating" ? $0 : nil }
  }

  private func readVersions(of file: inout ExaminedInstallation, _ gaps: inout Examination) async {
    let (name, version) = (file.installation.extension, file.installation.version)
    let found = await read("versions of \(name)", &gaps) { () async throws(ClusterError) -> [ExtensionVersion] in
      try await self.versions(of: name, isWhole: false).map { ExtensionVersion($0, dialect: dialect) }
    }
    guard let found else { return }
    file.versions = found
    file.offered = found.map(\.version)
    // The controllers of InstallPlans look up the ExtensionVersion by name.
    let wanted = dialect.versionName(name, version)
    let match = found.first { dialect.name == .installPlan ? $0.name == wanted : $0.isVersion(version) }
    file.version = match.map { .there($0) } ?? .missing
  }

  /// Looks up the repository, which matters only if the version is missing.
  private func readRepository(of file: inout ExaminedInstallation, _ gaps: inout Examination) async {
    let name = file.extension.value?.repository ?? ""
    guard file.version == .missing, !name.isEmpty else { return }
    let found: ExaminedInstallation.Lookup<Object> = await lookup("repository \(name)", &gaps) {
      () async throws(ClusterError) -> Object? in try await find(dialect.repositories, nil, name)
    }
    file.isRepositoryGone = found == .missing
  }

  private func readRelease(of file: inout ExaminedInstallation, _ gaps: inout Examination) async {
    let installation = file.installation
    guard dialect.name == .installPlan, !installation.isManagedByStandalone else { return }
    let namespace =
      installation.targetNamespace.isEmpty ? "extension-\(installation.extension)" : installation.targetNamespace
    let release = installation.releaseName.isEmpty ? installation.extension : installation.releaseName
    let found = await read("helm's releases in namespace \(namespace)", &gaps) {
      () async throws(ClusterError) -> [HelmRelease] in try await releases(of: release, in: namespace)
    }
    file.releases = found.map { .there($0) } ?? .unknown
    if installation.jobName.isEmpty { return }
    file.job = await lookup("job \(installation.jobName)", &gaps) {
      () async throws(ClusterError) -> ExaminedInstallation.ObservedJob? in
      guard let job = try await find(.jobs, namespace, installation.jobName) else { return nil }
      let pods = try await cluster.list(
        .pods, namespace: namespace, selector: Selector(labels: "job-name=\(installation.jobName)"))
      return ExaminedInstallation.ObservedJob(job, pods: pods)
    }
  }

  /// The Jobs and ConfigMaps that it owns; KubeSphere's controllers make it the owner of nothing else.
  private func dependants(of installation: Installation) async throws(ClusterError) -> [String] {
    let own = Change.usualNamespace(of: installation.extension)
    let namespace = installation.targetNamespace.isEmpty ? own : installation.targetNamespace
    var owned: [String] = []
    for resource in [Resource.jobs, .configMaps] {
      let all = try await cluster.list(resource, namespace: namespace, skipping: JSONPaths(["data"], ["binaryData"]))
      owned += all.filter { object in
        let owners = object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
        return owners.contains { $0["uid"]?.string == installation.uid }
      }.map { "\(resource.kind) \(namespace)/\($0.name)" }
    }
    return owned.sorted()
  }

  private func lookup<Value: Sendable>(
    _ what: Sentence, _ gaps: inout Examination, _ request: @Sendable @escaping () async throws(ClusterError) -> Value?
  ) async -> ExaminedInstallation.Lookup<Value> {
    guard let answer = await read(what, &gaps, request) else { return .unknown }
    return answer.map { .there($0) } ?? .missing
  }

  private func find(_ resource: Resource, _ namespace: String?, _ name: String) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(resource, namespace: namespace, name)
    } catch {
      guard error.isNotFound else { throw error }
      return nil
    }
  }
}

// What all installations share.
extension ClusterReader {
  /// Looks for signs that the controllers are down: changes that they have not acted on, and a lease that is not
  /// renewed.
  private func examineControllers(
    _ files: [ExaminedInstallation], _ all: [Installation], at now: Timestamp
  ) async -> Finding? {
    var controller = ObservedController(dialect: dialect, now: now, installations: files.map(\.installation))
    controller.everyone = all
    controller.isKept = all.contains(where: \.isManagedByStandalone)
    controller.lackingVersion = Set(
      files.filter { $0.version == .missing || $0.passedBy != nil }.map(\.installation.name))
    // A deletion waits for each agent, and says nothing of one whose cluster does not answer.
    controller.waiting = Set(
      files.filter { file in
        file.leavingNamespace != nil || file.installation.isBeingDeleted && !file.agents.isEmpty
      }.map(\.installation.name))
    if controller.isKept {
      // The lease is optional: a single replica has none, and not every user may read it.
      let lease = await answer(within: Self.factTimeout) { () throws(ClusterError) in
        try await cluster.get(
          ObservedController.leases, namespace: ObservedController.lease.namespace, ObservedController.lease.name)
      }
      controller.lease = try? lease.get()
    }
    return controller.finding
  }

  private func examineRepositories(at now: Timestamp, _ examination: inout Examination) async {
    let found = await read("repositories", &examination) { () async throws(ClusterError) -> [Object] in
      try await cluster.list(dialect.repositories)
    }
    guard let repositories = found, !repositories.isEmpty else { return }
    // Events of cluster-scoped objects are stored in `default`. Not every server can select events by `involvedObject`.
    let events = await read("events of repositories", &examination) { () async throws(ClusterError) -> [Object] in
      try await cluster.list(.events, namespace: "default")
    }
    let extensions = await read("extensions of repositories", &examination) {
      () async throws(ClusterError) -> [Extension] in
      let objects = try await cluster.list(dialect.extensions, skipping: Extension.bulkyFields)
      return objects.map { Extension($0, dialect: dialect) }
    }
    for repository in repositories.sorted(by: { $0.name < $1.name }) {
      examination.findings += RepositoryFile(repository, events: events ?? [], extensions, dialect, now).findings
    }
  }
}

extension ExtensionVersion {
  fileprivate func isVersion(_ text: String) -> Bool { VersionText(version) == VersionText(text) }
}
