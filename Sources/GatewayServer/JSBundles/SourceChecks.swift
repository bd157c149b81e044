import Client
import Extensions

/// Whether the ConfigMaps and Secrets are there that bundles are made of: asked once, and then now and then.
struct SourceChecks {
  /// Sources that are looked after at most.
  private static let most = 500

  private var verdicts: [JSBundleRule.Source: (problem: String?, at: ContinuousClock.Instant)] = [:]

  /// What keeps sources of the bundles in `snapshot` from being read; `pause` is how long an answer holds.
  mutating func problems(
    of snapshot: GatewayRules.Snapshot, _ settings: GatewaySettings, in cluster: Cluster,
    _ now: ContinuousClock.Instant, _ pause: Duration
  ) async -> [JSBundleRule.Source: String] {
    let wanted = Self.sources(of: snapshot, settings)
    verdicts = verdicts.filter { wanted.contains($0.key) }
    for source in wanted where verdicts[source].map({ now - $0.at >= pause }) ?? true {
      do throws(ClusterError) {
        verdicts[source] = (try await BundleReader.problem(with: source, in: cluster), now)
      } catch {
        // A server that does not answer says nothing about what it has.
        break
      }
    }
    return verdicts.compactMapValues(\.problem)
  }

  /// What bundles that are served may name.
  private static func sources(
    of snapshot: GatewayRules.Snapshot, _ settings: GatewaySettings
  ) -> Set<JSBundleRule.Source> {
    var sources: Set<JSBundleRule.Source> = []
    for rule in snapshot.table.bundles where rule.object.isAvailable {
      for file in rule.files where sources.count < most {
        guard let reference = file.source.reference else { continue }
        if settings.allowsForeignReferences || snapshot.problem(with: reference, of: rule.object) == nil {
          sources.insert(file.source)
        }
      }
    }
    return sources
  }
}
