import HTTP
import KubernetesAPI
import Platform

/// One line that a container has written.
package struct LogLine: Hashable, Sendable {
  /// RFC 3339, as precise as the server knows it.
  package var time: String
  package var text: String

  package init(time: String, text: String) {
    self.time = time
    self.text = text
  }

  /// A line that begins with its time, as the server writes it where it is asked for times.
  init(_ line: String) {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let isTimed = Timestamp.seconds(String(parts[0])) != nil
    self.init(time: isTimed ? String(parts[0]) : "", text: isTimed ? String(parts.count > 1 ? parts[1] : "") : line)
  }
}

extension Cluster {
  /// Reads what the container of a pod has written since `time`, a line at a time while it comes; `follows` waits for
  /// what is still to be written.
  package func log(
    of pod: String, in namespace: String, since time: String = "", follows: Bool, each: (LogLine) -> Void
  ) async throws(ClusterError) {
    var query = Query()
    query.add("timestamps", "true")
    query.add("follow", follows ? "true" : nil)
    query.add("sinceTime", time)
    let target = Resource.pods.path(namespace: namespace, name: pod, subresource: "log") + query.text
    // A proxy on the way that has lost the server is found out by silence: what was read is not asked for again.
    let patience = follows ? HTTPRequest.Patience.stream(limit: 86_400, silence: 180) : .answer
    let response = try await read(target, accepting: "text/plain, */*", patience: patience)
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
