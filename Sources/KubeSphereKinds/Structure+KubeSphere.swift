import APIServer

extension Structure {
  /// What KubeSphere's schemas say of its kinds, by plural (the definitions of KubeSphere 4.1).
  ///
  /// The first design is not known that well: its conditions have keys, and nothing is dropped.
  static func kubeSphere(_ plural: String, isFirstDesign: Bool) -> Structure {
    guard !isFirstDesign else {
      let conditions = items(keys: ["type"], .fields([:]))
      return object(["spec": .fields([:]), "status": .fields(["conditions": conditions])])
    }
    let status = fields(["conditions": .whole, "state": .whole, "clusterSchedulingStatuses": .map(.any)])
    switch plural {
    case "categories": return object(["spec": .record(titles)], isClosed: true)
    case "repositories": return object(["spec": repository, "status": status], isClosed: true)
    case "extensions": return object(["spec": .record(information), "status": status], isClosed: true)
    case "extensionversions": return object(["spec": .record(version)], isClosed: true)
    case "installplans": return object(["spec": installPlan, "status": status], isClosed: true)
    default: return object(["spec": .fields([:]), "status": status], isClosed: true)
    }
  }

  private static let texts = Structure.map(.whole)

  private static let titles = ["displayName": texts, "description": texts, "icon": Structure.whole]

  private static let information: [String: Structure] = {
    let provider = record(["name": .whole, "url": .whole, "email": .whole])
    return titles.merging(["provider": .map(provider), "created": .whole]) { $1 }
  }()

  private static let version: [String: Structure] = {
    let names = [
      "version", "keywords", "sources", "repository", "category", "kubeVersion", "ksVersion", "home", "docs", "digest",
      "screenshots", "chartURL", "namespace", "installationMode", "externalDependencies",
    ]
    var all = information
    for name in names { all[name] = .whole }
    // Atomic, as every reference to a key is.
    all["chartDataRef"] = .whole
    return all
  }()

  private static let repository = record([
    "url": .whole, "description": .whole, "basicAuth": .record(["username": .whole, "password": .whole]),
    "updateStrategy": .record(["registryPoll": .record(["interval": .whole]), "timeout": .whole]),
    "caBundle": .whole, "insecure": .whole, "depth": .whole,
    // Until 4.1.2.
    "image": .whole,
  ])

  private static let installPlan: Structure = {
    let placement = record(["clusters": .set, "clusterSelector": .whole])
    return record([
      "extension": .record(["name": .whole, "version": .whole]), "config": .whole, "enabled": .whole,
      "upgradeStrategy": .whole,
      "clusterScheduling": .record(["overrides": texts, "placement": placement]),
    ])
  }()
}
