extension TypeRulesTests {
  /// Objects that are right, by kind: where they are created, and what they are.
  static let right: [String: (path: String, text: String)] = [
    "Pod": (
      "/api/v1/namespaces/default/pods",
      #"""
      {apiVersion: "v1", kind: "Pod", metadata: {name: "f"}, spec: {containers: [{name: "c", image: "x", ports:
      [{containerPort: 80, name: "http", protocol: "TCP"}], env: [{name: "A", value: "b"}, {name: "B", valueFrom:
      {secretKeyRef: {name: "s", key: "k"}}}], resources: {limits: {cpu: "1", memory: "1Gi"}, requests: {cpu:
      "500m"}}, volumeMounts: [{name: "v", mountPath: "/v"}], livenessProbe: {httpGet: {path: "/", port: "http"},
      periodSeconds: 5}, securityContext: {runAsUser: 1000, capabilities: {add: ["X"]}}, imagePullPolicy:
      "Always", command: ["a"], lifecycle: {preStop: {exec: {command: ["x"]}}}}], volumes: [{name: "v", emptyDir:
      {}}, {name: "w", configMap: {name: "c", items: [{key: "a", path: "b"}], defaultMode: 420}}], nodeSelector:
      {a: "b"}, tolerations: [{key: "a", operator: "Exists", effect: "NoSchedule"}], affinity: {nodeAffinity:
      {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: "a",
      operator: "In", values: ["b"]}]}]}}}, imagePullSecrets: [{name: "p"}], hostAliases: [{ip: "1.2.3.4",
      hostnames: ["a"]}], securityContext: {fsGroup: 5}, restartPolicy: "Always", dnsPolicy: "ClusterFirst",
      serviceAccountName: "default", terminationGracePeriodSeconds: 3, topologySpreadConstraints: [{maxSkew: 1,
      topologyKey: "z", whenUnsatisfiable: "DoNotSchedule"}]}}
      """#
    ),
    "Service": (
      "/api/v1/namespaces/default/services",
      #"""
      {apiVersion: "v1", kind: "Service", metadata: {name: "f"}, spec: {type: "LoadBalancer", selector: {a: "b"},
      ports: [{name: "h", port: 80, targetPort: "http", protocol: "TCP", nodePort: 30001}, {name: "g", port: 81,
      targetPort: 8080}], sessionAffinity: "ClientIP", externalTrafficPolicy: "Local", externalIPs: ["1.2.3.4"],
      loadBalancerSourceRanges: ["10.0.0.0/8"]}}
      """#
    ),
    "Role": (
      "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
      #"""
      {apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: {name: "f"}, rules: [{apiGroups: [""],
      resources: ["pods"], verbs: ["get"], resourceNames: ["x"]}]}
      """#
    ),
    "RoleBinding": (
      "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
      #"""
      {apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: {name: "f"}, roleRef: {apiGroup:
      "rbac.authorization.k8s.io", kind: "Role", name: "x"}, subjects: [{kind: "ServiceAccount", name: "a",
      namespace: "b"}, {kind: "User", name: "u", apiGroup: "rbac.authorization.k8s.io"}]}
      """#
    ),
    "HorizontalPodAutoscaler": (
      "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers",
      #"""
      {apiVersion: "autoscaling/v1", kind: "HorizontalPodAutoscaler", metadata: {name: "f"}, spec: {minReplicas:
      1, maxReplicas: 3, scaleTargetRef: {apiVersion: "apps/v1", kind: "Deployment", name: "d"},
      targetCPUUtilizationPercentage: 50}}
      """#
    ),
    "ValidatingWebhookConfiguration": (
      "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
      #"""
      {apiVersion: "admissionregistration.k8s.io/v1", kind: "ValidatingWebhookConfiguration", metadata: {name:
      "f"}, webhooks: [{name: "a.b.c", clientConfig: {service: {namespace: "x", name: "y", path: "/z", port: 443},
      caBundle: "aGk="}, rules: [{operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources:
      ["pods"], scope: "*"}], failurePolicy: "Fail", matchPolicy: "Exact", sideEffects: "None",
      admissionReviewVersions: ["v1"], timeoutSeconds: 5, namespaceSelector: {matchLabels: {a: "b"}}}]}
      """#
    ),
    "LimitRange": (
      "/api/v1/namespaces/default/limitranges",
      #"""
      {apiVersion: "v1", kind: "LimitRange", metadata: {name: "f"}, spec: {limits: [{type: "Container", max: {cpu:
      "2"}, min: {cpu: "1"}, default: {cpu: "2"}, defaultRequest: {cpu: "1"}}, {type: "Pod", max: {cpu: "2"}}]}}
      """#
    ),
    "Event": (
      "/api/v1/namespaces/default/events",
      #"""
      {apiVersion: "v1", kind: "Event", metadata: {name: "f"}, involvedObject: {kind: "Pod", namespace: "default",
      name: "x"}, reason: "r", message: "m", type: "Normal", count: 1, source: {component: "c"}}
      """#
    ),
    "Endpoints": (
      "/api/v1/namespaces/default/endpoints",
      #"""
      {apiVersion: "v1", kind: "Endpoints", metadata: {name: "f"}, subsets: [{addresses: [{ip: "1.2.3.4"}], ports:
      [{port: 80, name: "h"}]}]}
      """#
    ),
  ]
}
