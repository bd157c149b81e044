import Client
import HTTP
import Operations
import Platform

extension ClusterSession {
  /// Prints the server's warnings and, with `-v 6` or more, every request.
  ///
  /// While the console runs, they are written to its log.
  mutating func observe(_ arguments: Arguments, _ outlet: Outlet, _ count: Locked<Int>) {
    cluster.warnings = Warnings { text in
      count.withLock { $0 += 1 }
      outlet.note("Warning: \(text)")
    }
    guard let level = arguments[.verbosity].flatMap(Int.init), level >= 6 else { return }
    let (server, fallback) = (status.server, fallback)
    let report: @Sendable (TracedTransport.Exchange) -> Void = { exchange in
      let way = fallback.map { " by \($0.inUse.way.rawValue)" } ?? ""
      outlet.note(exchange.line(at: server) + way)
    }
    cluster.transport = TracedTransport(cluster.transport, report: report)
    if let api = gateway?.api { gateway?.api.transport = TracedTransport(api.transport, report: report) }
  }
}

extension TracedTransport.Exchange {
  /// Method, address, status and duration, as kubectl prints them with `-v 6`.
  fileprivate func line(at server: String) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    let outcome =
      switch result {
      case .success(let status): "\(status)"
      case .failure(let error): "no answer: \(ClusterError.transport(error).brief)"
      }
    return "\(method.rawValue) \(server)\(target) \(outcome) in \(milliseconds) ms"
  }
}
