/// Versions of kinds that Kubernetes no longer serves
/// (https://kubernetes.io/docs/reference/using-api/deprecation-guide/).
enum FormerKinds {
  private static let ends: [String: [(kinds: [String], since: String)]] = [
    "extensions/v1beta1": [
      (["DaemonSet", "Deployment", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"], "1.16"), (["Ingress"], "1.22"),
    ],
    "apps/v1beta1": [(["Deployment", "StatefulSet"], "1.16")],
    "apps/v1beta2": [(["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"], "1.16")],
    "networking.k8s.io/v1beta1": [(["Ingress", "IngressClass"], "1.22")],
    "rbac.authorization.k8s.io/v1beta1": [(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"], "1.22")],
    "rbac.authorization.k8s.io/v1alpha1": [(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"], "1.22")],
    "apiextensions.k8s.io/v1beta1": [(["CustomResourceDefinition"], "1.22")],
    "admissionregistration.k8s.io/v1beta1": [
      (["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], "1.22")
    ],
    "apiregistration.k8s.io/v1beta1": [(["APIService"], "1.22")],
    "certificates.k8s.io/v1beta1": [(["CertificateSigningRequest"], "1.22")],
    "coordination.k8s.io/v1beta1": [(["Lease"], "1.22")],
    "scheduling.k8s.io/v1beta1": [(["PriorityClass"], "1.22")],
    "storage.k8s.io/v1beta1": [(["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], "1.22")],
    "batch/v1beta1": [(["CronJob"], "1.25")],
    "policy/v1beta1": [(["PodDisruptionBudget", "PodSecurityPolicy"], "1.25")],
    "autoscaling/v2beta1": [(["HorizontalPodAutoscaler"], "1.25")],
    "autoscaling/v2beta2": [(["HorizontalPodAutoscaler"], "1.26")],
    "discovery.k8s.io/v1beta1": [(["EndpointSlice"], "1.25")],
  ]

  /// The version of Kubernetes that removed `kind` of `apiVersion`; `nil` if it is still served.
  static func end(of apiVersion: String, _ kind: String) -> String? {
    ends[apiVersion]?.first { $0.kinds.contains(kind) }?.since
  }
}
