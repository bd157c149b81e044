import Client
package import KubernetesAPI
import Manifest
package import Packages

/// A shelf of the marketplace.
package struct Category: Mirrored {
  package var name: String
  package var resourceVersion: String
  package var displayName: Localized

  package init(_ object: Object) {
    name = object.name
    resourceVersion = object.resourceVersion
    displayName = Localized(object.spec["displayName"])
  }
}
