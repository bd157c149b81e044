/// What the gateway answers otherwise than the one that was recorded, on purpose.
///
/// Each is told in docs/KUBESPHERE.md by the words in `told`.
struct RecordedDifference: Sendable {
  var told: String
  var status: Int?
  /// The fields of this answer that replace those recorded; an empty value means none.
  var headers: [String: String] = [:]
  /// What the upstream is asked for.
  var path: String?
  /// Fields that the upstream is not sent, besides the caller's credential.
  var withheld: Set<String> = []
  /// The answer's text, or what stands in it.
  var body: Body?

  enum Body: Hashable, Sendable {
    case text(String)
    case part(String)
    /// The upstream's answer where the recorded gateway gave none.
    case upstream
  }

  private static let json = ["Content-Type": "application/json"]
  private static let bundle = ["Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"]

  static let all: [String: RecordedDifference] = [
    "25": RecordedDifference(
      told: "There all three are 404", status: 200,
      headers: ["Server": "echo/1, echo", "X-Upstream": "echo", "Content-Type": "application/json"],
      path: "/kapis/judge.example.com/v1alpha1", body: .upstream),
    "31": RecordedDifference(
      told: "`caBundle` may be encoded once", status: 200, headers: ["Server": "echo/1, echo", "X-Upstream": "echo"],
      path: "/kapis/once.example.com/v1/things", body: .upstream),
    "35": RecordedDifference(
      told: "names no server", body: .part("dial tcp: lookup web.demo.svc: no such host")),
    "39": rewritten("/new/proxy/rewrite/a?from=rewrite&x=1"),
    "41": RecordedDifference(
      told: "`replace` and `pathRegexp` act on the path alone", path: "/api/a/api?x=/proxy/replace"),
    "43": RecordedDifference(told: "`-Name*` in `headerUp` removes what begins so", withheld: ["x-gone-1"]),
    "46": RecordedDifference(told: "there a forged `X-Remote-User` passes", withheld: ["x-remote-user"]),
    "50": RecordedDifference(
      told: "answers with the reason, where the shipped one says `{}`",
      body: .part("reverseProxy disabled is not available")),
    "56": rewritten("/new//proxy/rw3/a/b?x=1"), "56.2": rewritten("/new/proxy/rw4/a/b?x=1"),
    "56.3": rewritten("/new/proxy/rw5/a/b?x=1&a=b"), "56.4": rewritten("/fixed?x=1"),
    "58": stored("console.log('raw');"), "59": stored("cons", status: 206), "60": stored(""),
    "61": stored("console.log('configmap');"), "62": stored("console.log('configmap');"),
    "64": stored("console.log('secret');"), "73": stored("console.log('raw');"),
    "65": oneType("application/javascript; charset=utf-8"), "68": oneType("application/javascript; charset=utf-8"),
    "71.2": oneType("image/svg+xml"),
    "72": RecordedDifference(
      told: "is only read (405, and 403", status: 403,
      headers: ["Content-Type": "application/json", "X-Content-Type-Options": "nosniff"],
      body: .part("cannot post path")),
    "54": RecordedDifference(
      told: "names the verb as Kubernetes does", body: .part("cannot get path \\\"/proxy/plain/a")),
    // Before a kube-apiserver the refusal is its own.
    "85": RecordedDifference(
      told: "names the verb as Kubernetes does",
      headers: RecordedWorld.kind == .gateway ? ["Cache-Control": "no-cache, private"] : [:],
      body: .part("cannot get path")),
    "87": RecordedDifference(told: "names what allows it", body: .part("\"allowed\":true")),
    // The recording is cut short.
    "90": RecordedDifference(told: "is handed to kube-apiserver", body: .part("\"kind\":\"ExtensionList\"")),
  ]

  private static func rewritten(_ path: String) -> RecordedDifference {
    RecordedDifference(
      told: "`rewrite` is as Caddy documents it", status: 200,
      headers: ["Server": "echo/1, echo", "X-Upstream": "echo"], path: path, body: .upstream)
  }

  /// A file that is kept by the gateway itself.
  private static func stored(_ text: String, status: Int? = nil) -> RecordedDifference {
    RecordedDifference(told: "A bundle has `ETag`, 304, ranges", status: status, headers: bundle, body: .text(text))
  }

  private static func oneType(_ type: String) -> RecordedDifference {
    RecordedDifference(told: "it has one `Content-Type`", headers: ["Content-Type": type])
  }
}
