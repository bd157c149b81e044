package import Manifest

/// Objects of the first design, one of each of its eight kinds, with every field that its authors named.
package enum FirstDesign {
  /// They are of the extension `orchard`, and tied to it by the ways that the design knows.
  package static let text = """
    apiVersion: kubesphere.io/v1alpha1
    kind: Category
    metadata: {name: fruit}
    spec: {displayName: Fruit and Seeds, description: All that grows on trees, icon: "data:image/png;base64,Y2F0"}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Repository
    metadata: {name: own}
    spec:
      image: registry.example/own/market:latest
      displayName: Our Own Market
      publisher: market@example.com
      updateStrategy: {registryPoll: {interval: 17m}}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Extension
    metadata:
      name: orchard
      labels: {extensions.kubesphere.io/category: fruit, kubesphere.io/repo: own}
    spec:
      displayName: The Orchard
      description: Looks after trees.
      icon: "data:image/png;base64,ZXh0"
      maintainers: [{email: ada@example.com, name: Ada, url: "https://people.example/ada"}]
    status:
      state: deployed
      subscribedVersion: v0.10.1
      recommendVersion: v0.10.2
      versions: [{version: 0.10.1, minKubeVersion: 1.17.0}, {version: 0.10.2, minKubeVersion: 1.18.3}]
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: ExtensionVersion
    metadata:
      name: orchard-v0.10.1
      annotations: {extensions.kubesphere.io/season: autumn}
    spec:
      displayName: The Orchard of October
      description: Looks after trees and bees.
      icon: "data:image/png;base64,dmVy"
      maintainers: [{email: bo@example.com, name: Bo, url: "https://people.example/bo"}]
      repo: own
      version: 0.10.1
      minKubeVersion: 1.17.0
      sources: "https://git.example/orchard"
      digest: "7easdasa5bb6"
      keywords: [Fruit, bees]
      home: "https://orchard.example"
      appVersion: v3.2.1
      dependencies:
      - {name: press, version: v0.0.1, repository: "https://charts.example", condition: press.enabled, tags: [juice],
         alias: cider}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Subscription
    metadata: {name: orchard-0.10.0}
    spec:
      enabled: true
      extension: {name: orchard, version: 0.10.1}
      targetNamespace: fruit-system
      config: {trees: plum, depth: {roots: 41}}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: APIService
    metadata: {name: v1alpha1.orchard.example.com}
    spec:
      group: orchard.example.com
      version: v1alpha1
      nonResourceURLs: [/orchard-health, /orchard/*]
      url: "https://orchard.fruit-system.svc"
      caBundle: QVBJ
      insecureSkipTLSVerify: true
      service: {namespace: fruit-system, name: orchard-api, path: /v1alpha1, port: 8043}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: JSBundle
    metadata:
      name: pages-of-trees
      annotations: {meta.helm.sh/release-name: orchard-0.10.0}
    spec:
      filenameOverride: trees.js
      raw: "export const trees = 1"
      rawFrom:
        url: "https://orchard.fruit-system.svc/dist/trees.js"
        caBundle: SlNC
        configMapKeyRef: {name: orchard-map, key: map.js, namespace: fruit-maps}
        secretKeyRef: {name: orchard-secret, key: secret.js, namespace: fruit-secrets}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: ReverseProxy
    metadata: {name: orchard.example.com}
    spec:
      matcher: [{path: /res/orchard.example.com/images/*, method: GET}]
      upstream:
        insecureSkipVerify: false
        caBudle: UFJP
        backend: "https://images.fruit-system.svc"
        healthCheck: {url: /healthz, interval: 15s, status: 204, timeout: 16s}
      rewrite: ['/old-prefix/* /new-prefix{path}']
      header: {up: ['Tree: Pear'], down: ['Leaf: Green']}
    """

  /// The objects, as they are written.
  package static var objects: [Value] {
    get throws { try YAML.documents(text).map(\.value) }
  }
}

extension Value {
  /// Every text and number in this, but the names of kinds; an empty one says nothing.
  package var leaves: [String] {
    switch self {
    case .string(let text): text.isEmpty ? [] : [text]
    case .integer(let number): [String(number)]
    case .sequence(let items): items.flatMap(\.leaves)
    case .mapping(let mapping):
      mapping.pairs.filter { $0.key != "apiVersion" && $0.key != "kind" }.flatMap(\.value.leaves)
    case .null, .bool, .number: []
    }
  }
}
