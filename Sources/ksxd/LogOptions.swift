import Access
import ArgumentParser
import HTTP
import HTTPServer
import Logging
import Manifest

/// Logs of requests, on the standard error.
struct LogOptions: ParsableArguments {
  @Flag(help: "Write a line for every request to the standard error.")
  var accessLog = false

  @Flag(inversion: .prefixedNo, help: "Write a line for every change and every login to the standard error.")
  var auditLog = true

  var audit: AuditLog {
    let logger = Logger(label: "audit")
    return auditLog ? AuditLog { logger.info("\($0)") } : .none
  }

  var access: (@Sendable (ServedRequest) -> Void)? {
    guard accessLog else { return nil }
    let logger = Logger(label: "access")
    return { request in logger.info("\(JSON.text(request.value))") }
  }
}

extension ServedRequest {
  fileprivate var value: Value {
    let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    return [
      "trace": .string(trace.traceID), "peer": .string(peer), "method": .string(method.rawValue),
      "target": .string(target),
      "status": .integer(status), "sent": .integer(sent), "milliseconds": .integer(Int(milliseconds)),
      "complete": .bool(isComplete),
    ]
  }
}
