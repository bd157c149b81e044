package import APIServer
package import Extensions
import KubernetesAPI

extension ResourceTypes {
  /// Kubernetes' own resources that extensions use, and KubeSphere's resources of `dialect`; `hasAdmission` enforces
  /// the rules of KubeSphere's webhooks.
  package init(dialect: Dialect, hasAdmission: Bool = true) {
    var rules: [String: any ObjectRules] = [
      dialect.installations.qualifiedName: InstallationRules(configIsText: dialect.name == .installPlan)
    ]
    if dialect.name == .installPlan {
      for claim in ServingRules.Claim.allCases {
        rules["\(claim.rawValue).\(dialect.apiServices.group)"] = ServingRules(claim: claim)
      }
    } else {
      rules[dialect.reverseProxies.qualifiedName] = MatcherRules()
    }
    self.init(definitions: Definitions.of(dialect.name), rules: hasAdmission ? rules : [:])
  }
}

/// The CustomResourceDefinitions of KubeSphere's kinds, compiled in, so that the program needs no installed files.
///
/// `Definitions/` links to the files in `crds/` of this project, which a real API server accepts as they are.
enum Definitions {
  static func of(_ name: Dialect.Name) -> [Definition] {
    switch name {
    case .installPlan: installPlan
    case .subscription: subscription
    }
  }

  private static let installPlan = read(PackageResources.installplan_yaml)
  private static let subscription =
    read(PackageResources.subscription_yaml) + read(PackageResources.roletemplates_yaml)

  private static func read(_ bytes: [UInt8]) -> [Definition] {
    do throws(Status) {
      return try Definition.read(String(decoding: bytes, as: UTF8.self))
    } catch {
      fatalError("the definitions of this program are broken: \(error.message)")
    }
  }
}
