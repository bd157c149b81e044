import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// Whatever happens on the way, in the end the store holds what the server holds.
@Suite(.endsInTime)
struct ConvergenceTests {
  @Test(arguments: 0..<1000)
  func aWatchConvergesUnderEveryScheduleOfFaults(seed: UInt64) async {
    let server = FaultyServer(seed: seed)
    var cluster = Cluster(transport: server)
    cluster.timing = TestClock().timing
    let watch = Watch(.extensions, in: cluster) { $0 }
    let store = Locked(Store<Object>())
    let task = Task {
      await watch.run { event in
        let isSettled = store.withLock { store in
          store.apply(event)
          return server.isSettled(store.elements)
        }
        if isSettled { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }

    await task.value

    #expect(server.isSettled(store.withLock { $0.elements }))
    #expect(server.requestCount < 400)
  }
}

/// A server in this process that forgets, fails, cuts, repeats and puts off, as its seed says, for
/// its first requests, and behaves from then on.
private final class FaultyServer: Transport {
  private struct Change {
    var version: Int
    var type: String
    var object: Value
  }

  private struct State {
    var random: SeededGenerator
    var version = 10
    var objects: [String: Int] = ["a": 1, "b": 2]
    var changes: [Change] = []
    var requests = 0
    var hasEnded = false
    var isQuiet: Bool { requests > 40 }
  }

  private let state: Locked<State>

  init(seed: UInt64) { state = Locked(State(random: SeededGenerator(seed: seed))) }

  var requestCount: Int { state.withLock { $0.requests } }

  /// True when nothing changes any more and `elements` are what is there.
  func isSettled(_ elements: SortedElements<Object>) -> Bool {
    state.withLock { state in
      let versions = Dictionary(uniqueKeysWithValues: elements.values.map { ($0.name, Int($0.resourceVersion) ?? 0) })
      return state.hasEnded && versions == state.objects
    }
  }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let answer = state.withLock { state -> Result<HTTPResponse, TransportError> in
      state.requests += 1
      if state.isQuiet {
        if !state.hasEnded { Self.end(&state) }
        // A watch that has not settled by now never will.
        if state.requests > 400 { withUnsafeCurrentTask { $0?.cancel() } }
        return .success(Self.honest(request, &state))
      }
      Self.change(&state)
      return Self.answer(request, &state)
    }
    return try answer.get()
  }

  private static func change(_ state: inout State) {
    for _ in 0..<Int.random(in: 0...4, using: &state.random) {
      let name = ["a", "b", "c", "d", "e", "f"].randomElement(using: &state.random) ?? "a"
      state.version += Int.random(in: 1...3, using: &state.random)
      let isThere = state.objects[name] != nil
      let isDeletion = isThere && Bool.random(using: &state.random)
      state.objects[name] = isDeletion ? nil : state.version
      let type = isDeletion ? "DELETED" : isThere ? "MODIFIED" : "ADDED"
      state.changes.append(Change(version: state.version, type: type, object: object(name, state.version)))
    }
    if Int.random(in: 0..<8, using: &state.random) == 0 { state.changes.removeAll() }
  }

  /// The last change, whose arrival tells that all before it have arrived.
  private static func end(_ state: inout State) {
    state.hasEnded = true
    state.version += 1
    state.objects["last"] = state.version
    state.changes.append(Change(version: state.version, type: "ADDED", object: object("last", state.version)))
  }

  private static func answer(_ request: HTTPRequest, _ state: inout State) -> Result<HTTPResponse, TransportError> {
    switch Int.random(in: 0..<12, using: &state.random) {
    case 0: return .failure(.unreachable(host: "h", reason: "refused"))
    case 1: return .failure(.timedOut(seconds: 1))
    case 2: return .success(.json(429, "", headers: ["Retry-After": "1"]))
    case 3: return .success(.json(503, "<html>bad gateway</html>"))
    case 4: return .success(.json("<!DOCTYPE html><html>hello</html>"))
    case 5: return .success(.json(410, #"{"kind":"Status","code":410,"reason":"Expired"}"#))
    case 6: return .success(.json(200, ""))
    case 7...9: return .success(cut(text(request, &state), &state))
    default: return .success(honest(request, &state))
    }
  }

  /// An answer that breaks off somewhere, with or without the transport noticing.
  private static func cut(_ text: String, _ state: inout State) -> HTTPResponse {
    let length = Int.random(in: 0...text.utf8.count, using: &state.random)
    let kept = String(decoding: Array(text.utf8).prefix(length), as: UTF8.self)
    return .pieces(
      kept, of: Int.random(in: 1...50, using: &state.random),
      then: Bool.random(using: &state.random) ? .interrupted(reason: "cut") : nil)
  }

  private static func honest(_ request: HTTPRequest, _ state: inout State) -> HTTPResponse {
    let text = text(request, &state)
    return text.isEmpty ? .json(410, "") : .pieces(text, of: 64)
  }

  /// The whole answer; empty when the version asked for is forgotten.
  private static func text(_ request: HTTPRequest, _ state: inout State) -> String {
    guard request.target.contains("watch=true") else {
      return JSON.text([
        "kind": "ExtensionList", "metadata": ["resourceVersion": .string(String(state.version))],
        "items": .sequence(state.objects.sorted { $0.key < $1.key }.map { object($0.key, $0.value) }),
      ])
    }
    let version = request.target.rangeOfText("resourceVersion=").flatMap { range in
      Int(request.target[range.upperBound...].prefix { $0 != "&" })
    }
    let oldest = state.changes.first?.version ?? state.version
    guard let version, version == state.version || version >= oldest else { return "" }
    var lines = state.changes.filter { $0.version > version }.map { line($0.type, $0.object) }
    if !state.isQuiet {
      // What a broken server may say twice, or in between.
      if let last = lines.last, Bool.random(using: &state.random) { lines.append(last) }
      if Bool.random(using: &state.random) { lines.append(line("BOOKMARK", object("", state.version))) }
      if Int.random(in: 0..<6, using: &state.random) == 0 {
        let code: Value = Bool.random(using: &state.random) ? 410 : 500
        lines.insert(
          line("ERROR", ["kind": "Status", "code": code]), at: Int.random(in: 0...lines.count, using: &state.random))
      }
    }
    return lines.isEmpty ? line("BOOKMARK", object("", state.version)) : lines.joined()
  }

  private static func line(_ type: String, _ object: Value) -> String {
    JSON.text(["type": .string(type), "object": object]) + "\n"
  }

  private static func object(_ name: String, _ version: Int) -> Value {
    ["metadata": ["name": .string(name), "resourceVersion": .string(String(version))]]
  }
}
