public import Client
import Manifest

/// A shelf of the marketplace.
public struct Category: Mirrored {
  public var name: String
  public var resourceVersion: String
  public var displayName: Localized

  public init(_ object: Object) {
    name = object.name
    resourceVersion = object.resourceVersion
    displayName = Localized(object.spec["displayName"])
  }
}
