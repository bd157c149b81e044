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
    let excluded = target.all("exclude")
    let shown = all.filter { !excluded.contains($0.name) }
    let isWell = shown.allSatisfy(\.isWell)
    guard !isWell || target.flag("verbose") else { return (200, "ok") }
    let end = "\(name) check \(isWell ? "passed" : "failed")\n"
    return (isWell ? 200 : 500, shown.map(\.words).joined() + end)
  }
}
