public import Manifest

/// Follows one collection for as long as someone is listening: list, then watch, then resume.
public struct Watch<Element: Mirrored>: Sendable {
  public var resource: Resource
  public var cluster: Cluster
  public var namespace: String?
  public var selector = Selector()
  public var skipping = JSONPaths()
  /// Makes an element of an object, off the main thread; `nil` leaves it out.
  public var decode: @Sendable (Object) -> Element?

  public init(
    _ resource: Resource, in cluster: Cluster, namespace: String? = nil, selector: Selector = Selector(),
    skipping: JSONPaths = JSONPaths(), decode: @escaping @Sendable (Object) -> Element?
  ) {
    self.resource = resource
    self.cluster = cluster
    self.namespace = namespace
    self.selector = selector
    self.skipping = skipping
    self.decode = decode
  }

  /// Runs until the surrounding task is cancelled.
  public func run(_ report: (WatchEvent<Element>) async -> Void) async {
    fatalError("contract")
  }
}
