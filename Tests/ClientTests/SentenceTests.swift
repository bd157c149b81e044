import Manifest
import Platform
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct SentenceTests {
  @Test func aSocketIsCalledByWhatListensThere() {
    let host = "unix:///tmp/x/run/ksx/ksxd.sock"
    let error = ClusterError.transport(.unreachable(host: host, reason: "it is not running"))

    #expect(
      error.sentence(for: "asking the server", at: "museum").english
        == "asking the server: ksxd at run/ksx/ksxd.sock cannot be reached: it is not running.")
  }

  @Test(arguments: [
    (400, "", "did not understand the request (400)", "Check what was entered."),
    (
      401, "", "did not authenticate the request (401)",
      "Log in again, or renew the token or certificate of this context."
    ),
    (
      403, "", "does not allow it (403)",
      "Ask an administrator of the cluster for this right, or use a context that has it."
    ),
    (404, "", "did not find it (404)", "may have been deleted"),
    (405, "", "does not offer this (405)", "too old or too new"),
    (409, "Conflict", "has a newer version of it (409)", "try again"),
    (409, "AlreadyExists", "already has one of that name (409)", "another name"),
    (410, "", "no longer has", "List again."),
    (413, "", "rejected it as too large (413)", "smaller"),
    (415, "", "does not take this kind of change (415)", "too old"),
    (422, "", "rejected it as invalid (422)", "Correct the fields"),
    (429, "", "is too busy (429)", "Try again in a moment."),
    (500, "", "failed (500)", "server's log"), (503, "", "is not available (503)", "Try again"),
    (511, "", "reports that the member cluster did not authenticate the request (511)", "Try again"),
    (302, "", "answered 302", "Kubernetes API"),
  ])
  func everyRefusalSaysWhatAndWhatToDo(code: Int, reason: String, verdict: String, advice: String) {
    let error = ClusterError.refused(Status(code: code, reason: reason, message: "because."))

    let sentence = error.sentence(for: "disabling devops", at: "https://h").english

    #expect(sentence.hasPrefix("disabling devops: https://h " + verdict))
    #expect(sentence.contains(": because. "))
    #expect(sentence.contains(advice))
  }

  @Test func whyThereIsNoConnectionIsTranslated() {
    let error = ClusterError.transport(.unreachable(host: "h:1", reason: "connection refused"))
    let sentence = error.sentence(for: "listing", at: "s")

    #expect(sentence.rendered { $0 == "connection refused" ? "no!" : $0 }.contains("h:1 cannot be reached (no!)."))
  }

  @Test func onlyOfAChangeTheStateIsToBeLookedAt() {
    let error = ClusterError.transport(.interrupted(reason: "cut"))

    func said(_ doing: Sentence) -> String { error.sentence(for: doing, at: "s").english }
    #expect(said("upgrade whizard").hasSuffix("look at the present state before repeating it."))
    #expect(said("reading whizard").hasSuffix("(cut). Try again."))
  }

  @Test(arguments: [
    (TransportError.unreachable(host: "h:1", reason: "refused"), "h:1 cannot be reached (refused). Check the address"),
    (
      .untrusted(host: "h", reason: "unknown authority"),
      "h is not trusted (unknown authority). Check certificate-authority"
    ),
    (.interrupted(reason: "cut"), "broke before the answer was complete (cut). Try again."),
    (.timedOut(seconds: 32), "sent nothing for 32 s. Try again, or allow more with --request-timeout"),
    (.invalid(reason: "x is not a URL"), "nothing was sent to https://h, because x is not a URL"),
    (.cancelled, "stopped before"),
  ])
  func everyBrokenConnectionSaysWhatAndWhatToDo(error: TransportError, text: String) {
    let sentence = ClusterError.transport(error).sentence(for: "listing extensions", at: "https://h").english

    #expect(sentence.hasPrefix("listing extensions: "))
    #expect(sentence.contains(text))
  }

  /// The first is what kube-apiserver answered when KubeSphere's controllers were down; the others are words that occur
  /// in its source.
  @Test(arguments: [
    (
      500,
      #"Internal error occurred: failed calling webhook "installplans.kubesphere.io": Post "https://ks-controller-manager.kubesphere-system.svc:443/mutate-kubesphere-io-v1alpha1-installplan?timeout=30s": dial tcp 10.0.0.50:443: connect: connection refused"#,
      "installplans.kubesphere.io", "kubectl -n kubesphere-system get pods,endpoints"
    ),
    (
      500,
      #"Internal error occurred: failed calling webhook "a.b.c": Post "https://hook.away.svc:8443/v": no endpoints available for service "hook""#,
      "a.b.c", "kubectl -n away get pods,endpoints"
    ),
    (
      500,
      #"Internal error occurred: failed calling webhook "a.b.c": the server is currently unable to handle the request"#,
      "a.b.c", "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
    ),
    (
      504, #"Timeout: failed calling webhook "a.b.c": context deadline exceeded"#, "a.b.c",
      "kubectl get validatingwebhookconfigurations"
    ),
    (
      500,
      #"conversion webhook for kubesphere.io/v1alpha1, Kind=InstallPlan failed: Post "https://ks.sys.svc:443/c?timeout=30s": EOF"#,
      "kubesphere.io/v1alpha1, Kind=InstallPlan", "kubectl -n sys get pods,endpoints"
    ),
  ])
  func aWebhookThatDoesNotAnswerIsNamedWithWhatHelps(code: Int, message: String, name: String, advice: String) {
    let error = ClusterError.refused(Status(code: code, reason: "InternalError", message: message))

    let sentence = error.sentence(for: "disabling devops", at: "https://h").english

    #expect(
      sentence.hasPrefix("disabling devops: https://h asked the webhook \(name), which did not answer (\(code)): "))
    #expect(sentence.contains(advice))
    #expect(!sentence.contains("server's log"))
  }

  /// What kube-apiserver answered while KubeSphere's controllers were stopped, and what ksx says when it is first.
  @Test(arguments: [
    ClusterError.refused(
      Status(
        code: 504, reason: "Timeout", message: "Timeout: request did not complete within requested timeout 34s")),
    .unanswered(reason: "no answer for 32 s", .notCarriedOut),
    .unanswered(reason: "no answer for 32 s", .unknown("h cannot be reached")),
  ])
  func aWebhookThatHangsIsThoughtOf(error: ClusterError) {
    #expect(error.sentence(for: "disabling devops", at: "https://h").english.contains("a webhook that hangs"))
  }

  @Test func whatAWebhookRefusesIsNoMatterOfRights() {
    let message =
      #"admission webhook "installplans.kubesphere.io" denied the request: failed to unmarshal extension config: error converting YAML to JSON: yaml: line 1: did not find expected node content"#
    let error = ClusterError.refused(Status(code: 403, reason: "Forbidden", message: message))

    let sentence = error.sentence(for: "configuring devops", at: "https://h").english

    #expect(sentence.contains("the webhook installplans.kubesphere.io does not allow it (403)"))
    #expect(sentence.contains("failed to unmarshal extension config"))
    #expect(!sentence.contains("this right"))
  }

  @Test func refusedFieldsAreNamedWhenThereIsNoOtherText() {
    let status = Status(
      code: 422,
      details: Status.Details(causes: [
        Status.Cause(message: "Required value", field: "spec.version"), Status.Cause(message: "odd", field: ""),
      ]))

    #expect(status.sentence(for: "x", at: "h").english.contains("(422): spec.version: Required value; odd. Correct"))
  }

  @Test func aTimeToWaitIsTold() {
    #expect(Status(code: 429, retryAfter: 7).sentence(for: "x", at: "h").english.hasSuffix("Try again in 7 s."))
  }

  @Test(arguments: [
    (
      #"{"kind":"Status","message":"no","reason":"Forbidden","details":{"name":"a","retryAfterSeconds":3}}"#, "no",
      "Forbidden"
    ),
    (#"{"error":"invalid_grant","error_description":"wrong password"}"#, "wrong password", "NotFound"),
    (#"{"message":["x"]}"#, "", "NotFound"),
    ("plain text\nwith \u{1B}[31mcolour\u{7}", "plain text with [31mcolour", "NotFound"),
    (
      "<html><head><style>a{}</style></head><body><h1>404</h1>\n<p>Not here</p></body></html>", "404 Not here",
      "NotFound"
    ),
    ("", "", "NotFound"), ("\u{202E}evil\u{200B}\u{2066}", "evil", "NotFound"), ("[]", "[]", "NotFound"),
  ])
  func aRefusalIsReadWhateverItLooksLike(body: String, message: String, reason: String) {
    let status = Status(code: 404, body: Array(body.utf8), now: 0)

    #expect(status.code == 404)
    #expect(status.message == message)
    #expect(status.reason == reason)
  }

  @Test func aLongTextIsCutShort() {
    let status = Status(code: 500, body: Array(repeating: UInt8(ascii: "x"), count: 100_000), now: 0)

    #expect(status.message.count == 201)
  }

  @Test func bytesThatAreNoTextDoNoHarm() {
    let status = Status(code: 500, body: (0...255).map { UInt8($0) }, now: 0)

    #expect(!status.message.unicodeScalars.contains { $0.value < 32 || $0.value == 0x7F })
  }

  @Test(
    arguments: [
      ("7", 7), ("0", 0), ("-1", nil), ("soon", nil), ("999999999", 86_400), ("Thu, 01 Jan 1970 00:01:40 GMT", 40),
      ("Thu, 01 Jan 1970 00:00:10 GMT", 0), ("Thu, 01 Foo 1970 00:00:10 GMT", nil), ("", nil),
    ] as [(String, Int?)])
  func retryAfterIsSecondsOrADate(text: String, seconds: Int?) {
    #expect(RetryAfter.seconds(text, now: 60) == seconds)
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-22T20:05:08Z", 1_795_377_908),
      ("2026-11-22T20:05:08.123456Z", 1_795_377_908),
      ("2026-11-22T22:05:08+02:00", 1_795_377_908), ("2026-11-22", nil), ("2026-13-22T20:05:08Z", nil), ("", nil),
      ("2026-11-22T20:05:08", nil), ("x026-11-22T20:05:08Z", nil),
    ] as [(String, Int?)])
  func aTimestampIsRead(text: String, seconds: Int?) {
    #expect(Timestamp.seconds(text) == seconds)
  }

  @Test func aTimestampIsWritten() {
    #expect(Timestamp.text(1_795_377_908) == "2026-11-22T20:05:08Z")
  }
}

@Suite struct SmallPartsTests {
  @Test func waitsGrowToALimitAndStartAgainAfterQuietTimes() {
    var backoff = Backoff()
    let waits = (0..<7).map { backoff.next(now: .seconds($0), random: 0) }

    #expect(
      waits == [
        .milliseconds(800), .milliseconds(1600), .milliseconds(3200), .milliseconds(6400), .milliseconds(12800),
        .milliseconds(25600), .seconds(30),
      ])
    #expect(backoff.next(now: .seconds(8), random: 1) == .seconds(30))
    #expect(backoff.next(now: .seconds(200), random: 0.5) == .milliseconds(1200))
  }

  @Test(
    arguments: [
      ("", []), ("QQ==", [65]), ("QUI=", [65, 66]), ("QUJD", [65, 66, 67]), ("QU\nJD\r\n", [65, 66, 67]), ("QQ", [65]),
      ("-_", nil), ("Q", nil), ("QQ=Q", nil), ("QQ===", nil), ("%%", nil),
    ] as [(String, [UInt8]?)])
  func base64IsRead(text: String, bytes: [UInt8]?) {
    #expect(Base64.decode(text) == bytes)
  }

  @Test(arguments: 0..<64)
  func base64IsWrittenSoThatItIsReadBack(length: Int) {
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }

    #expect(Base64.decode(Base64.encode(bytes)) == bytes)
  }

  @Test(arguments: [
    ("https://h", "h", 443, "", "h"), ("https://h:6443/", "h", 6443, "", "h:6443"),
    ("http://h/a/b/", "h", 80, "/a/b", "h"),
    ("https://[::1]:8443/x?q#f", "::1", 8443, "/x", "[::1]:8443"), ("https://u:p@h", "h", 443, "", "h"),
    ("unix:///run/x.sock", "", 80, "/run/x.sock", "unix:///run/x.sock"),
  ])
  func anAddressIsTakenApart(url: String, host: String, port: Int, path: String, name: String) {
    let address = ServerAddress(url)

    #expect(address?.host == host)
    #expect(address?.port == port)
    #expect(address?.path == path)
    #expect(address?.name == name)
  }

  @Test func linesAreSplitWhereverChunksAreCut() {
    var splitter = LineSplitter()

    #expect(splitter.add(Array("a\nb".utf8)) == [[97]])
    #expect(splitter.add(Array("c\n\n".utf8)) == [[98, 99], []])
    #expect(splitter.add(Array("d".utf8)) == [])
    #expect(splitter.finish() == [100])
  }
}
