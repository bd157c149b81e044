import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// What the gateway tells of itself.
extension Gateway {
  /// What the gateway has counted, behind what the API beside it has to tell, if that is in this process.
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

  /// What is to be told of the rules at the moment.
  var judge: RuleJudge {
    RuleJudge(
      snapshot: rules.snapshot, troubles: guards.troubles, tellsLinks: dialect.era == .seed, settings: settings)
  }

  func openAPIIndex(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    var answer = await api.respond(to: request, from: caller)
    if answer.relay != nil {
      // What another server answers passes by on the connection; this is for everybody, and can be asked for anew.
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

  /// Says which rule serves a request, and why not.
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
