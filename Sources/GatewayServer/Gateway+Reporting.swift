import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// What the gateway reports about itself.
extension Gateway {
  /// The gateway's metrics, appended to those of the API if that runs in this process.
  func metrics(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    let judge = judge
    let own = counts.text(
      judge.snapshot.table, judge.ruleProblems, await pools.counts(), served: judge.counts)
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
      snapshot: rules.snapshot, ruleProblems: ruleState.ruleProblems, writesLinks: dialect.era == .seed,
      settings: settings)
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
    // kubectl takes an index for that of everything: where the server has none, it reads OpenAPI 2.
    guard answer.status == 200 else { return answer }
    let bytes = try? await answer.body.collected()
    return HTTPResponse(
      status: 200, json: OpenAPIIndex.merged(bytes.flatMap { try? JSON.parse($0) }, rules.table))
  }

  /// The OpenAPI 2 document of all APIs; without those of extensions, the API server's own is passed on as it is.
  func openAPIv2(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    guard !openAPI.isEmpty, let form = OpenAPIDocument.Form(accept: request.head.headers["Accept"]) else {
      return await api.respond(to: request, from: caller)
    }
    // The document is the same for every caller who may read it.
    let made = await openAPIDocument.document(form, with: openAPI) { [api, cluster] accept, tag in
      var own = HTTPRequest(.get, Destination.openAPIv2Path, headers: ["Accept": accept])
      if let tag { own.headers.add("If-None-Match", tag) }
      var moved = request
      moved.head = own
      let answer = await api.respond(to: moved, from: caller)
      return answer.relay == nil ? answer : try? await cluster.transport.send(own)
    }
    guard let made else { return await api.respond(to: request, from: caller) }
    return made.response(to: request.head)
  }

  /// Answers which rule serves a request, and what keeps it from being served.
  func explain(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    do throws(Status) {
      let question = try await request.withWholeBody().json()
      guard let url = question["url"]?.string else { throw .badRequest("a url is expected") }
      let word = question["method"]?.string ?? "GET"
      guard let method = HTTPRequest.Method(rawValue: word) else {
        throw .badRequest("the method \(word) is not known")
      }
      let target = url.hasPrefix("/") ? url : "/" + (url.split(separator: "/", maxSplits: 2).dropFirst(2).first ?? "")
      let judge = judge
      let explanation = Explanation(
        HTTPRequest(method, target), by: caller.user, in: judge.snapshot.table,
        problem: { judge.problem(of: $0).map(Sentence.init(verbatim:)) })
      return HTTPResponse(status: 200, json: explanation.value)
    } catch {
      return error.response
    }
  }
}
