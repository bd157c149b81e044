import Client
package import KubernetesAPI
import Manifest
package import Platform

/// A cluster that agents can be placed in, as its object says it is (docs/KUBESPHERE.md: Placements).
package struct MemberCluster: Mirrored {
  package var name: String
  package var resourceVersion: String
  /// Why KubeSphere would pass it over without a word, or `nil`.
  package var obstacle: Sentence?
  /// It is the cluster that the platform itself runs in.
  package var isHost = false

  package static let resource = Resource(
    group: "cluster.kubesphere.io", version: "v1alpha1", plural: "clusters", kind: "Cluster")

  package init(name: String, obstacle: Sentence?) {
    self.name = name
    self.obstacle = obstacle
    resourceVersion = ""
  }

  package init(_ object: Object) {
    name = object.name
    resourceVersion = object.resourceVersion
    isHost = object.labels["cluster-role.kubesphere.io/host"] != nil
    let conditions = object.status["conditions"]?.sequence ?? []
    func status(_ type: String) -> String? { conditions.first { $0["type"]?.string == type }?["status"]?.string }
    if object.isBeingDeleted {
      obstacle = "it is being deleted"
    } else if status("Ready") != "True" {
      obstacle = "it is not Ready"
    } else if status("Schedulable") == "False" {
      obstacle = "it takes no agents (Schedulable is False)"
    }
  }
}
