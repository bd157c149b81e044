package import Client
package import Extensions
import HTTP
import KubernetesAPI
package import Manifest

/// What a plan needs besides the objects of its own extension: the server's versions, and the dependencies of the other
/// installed extensions.
package struct PlanFacts: Hashable, Sendable {
  /// The installed versions, by extension.
  package var versionsInUse: [String: ExtensionVersion] = [:]
  /// Why some of them could not be read, or `nil`.
  package var dependantsProblem: String?
  package var server = ServerVersions()
  /// Why the server's version could not be read, or `nil`.
  package var serverProblem: String?

  package init() {}
}

extension PlanContext {
  /// Adds what was read; `nil` while it is still being read.
  package mutating func add(_ facts: PlanFacts?) {
    guard let facts else {
      gaps[.dependants] = .pending
      gaps[.server] = .pending
      return
    }
    installedVersions = facts.versionsInUse
    gaps[.dependants] = facts.dependantsProblem.map { .unreadable($0) }
    kubernetesVersion = facts.server.kubernetes
    kubeSphereVersion = facts.server.kubeSphere
    gaps[.server] = facts.serverProblem.map { .unreadable($0) }
  }
}

extension ClusterReader {
  /// All that a plan of this kind about `name` is made from, and no more.
  ///
  /// Only what is installed must be known. What else cannot be read is a gap in the plan, which says so: no change waits
  /// for what its write does not need. The requests run concurrently, so that latency counts once.
  package func context(
    for name: String, _ kind: ChangeKind, called clusterName: String
  ) async throws(ClusterError) -> PlanContext {
    let reads = kind.row.reads
    async let extensionAnswer = result { () throws(ClusterError) in
      reads.contains(.versions) ? try await self.extension(name, isWhole: false) : nil
    }
    async let versionsAnswer = result { () throws(ClusterError) in
      reads.contains(.versions) ? try await versions(of: name, isWhole: false) : []
    }
    async let serverAnswer = readServer(isWanted: reads.contains(.server))
    let installed = Installations(try await installations().map(Installation.init))
    var facts =
      reads.contains(.dependants) ? await readDependants(installed.all.filter { $0.extension != name }) : PlanFacts()
    (facts.server, facts.serverProblem) = await serverAnswer
    var context = PlanContext(
      capabilities: capabilities, cluster: clusterName, extensions: [:], installations: installed, versions: [:])
    context.add(facts)
    switch await extensionAnswer {
    case .success(let object): context.extensions[name] = object.map { Extension($0, dialect: dialect) }
    case .failure(let error): context.gaps[.extension] = .unreadable(error.brief)
    }
    switch await versionsAnswer {
    case .success(let objects):
      for version in objects.map({ ExtensionVersion($0, dialect: dialect) }) {
        context.versions[version.version] = version
      }
    case .failure(let error): context.gaps[.versions] = .unreadable(error.brief)
    }
    return context
  }

  /// The server's versions, and the versions of `installations`.
  package func facts(_ installations: [Installation]) async -> PlanFacts {
    async let serverAnswer = readServer(isWanted: true)
    var facts = await readDependants(installations)
    (facts.server, facts.serverProblem) = await serverAnswer
    return facts
  }

  private func readServer(isWanted: Bool) async -> (ServerVersions, String?) {
    guard isWanted else { return (ServerVersions(), nil) }
    do throws(ClusterError) {
      return (ServerVersions(try await cluster.document("/version")), nil)
    } catch {
      return (ServerVersions(), error.brief)
    }
  }

  private func readDependants(_ installations: some Collection<Installation>) async -> PlanFacts {
    var facts = PlanFacts()
    await withTaskGroup(of: (String, Result<Object, ClusterError>).self) { group in
      for installation in installations {
        let name = "\(installation.extension)-\(installation.version)"
        group.addTask {
          let answer = await result { () throws(ClusterError) in
            try await cluster.get(dialect.extensionVersions, name, skipping: ExtensionVersion.unread)
          }
          return (installation.extension, answer)
        }
      }
      for await (name, answer) in group {
        switch answer {
        case .success(let object): facts.versionsInUse[name] = ExtensionVersion(object, dialect: dialect)
        // The dependencies of a version that is no longer offered are unknown.
        case .failure(.refused(let status)) where status.code == 404: break
        case .failure(let error): facts.dependantsProblem = error.brief
        }
      }
    }
    return facts
  }
}

/// What `/version` says, of Kubernetes itself or of KubeSphere's gateway (docs/KUBESPHERE.md: Gateway).
package struct ServerVersions: Hashable, Sendable {
  package var kubernetes = ""
  /// Empty when Kubernetes itself answered.
  package var kubeSphere = ""

  package init() {}

  package init(_ document: Value) {
    let own = document["gitVersion"]?.string ?? ""
    let inner = document[path: "kubernetes", "gitVersion"]?.string
    kubernetes = inner ?? own
    kubeSphere = inner == nil ? "" : own
  }
}
