import Client
import Extensions
package import HTTP
import KubernetesAPI
import Manifest
package import Platform

/// One look at what the gateway serves: what is asked, and what is answered.
package struct Probe: Hashable, Sendable {
  /// What came of it.
  package enum Outcome: Hashable, Sendable {
    /// It answers, with this status.
    case answers(Int)
    /// It was asked, and there is no answer of its own; why.
    case silent(Sentence)
    /// It is not asked, and why.
    case notAsked(Sentence)

    package var isTrouble: Bool { if case .silent = self { true } else { false } }

    package var sentence: Sentence {
      switch self {
      case .answers(let status): "answers (\(status))"
      case .silent(let reason): "no answer: \(reason)"
      case .notAsked(let reason): "not asked: \(reason)"
      }
    }

    /// The same in English.
    package var words: String { sentence.english }
  }

  package var object: ServedObject
  /// The path that is asked, or empty.
  package var target: String
  package var outcome: Outcome
  /// Milliseconds until the answer, where one came.
  package var milliseconds: Int?

  /// What is asked of `object`, or why nothing is.
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

  /// What an answer says of what is behind a rule of `kind`: a refusal of the user is an answer of it, and so is that it
  /// has no such page; a file of a bundle is there or not.
  package static func outcome(_ status: Int, _ body: [UInt8], kind: String) -> Outcome {
    switch status {
    case 404 where kind == "JSBundle", 502, 503, 504:
      let message = Status(code: status, body: body).message
      return .silent(Sentence(verbatim: message.isEmpty ? "\(status)" : "\(message) (\(status))"))
    default: return .answers(status)
    }
  }
}

/// Why something is not asked.
package struct ProbeRefusal: Error, Hashable, Sendable {
  package let reason: Sentence

  init(_ reason: Sentence) { self.reason = reason }
}

extension Probe {
  /// How much of an answer is read for its reason.
  private static let longest = 64 << 10

  /// How many are asked for at once.
  private static let width = 8

  /// Asks for each of `objects` through `transport`, which leads to a gateway; without one nothing is asked.
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
        guard let (place, object) = rest.popFirst() else { return }
        group.addTask { (place, await probe(object, through: transport, timing: timing)) }
      }
      for _ in 0..<width { begin() }
      for await (place, probe) in group {
        probes[place] = probe
        begin()
      }
      return probes.compactMap(\.self)
    }
  }

  /// Asks for `object` through `transport`, which leads to a gateway.
  private static func probe(_ object: ServedObject, through transport: any Transport, timing: Timing) async -> Probe {
    switch Self.target(of: object) {
    case .success(let path):
      let first = await probe(object, at: path, through: transport, timing: timing)
      // The root of an API is answered by shipped gateways themselves, and what is below it by the API.
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
      let body = isAnswer ? [] : (try? await response.body.collected(upTo: longest)) ?? []
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
