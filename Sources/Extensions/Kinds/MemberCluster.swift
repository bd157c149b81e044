import Client
package import KubernetesAPI
import Manifest
package import Platform

/// A member cluster in which agents can be placed (docs/KUBESPHERE.md: Placements).
package struct MemberCluster: StoreElement {
  package var name: String
  package var resourceVersion: String
  /// Why KubeSphere would skip it silently; `nil` if it would not.
  package var obstacle: Sentence?
  /// Whether it is the host cluster, in which KubeSphere itself runs.
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
