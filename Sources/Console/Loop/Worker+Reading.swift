import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform

extension Worker {
  /// Carries out a request of a screen, and returns its result.
  func answer(_ request: Request) async -> Message? {
    switch request {
    case .send(let requests, let plan): await send(requests, of: plan)
    case .listClusterChoices: session.otherClusters.map { .clusterChoices($0.list()) }
    case .move(let choice): await move(to: choice)
    case .read(let reading): await read(reading)
    default: nil
    }
  }

  /// Reads what `reading` asks for.
  func read(_ reading: ReadRequest) async -> Message {
    let reader = ClusterReader(session.connection.cluster, reading.capabilities)
    do throws(ClusterError) {
      return .read(reading, .success(try await facts(reading, reader)))
    } catch {
      let status = session.connection.status
      let sentence = error.sentence(for: reading.topic.doing, at: status.cluster)
      return .read(
        reading, .failure(ReadFailure(sentence.asFullSentence, isForbidden: error.isForbidden, cause: error)))
    }
  }

  /// Opens a session with `choice`.
  func move(to choice: ClusterChoice) async -> Message? {
    switch await session.otherClusters?.open(choice) {
    case .success(let session)?: .moved(SessionSwitch(to: session))
    case .failure(let failure)?: .failed("\(choice.name): \(failure.sentence)")
    case nil: nil
    }
  }

  /// Sends `requests` one after another; stops at the first failure.
  func send(_ requests: [RemedyRequest], of plan: RemedyPlan) async -> Message {
    if let cancellation = plan.cancellation, let capabilities = plan.capabilities {
      return await cancel(cancellation, plan, capabilities)
    }
    for (index, request) in requests.enumerated() {
      do throws(ClusterError) {
        let cluster = session.connection.cluster
        try await IntendedAction([plan.verb], names: [plan.subject]).carryOut { () throws(ClusterError) in
          try await request.send(to: cluster)
        }
      } catch {
        let before: Sentence =
          switch index {
          case 0: " \(error.consequence)"
          case 1: " The request before it had been carried out."
          default: " The \(index) requests before it had been carried out."
          }
        let sentence = error.sentence(for: plan.title, at: session.connection.status.cluster)
        return .sent(plan, failure: "\(sentence)\(before)")
      }
    }
    return .sent(plan, failure: nil)
  }

  /// Seconds without an effect of a step, after which the console stops: the controllers must finish the cancellation
  /// alone.
  private static let cancellationTimeout = 60

  /// Carries out a cancellation step by step.
  private func cancel(
    _ cancellation: Cancellation, _ plan: RemedyPlan, _ capabilities: Capabilities
  ) async -> Message {
    let (cluster, name) = (session.connection.cluster, cancellation.name)
    do throws(ClusterError) {
      let reader = ClusterReader(cluster, capabilities)
      guard let installation = Installations(try await reader.installations().map(Installation.init)).of(name) else {
        return .sent(plan, failure: "\(name) is not installed any more; ksx history tells what was")
      }
      let pace = CancellationPace(timeout: Self.cancellationTimeout, isWhole: false, timing: cluster.timing)
      let (sender, called) = (sender, installation.name)
      sender.noteCancelled(installation, of: name)
      let end = try await IntendedAction([plan.verb], names: [name]).carryOut { () throws(ClusterError) in
        try await reader.carryOut(cancellation, at: called, by: sender, pace)
      }
      return .sent(plan, failure: end.failure.map { "\(name): \($0)" })
    } catch {
      let sentence = error.sentence(for: plan.title, at: session.connection.status.cluster)
      return .sent(plan, failure: "\(sentence) \(error.consequence)")
    }
  }

  /// The fields that are not shown.
  private static let unshown = JSONPaths(["metadata", "managedFields"])

  private func past(of name: String, _ reader: ClusterReader) async throws(ClusterError) -> ExtensionHistory {
    let lines = session.recordKeeper?.history.lines() ?? []
    let installation = Installations(try await reader.installations().map(Installation.init)).of(name)
    return await reader.chronicle(of: name, lines, installation)
  }

  private func facts(_ reading: ReadRequest, _ reader: ClusterReader) async throws(ClusterError) -> ReadResult {
    let gateway = session.connection.gateway
    switch reading.topic {
    case .past(let name): return .past(try await past(of: name, reader))
    case .contents(let name, let version):
      return .contents(try await reader.packageFacts(of: name, version, gateway: gateway))
    case .comparison(let name, let old, let new):
      return .comparison(
        try await reader.comparison(of: name, from: old, to: new, gateway: gateway, language: reading.language))
    case .examination(let name):
      let called = session.connection.status.cluster
      let memories = session.recordKeeper?.history.releases() ?? [:]
      return .examination(try await reader.examine(name, at: .now(), called: called, memories: memories))
    case .serving(let name): return .serving(try await reader.serving(name))
    case .probes(let name): return .probes(await reader.probes(try await reader.serving(name), gateway: gateway))
    case .clusters: return .clusters(try await reader.memberClustersIfServed())
    case .progress(let name): return .progress(try await reader.progress(of: name, at: .now()))
    case .repositories: return .repositories(try await reader.repositories())
    case .reachability(let draft): return .reachability(await draft.reachability())
    case .events(let name): return .events(try await reader.events(of: name))
    case .platform: return .platform(try await reader.productVersions())
    case .object(_, let resource, let name):
      let object = try await session.connection.cluster.get(resource, name, skipping: Self.unshown)
      return .object(YAML.text(object.value))
    }
  }
}

extension ReadRequest.Topic {
  /// What is being read, as in `reading the events of devops: …`.
  fileprivate var doing: Sentence {
    switch self {
    case .past(let name): "reading the past of \(name)"
    case .contents(let name, let version): "reading the package of \(name) \(version)"
    case .comparison(let name, let old, let new): "comparing \(name) \(old) with \(new)"
    case .examination(let name): "looking at \(name.map { Sentence(verbatim: $0) } ?? "the cluster")"
    case .serving(let name): "reading what \(name.map { Sentence(verbatim: $0) } ?? "the gateway") serves"
    case .probes(let name): "probing what \(name.map { Sentence(verbatim: $0) } ?? "the gateway") serves"
    case .clusters: "listing the member clusters"
    case .progress(let name): "following \(name)"
    case .repositories: "listing the repositories"
    case .reachability: "asking the repository"
    case .events(let name): "reading the events of \(name)"
    case .platform: "reading the versions of Kubernetes and KubeSphere"
    case .object(let name, _, _): "reading the object of \(name)"
    }
  }
}
