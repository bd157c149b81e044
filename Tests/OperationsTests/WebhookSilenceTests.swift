import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Which webhook is the one that does not answer.
@Suite struct WebhookSilenceTests {
  private func hooks(_ name: String, _ more: Mapping = [:], plural: String = "installplans") -> [AdmissionHook] {
    let rule: Value = [
      "apiGroups": ["kubesphere.io"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
      "resources": [.string(plural)],
    ]
    var hook: Mapping = [
      "name": .string(name), "rules": [rule],
      "clientConfig": ["service": ["namespace": "guard", "name": "guard"]],
    ]
    for pair in more.pairs { hook[pair.key] = pair.value }
    let configuration = Object(AdmissionHook.configurations[0], name: "hang", ["webhooks": [.mapping(hook)]])
    return AdmissionHook.all(
      in: configuration, "ValidatingWebhookConfiguration", about: Dialect.installPlan.installations)
  }

  private let own: Mapping = [
    "clientConfig": ["service": ["namespace": "kubesphere-system", "name": "ks-controller-manager"]]
  ]

  private func finding(_ sign: WebhookSilence.Sign, _ hooks: [AdmissionHook]) -> Finding {
    WebhookSilence(sign: sign, object: "whizard", hooks: hooks).finding
  }

  private func refused(_ name: String) -> WebhookSilence.Sign {
    .refused(Status(code: 500, message: #"failed calling webhook "\#(name)": refused"#), webhook: name)
  }

  @Test func aWebhookIsAskedAboutWhatItsRulesCover() {
    #expect(hooks("a.b.c").map(\.target) == ["guard/guard"])
    #expect(hooks("a.b.c").map(\.isOfControllers) == [false])
    #expect(hooks("installplans.kubesphere.io", own).map(\.isOfControllers) == [true])
    #expect(hooks("a.b.c", plural: "*/*").count == 1)
    #expect(hooks("a.b.c", plural: "extensions").isEmpty)
  }

  @Test func theOneThatTheServerNamesIsIt() {
    let stranger = finding(refused("a.b.c"), hooks("a.b.c") + hooks("installplans.kubesphere.io", own))
    #expect(stranger.cause == .otherWebhookDown)
    #expect(stranger.certainty == .certain)
    #expect(
      stranger.sentence.english
        == "the webhook a.b.c does not answer: every create and update of an extension is refused until it does")
    #expect(stranger.evidence.last?.value.english == "guard/guard")
    #expect(finding(refused("a.b.c"), []).cause == .otherWebhookDown)
    #expect(finding(refused("installplans.kubesphere.io"), []).cause == .webhookDown)
    #expect(finding(refused("installplans.kubesphere.io"), hooks("a.b.c")).cause == .webhookDown)
  }

  @Test func whereNoneIsNamedOnlyTheControllersOwnIsBlamedAlone() {
    let late = WebhookSilence.Sign.late("no answer for 5 s")
    #expect(finding(late, []).cause == .webhookDown)
    #expect(finding(late, []).certainty == .likely)
    #expect(finding(late, hooks("installplans.kubesphere.io", own)).cause == .webhookDown)
    let both = finding(late, hooks("a.b.c") + hooks("installplans.kubesphere.io", own))
    #expect(both.cause == .otherWebhookDown)
    #expect(both.certainty == .possible)
    #expect(both.sentence.english.hasPrefix("one of the webhooks a.b.c, installplans.kubesphere.io does not answer:"))
  }

  @Test func oneThatMayBeLeftOutHoldsUpEveryChangeAllTheSame() {
    let optional = hooks("a.b.c", ["failurePolicy": "Ignore"]) + hooks("installplans.kubesphere.io", own)
    let slow = finding(.passed(seconds: 10), optional)

    #expect(slow.cause == .otherWebhookDown)
    #expect(slow.certainty == .likely)
    #expect(
      slow.sentence.english
        == "every create and update of an extension waits 10 s for a webhook that does not answer, and goes on without it: a.b.c"
    )
  }
}
