import Client
import Extensions

/// Checks whether the ConfigMaps and Secrets of bundles can be read, and repeats each check from time to time.
struct SourceChecks {
  /// Sources that are checked; further ones are not.
  private static let maximum = 500

  private var verdicts: [JSBundleRule.Source: (problem: String?, at: ContinuousClock.Instant)] = [:]

  /// Why sources of the bundles in `snapshot` cannot be read; a verdict is kept for `pause`.
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
        // Without a clear answer, the last verdict is kept.
        break
      }
    }
    return verdicts.compactMapValues(\.problem)
  }

  /// The sources of served bundles that they are allowed to use.
  private static func sources(
    of snapshot: GatewayRules.Snapshot, _ settings: GatewaySettings
  ) -> Set<JSBundleRule.Source> {
    var sources: Set<JSBundleRule.Source> = []
    for rule in snapshot.table.bundles where rule.object.isAvailable {
      for file in rule.files where sources.count < maximum {
        guard let reference = file.source.reference else { continue }
        if settings.allowsForeignReferences || snapshot.problem(with: reference, of: rule.object) == nil {
          sources.insert(file.source)
        }
      }
    }
    return sources
  }
}
