import KubernetesAPI
import Testing

/// Which labels a selector takes, as a kube-apiserver does.
@Suite struct LabelSelectorTests {
  private let labels = ["app": "web", "priority": "5", "tier": "front"]

  @Test(arguments: [
    ("app=web", true), ("app == web", true), ("app!=web", false), ("other!=web", true), ("app", true), ("!app", false),
    ("tier in (front, back)", true), ("tier notin (front)", false), ("app=web,!tier", false),
    ("priority>3", true), ("priority > 5", false), ("priority<6", true), ("priority>3,priority<6", true),
    // What is no number, or is not there, is neither.
    ("app>1", false), ("app<1", false), ("other>1", false), ("", true),
  ])
  func aSelectorTakesWhatItSays(text: String, isTaken: Bool) throws {
    #expect(try LabelSelector(text).matches(labels) == isTaken)
  }

  @Test(arguments: ["priority>x", "priority>-1", "priority>3.5", "!priority>3", "priority>=3", "a in b", "=x", ">3"])
  func whatAKubeAPIServerRefusesIsRefused(text: String) {
    #expect(throws: Status.self) { try LabelSelector(text) }
  }
}
