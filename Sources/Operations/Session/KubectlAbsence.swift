package import Platform

/// Reasons why kubectl cannot reach a cluster as ksx does.
package enum KubectlAbsence {
  package static let socket: Sentence = "kubectl does not know unix sockets"
  package static let plainHTTP: Sentence = "kubectl sends no token and no password over http"
  package static let gateway: Sentence = "the way is a gateway's, whose login kubectl does not have"
  package static let standalone: Sentence = "the standalone backend answers on a socket, which kubectl does not know"

  /// The command line would show a secret, the value of `option`.
  package static func secret(_ option: String) -> Sentence { "it would have to repeat --\(option)" }
}
