import HTTP
import KubernetesAPI
import Platform

/// A line of a container's log.
package struct LogLine: Hashable, Sendable {
  /// RFC 3339, with the server's precision; empty if the line has no time.
  package var time: String
  package var text: String

  package init(time: String, text: String) {
    self.time = time
    self.text = text
  }

  /// Parses a line that begins with its time, as the server sends it with `timestamps=true`.
  init(_ line: String) {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let isTimed = Timestamp.seconds(String(parts[0])) != nil
    self.init(time: isTimed ? String(parts[0]) : "", text: isTimed ? String(parts.count > 1 ? parts[1] : "") : line)
  }
}

extension Cluster {
  /// Reads the log of a pod since `time`, line by line as it arrives; with `follows`, waits for further lines.
  package func log(
    of pod: String, in namespace: String, since time: String = "", follows: Bool, each: (LogLine) -> Void
  ) async throws(ClusterError) {
    var query = Query()
    query.add("timestamps", "true")
    query.add("follow", follows ? "true" : nil)
    query.add("sinceTime", time)
    let target = Resource.pods.path(namespace: namespace, name: pod, subresource: "log") + query.text
    // Only silence reveals a proxy that has lost the server; a caller resumes at the time of the last line.
    let timeoutPolicy = follows ? HTTPRequest.TimeoutPolicy.stream(limit: 86_400, silence: 180) : .answer
    let response = try await read(target, accepting: "text/plain, */*", timeoutPolicy: timeoutPolicy)
    var lines = LineSplitter()
    do {
      for try await chunk in response.body {
        for line in lines.add(chunk) { each(LogLine(String(decoding: line, as: UTF8.self))) }
      }
    } catch {
      throw .transport(error)
    }
    if let rest = lines.finish() { each(LogLine(String(decoding: rest, as: UTF8.self))) }
  }
}
