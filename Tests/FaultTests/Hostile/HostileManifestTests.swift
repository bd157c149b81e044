import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

/// JSON and YAML that no honest server sends.
@Suite(.timeLimit(.minutes(20)))
struct HostileManifestTests {
  private static let document = #"""
    {"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"12","continue":""},"items":[{"metadata":{"name":"a",
    "labels":{"x":"\u00e9\ud83d\ude00"}},"spec":{"n":[1,-2.5e3,null,true,""],"text":"a\n\"b\"\\"}},{"metadata":{}}]}
    """#
  private static let yaml = """
    # comment
    apiVersion: v1
    metadata: {name: a, labels: &l {x: "é", y: '中'}}
    spec:
      text: |
        a
          b
      folded: >-
        c
        d
      list:
      - 1
      - -2.5e3
      - ~
      - {deep: [[], {}]}
      again: *l
      merged:
        <<: *l
        y: 2

    """

  @Test func noJSONIsTooBroken() async {
    for seed in Seeds.some(1_500) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let text = mutation.damaged(Array(Self.document.utf8))
      do throws(SyntaxError) {
        let value = try JSON.parse(text)
        // What is read can be written, and is read again as the same.
        #expect((try? JSON.parse(JSON.bytes(value))) == value, "seed \(seed)")
      } catch {
        #expect(error.line >= 1 && error.column >= 1 && "\(error)".isHarmless, "seed \(seed): \(error)")
      }
    }
  }

  @Test func noYAMLIsTooBroken() async {
    for seed in Seeds.some(800) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let text = String(decoding: mutation.damaged(Array(Self.yaml.utf8)), as: UTF8.self)
      let lines = text.utf8.count { $0 == 10 } + 1
      do throws(SyntaxError) {
        let value = try YAML.parse(text)
        #expect((try? YAML.parse(YAML.text(value))) == value, "seed \(seed): \(JSON.text(value))")
      } catch {
        #expect((1...lines).contains(error.line) && error.column >= 1, "seed \(seed): \(error)")
        #expect("\(error)".isHarmless && "\(error)".utf8.count < 5_000, "seed \(seed): \(error)")
      }
    }
  }

  @Test func noListWatchOrStatusIsTooBroken() async {
    let event = #"{"type":"MODIFIED","object":{"kind":"Extension","metadata":{"name":"a","resourceVersion":"12"}}}"#
    let status =
      #"{"kind":"Status","code":422,"reason":"Invalid","message":"no","details":{"name":"a","retryAfterSeconds":3,"causes":[{"field":"spec","message":"bad"}]}}"#
    for seed in Seeds.some(500) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let line = mutation.damaged(Array(event.utf8))
      if case .failure(let error) = await result({ () async throws(ClusterError) in try WatchLine(line) }) {
        #expect(error.sentence(for: "watching", at: "h").english.isHarmless, "seed \(seed): \(error)")
      }
      let answer = Status(code: 422, headers: ["Retry-After": "9"], body: mutation.damaged(Array(status.utf8)), now: 0)
      let sentence = answer.sentence(for: "asking", at: "h").english
      #expect(sentence.isHarmless && sentence.utf8.count < 20_000, "seed \(seed): \(sentence)")
    }
  }

  @Test func aListMayBreakAnywhereInAnyWay() async {
    for seed in Seeds.some(250) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      let body = mutation.damaged(Array(Self.document.utf8))
      let size = 1 + mutation.dice.upTo(40)
      let cluster = Cluster(transport: Pieces(bytes: body, size: size))
      let answer = await result { () async throws(ClusterError) in try await cluster.list(.extensions) }
      if case .failure(let error) = answer {
        #expect(error.sentence(for: "listing", at: "h").english.isHarmless, "seed \(seed): \(error)")
      }
    }
  }

  @Test func muchOfAnythingIsReadInTimeOrRefused() throws {
    let size = Seeds.isLong ? 100 << 20 : 1 << 20
    let long = String(repeating: "x", count: size)

    #expect(try JSON.parse(Array("\"\(long)\"".utf8)).string?.utf8.count == size)
    #expect(try YAML.parse("a: \(long)\n")["a"]?.string?.utf8.count == size)
    #expect(throws: SyntaxError.self) { try JSON.parse([UInt8](repeating: UInt8(ascii: "["), count: size)) }
    #expect(throws: SyntaxError.self) { try YAML.parse(String(repeating: "[", count: size)) }
    #expect(throws: SyntaxError.self) { try YAML.parse(String(repeating: "- ", count: 10_000) + "x") }
    #expect(throws: SyntaxError.self) { try JSON.parse(Array("-1e\(long)".utf8)) }
    let keys = (0..<5_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
    #expect(try JSON.parse(Array("{\(keys),\(keys)}".utf8)).mapping?.pairs.count == 5_000)
  }
}

/// An answer in pieces of one size.
private struct Pieces: Transport {
  var bytes: [UInt8]
  var size: Int

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let (bytes, size) = (bytes, size)
    let body = HTTPBody(
      AsyncStream { stream in
        for start in stride(from: 0, to: bytes.count, by: size) {
          stream.yield(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        stream.finish()
      })
    return HTTPResponse(status: 200, body: body)
  }
}
