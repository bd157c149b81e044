package import Packages
package import Platform

extension PackagePart {
  /// Where the part is installed, in words for the user.
  package var words: Sentence {
    switch place {
    case .host: "in the host cluster"
    case .members: "in member clusters, with agents"
    case .everywhere: "in the host cluster, and with agents"
    case .nowhere: "nowhere: it is for agents, which only a Multicluster version has"
    }
  }
}
