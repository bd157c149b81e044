/// A version of an API, in Kubernetes' order of preference: `v2`, `v1`, `v1beta2`, `v1alpha1`, and others by name.
package struct KubernetesVersion: Comparable {
  private let stage: Int
  private let major: Int
  private let minor: Int
  private let text: String

  package init(_ text: String) {
    self.text = text
    var rest = text.dropFirst(text.hasPrefix("v") ? 1 : 0)
    func number() -> Int? {
      let digits = rest.prefix { "0"..."9" ~= $0 }
      rest = rest.dropFirst(digits.count)
      return digits.first == "0" ? nil : Int(digits)
    }
    guard text.hasPrefix("v"), let major = number() else {
      (stage, major, minor) = (0, 0, 0)
      return
    }
    self.major = major
    if rest.isEmpty {
      (stage, minor) = (3, 0)
      return
    }
    let isBeta = rest.hasPrefix("beta")
    let isAlpha = rest.hasPrefix("alpha")
    rest = rest.dropFirst(isBeta ? 4 : 5)
    guard isBeta || isAlpha, let count = number(), rest.isEmpty else {
      (stage, minor) = (0, 0)
      return
    }
    (stage, minor) = (isBeta ? 2 : 1, count)
  }

  package static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    if (left.stage, left.major, left.minor) != (right.stage, right.major, right.minor) {
      return (left.stage, left.major, left.minor) < (right.stage, right.major, right.minor)
    }
    return left.text > right.text
  }
}
