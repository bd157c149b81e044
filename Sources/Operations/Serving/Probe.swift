import Client
import Extensions
package import HTTP
import KubernetesAPI
import Manifest
package import Platform

/// A request to something that the gateway serves, and its result.
package struct Probe: Hashable, Sendable {
  /// The result of a probe.
  package enum Outcome: Hashable, Sendable {
    /// The upstream responds, with this status.
    case answers(Int)
    /// There is no response of the upstream, and why.
    case silent(Sentence)
    /// No request is sent, and why.
    case notAsked(Sentence)

    package var isTrouble: Bool { if case .silent = self { true } else { false } }

    package var sentence: Sentence {
      switch self {
      case .answers(let status): "answers (\(status))"
      case .silent(let reason): "no answer: \(reason)"
      case .notAsked(let reason): "not asked: \(reason)"
      }
    }

    /// `sentence` in English.
    package var words: String { sentence.english }
  }

  package var object: ServedObject
  /// The path of the request, or empty.
  package var target: String
  package var outcome: Outcome
  /// The time until the response in milliseconds, if there was one.
  package var milliseconds: Int?

  /// The path to request for `object`, or why no request is sent.
  package static func target(of object: ServedObject) -> Result<String, ProbeRefusal> {
    switch object.kind {
    case "APIService": return .success("/kapis/\(object.words)")
    case "JSBundle": return .success(object.words)
    case "ReverseProxy":
      let matchers = object.words.split(separator: ",").map { $0.split(separator: " ").map(String.init) }
        .filter { $0.count == 2 && $0[1].hasPrefix("/") }
      guard let first = matchers.first else { return .failure(.init("its rule has no path")) }
      guard let read = matchers.first(where: { ["*", "GET", "HEAD"].contains($0[0]) }) else {
        return .failure(.init("it is for \(first[0]), which might change something"))
      }
      return .success(String(read[1].prefix { $0 != "*" }))
    default: return .failure(.init("it is an entry of the console's menu"))
    }
  }

  /// The outcome that a response of the upstream means for an object of `kind`.
  ///
  /// An upstream that refuses the user, or has no such page, does respond; but a file of a bundle must exist.
  package static func outcome(_ status: Int, _ body: [UInt8], kind: String) -> Outcome {
    switch status {
    case 404 where kind == "JSBundle", 502, 503, 504:
      let message = Status(code: status, body: body).message
      return .silent(Sentence(verbatim: message.isEmpty ? "\(status)" : "\(message) (\(status))"))
    default: return .answers(status)
    }
  }
}

/// Why no request is sent.
package struct ProbeRefusal: Error, Hashable, Sendable {
  package let reason: Sentence

  init(_ reason: Sentence) { self.reason = reason }
}

extension Probe {
  /// In bytes: how much of an error response is read for its message.
  private static let largestErrorBody = 64 << 10

  /// How many requests are in progress at once.
  private static let concurrency = 8

  /// Probes each of `objects` through `transport`, which leads to a gateway; sends nothing without one.
  package static func all(
    _ objects: [ServedObject], through transport: (any Transport)?, timing: Timing
  ) async -> [Probe] {
    guard let transport else {
      return objects.map { Probe(object: $0, target: "", outcome: .notAsked("this cluster has no gateway")) }
    }
    return await withTaskGroup(of: (Int, Probe).self) { group in
      var probes: [Probe?] = Array(repeating: nil, count: objects.count)
      var rest = Array(objects.enumerated())[...]
      func begin() {
        guard let (index, object) = rest.popFirst() else { return }
        group.addTask { (index, await probe(object, through: transport, timing: timing)) }
      }
      for _ in 0..<concurrency { begin() }
      for await (index, probe) in group {
        probes[index] = probe
        begin()
      }
      return probes.compactMap(\.self)
    }
  }

  /// Probes `object` through `transport`, which leads to a gateway.
  private static func probe(_ object: ServedObject, through transport: any Transport, timing: Timing) async -> Probe {
    switch Self.target(of: object) {
    case .success(let path):
      let first = await probe(object, at: path, through: transport, timing: timing)
      // KubeSphere's gateway answers the root of an API itself; only paths below it reach the upstream.
      guard object.kind == "APIService", first.outcome == .answers(404) else { return first }
      return await probe(object, at: path + "/ksx-probe", through: transport, timing: timing)
    case .failure(let refusal):
      return Probe(object: object, target: "", outcome: .notAsked(refusal.reason))
    }
  }

  private static func probe(
    _ object: ServedObject, at target: String, through transport: any Transport, timing: Timing
  ) async -> Probe {
    let start = timing.now()
    do {
      let response = try await transport.send(HTTPRequest(.get, target, headers: ["Accept": "*/*"]))
      let duration = timing.now() - start
      let isAnswer = !Self.outcome(response.status, [], kind: object.kind).isTrouble
      let body = isAnswer ? [] : (try? await response.body.collected(upTo: largestErrorBody)) ?? []
      return Probe(
        object: object, target: target, outcome: outcome(response.status, body, kind: object.kind),
        milliseconds: Int(duration.components.seconds) * 1000
          + Int(duration.components.attoseconds / 1_000_000_000_000_000))
    } catch {
      return Probe(
        object: object, target: target, outcome: .silent(ClusterError.transport(error).words))
    }
  }
}
