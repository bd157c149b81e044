import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// What the gateway reports about itself.
extension Gateway {
  /// The gateway's metrics, appended to those of the API if that runs in this process.
  func metrics(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    let judge = judge
    let own = counts.text(
      judge.snapshot.table, judge.troubles, await pools.counts(), served: judge.counts)
    let others = await api.respond(to: request, from: caller)
    let text = others.relay == nil && others.status == 200 ? try? await others.body.collected() : nil
    let bytes = (text ?? []) + Array(own.utf8)
    return HTTPResponse(
      status: 200,
      headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Content-Length": String(bytes.count)],
      bytes: bytes)
  }

  /// Judges the rules of this moment.
  var judge: RuleEvaluation {
    RuleEvaluation(
      snapshot: rules.snapshot, troubles: guards.troubles, writesLinks: dialect.era == .seed, settings: settings)
  }

  func openAPIIndex(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    var answer = await api.respond(to: request, from: caller)
    if answer.relay != nil {
      // A relayed response is streamed to the client and cannot be read here. The index is the same for every caller,
      // so it is requested again with the gateway's own transport.
      guard let own = try? await cluster.transport.send(HTTPRequest(.get, Destination.openAPIPath)) else {
        return answer
      }
      answer = own
    }
    guard [200, 404].contains(answer.status) else { return answer }
    let bytes = answer.status == 200 ? try? await answer.body.collected() : nil
    return HTTPResponse(
      status: 200, json: OpenAPIIndex.merged(bytes.flatMap { try? JSON.parse($0) }, rules.table))
  }

  /// Answers which rule serves a request, and what keeps it from being served.
  func explain(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    do throws(Status) {
      let question = try await request.whole().json()
      guard let url = question["url"]?.string else { throw .badRequest("a url is expected") }
      let word = question["method"]?.string ?? "GET"
      guard let method = HTTPRequest.Method(rawValue: word) else {
        throw .badRequest("the method \(word) is not known")
      }
      let target = url.hasPrefix("/") ? url : "/" + (url.split(separator: "/", maxSplits: 2).dropFirst(2).first ?? "")
      let judge = judge
      let explanation = Explanation(
        HTTPRequest(method, target), by: caller.user, in: judge.snapshot.table, problem: judge.problem(of:))
      return HTTPResponse(status: 200, json: explanation.value)
    } catch {
      return error.response
    }
  }
}
