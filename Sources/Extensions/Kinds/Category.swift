import Client
package import KubernetesAPI
import Manifest
package import Packages

/// A category of the marketplace, by which extensions are grouped.
package struct Category: StoreElement {
  package var name: String
  package var resourceVersion: String
  package var displayName: Localized
  /// Its id and its titles in lower case, computed once, because thousands of extensions are searched by them.
  package let searchKeys: [String]

  package init(_ object: Object) {
    name = object.name
    resourceVersion = object.resourceVersion
    displayName = Localized(object.spec["displayName"])
    searchKeys = ([object.name] + displayName.values).map { $0.lowercased() }
  }
}
