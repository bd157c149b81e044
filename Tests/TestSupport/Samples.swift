package import KubernetesAPI

extension Resource {
  /// The extensions of shipped KubeSphere, which most tests of requests ask about.
  package static let extensions = Resource(
    group: "kubesphere.io", version: "v1alpha1", plural: "extensions", kind: "Extension")
}
