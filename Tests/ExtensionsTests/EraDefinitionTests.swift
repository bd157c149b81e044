import Client
import Manifest
import TestSupport
import Testing

@testable import Extensions
@testable import Platform

/// KubeSphere's own definitions of kinds, a folder for each version.
@Suite(.needsData(.definitions))
struct EraDefinitionTests {
  /// What a cluster with all definitions of one version would show.
  private func discovered(_ version: String) throws -> DiscoveryResult {
    let folder = TestData.definitions.folder + "/" + version
    var discovered = DiscoveryResult(plurals: [Dialect.coreGroup: [], Dialect.defaultServingGroup: []])
    for name in try Files.names(in: folder) where name.hasSuffix(".yaml") {
      let definition = try YAML.parse(try Files.text(folder + "/" + name))
      let group = try #require(definition[path: "spec", "group"]?.string)
      let plural = try #require(definition[path: "spec", "names", "plural"]?.string)
      discovered.plurals[group, default: []].insert(plural)
      let version = definition[path: "spec", "versions"]?.sequence?.first
      let schema = version?[path: "schema", "openAPIV3Schema"]
      if ["subscriptions", "installplans"].contains(plural) { discovered.installationSchema = schema }
    }
    return discovered
  }

  @Test func theFirstSubscriptionsAreTold() throws {
    let discovered = try discovered("alpha-d3eb9d2a6")
    let capabilities = Capabilities(discovered, era: try #require(discovered.era))

    #expect(capabilities.era == .subscription && capabilities.basis == .definitions)
    #expect(capabilities.configForm == .text && capabilities.dialect.servingGroup == "kubesphere.io")
    #expect(Feature.allCases.filter(capabilities.has) == [.install, .releaseName, .targetNamespace])
  }

  @Test func shippedVersionsAreTold() throws {
    let shipped: Set<Feature> = [.install, .upgrade, .configure, .enable, .forceDelete, .retry, .clusterScheduling]
    for version in ["v4.1.3", "master"] {
      let discovered = try discovered(version)
      let capabilities = Capabilities(discovered, era: try #require(discovered.era))

      #expect(capabilities.era == .installPlan && capabilities.basis == .definitions)
      #expect(capabilities.configForm == .text && capabilities.dialect.servingGroup == "extensions.kubesphere.io")
      #expect(Set(Feature.allCases.filter(capabilities.has)) == shipped, "\(version)")
    }
  }
}
