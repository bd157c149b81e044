import HTTP
import KubernetesAPI

/// Responds to `/healthz`, `/livez` and `/readyz` in kube-apiserver's format: `ok`, or with `?verbose` each check by
/// name.
struct HealthAnswer {
  /// `healthz`, `livez` or `readyz`.
  var name: String
  /// Startup tasks that have not ended; only `/readyz` reports them.
  var pending: [String]

  /// Checks that kube-apiserver has too and that always pass: a server that responds is healthy.
  private static let checks = ["ping", "log", "storage"]

  private struct Check {
    var name: String
    var isWell: Bool

    var words: String { isWell ? "[+]\(name) ok\n" : "[-]\(name) failed: not finished\n" }
  }

  private var all: [Check] {
    Self.checks.map { Check(name: $0, isWell: true) }
      + (name == "readyz" ? pending.map { Check(name: $0, isWell: false) } : [])
  }

  /// The status and the text for a check (such as `/readyz`), or for one of its parts (such as `/readyz/ping`).
  func answer(_ target: Target) throws(Status) -> (status: Int, text: String) {
    if target.segments.count > 1 {
      guard target.segments.count == 2, let check = all.first(where: { $0.name == target.segments[1] }) else {
        throw .unknownResource
      }
      return check.isWell ? (200, "ok") : (500, check.words)
    }
    let excluded = Set(target.all("exclude"))
    let isWell = all.allSatisfy { $0.isWell || excluded.contains($0.name) }
    guard !isWell || target.flag("verbose") else { return (200, "ok") }
    let lines = all.map { excluded.contains($0.name) ? "[+]\($0.name) excluded: ok\n" : $0.words }
    let end = "\(name) check \(isWell ? "passed" : "failed")\n"
    return (isWell ? 200 : 500, lines.joined() + Self.warning(excluded.subtracting(all.map(\.name))) + end)
  }

  private static func warning(_ unknown: Set<String>) -> String {
    if unknown.isEmpty { return "" }
    let names = unknown.sorted().map { "\"\($0)\"" }.joined(separator: ",")
    return "warn: some health checks cannot be excluded: no matches for \(names)\n"
  }
}
