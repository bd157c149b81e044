package import HTTP
package import Platform

/// A transport that reports every exchange.
///
/// A report may be shown and logged: it has no body and no header, and its target has no values of
/// query parameters that hold secrets.
package struct TracedTransport: Transport {
  /// A request and its outcome.
  package struct Exchange: Hashable, Sendable {
    package var method: HTTPRequest.Method
    package var target: String
    /// The status of the response, or why there was none.
    package var result: Result<Int, TransportError>
    /// From the request to the head of its response.
    package var duration: Duration
  }

  private let base: any Transport
  private let timing: Timing
  private let report: @Sendable (Exchange) -> Void

  /// `report` is called from any thread.
  package init(_ base: any Transport, timing: Timing = .real, report: @escaping @Sendable (Exchange) -> Void) {
    self.base = base
    self.timing = timing
    self.report = report
  }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let start = timing.now()
    let result: Result<HTTPResponse, TransportError>
    do throws(TransportError) {
      result = .success(try await base.send(request))
    } catch {
      result = .failure(error)
    }
    report(
      Exchange(
        method: request.method, target: Redaction.target(request.target), result: result.map(\.status),
        duration: timing.now() - start))
    return try result.get()
  }
}
