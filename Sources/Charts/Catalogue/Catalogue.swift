import Manifest
import Packages
import Platform

/// The built-in marketplace: small extensions for trying ksx out without a cluster and a network.
package enum Catalogue {
  /// Writes the marketplace as a chart repository: `index.yaml` and packed charts, the same bytes every time.
  ///
  /// `hasFirstDesign` adds an extension that is packaged as in the first design, and can be installed only there.
  package static func write(to folder: String, hasFirstDesign: Bool = false) throws(CatalogueError) {
    do throws(SystemError) {
      try ChartRepository(folder: folder).write(packages() + (hasFirstDesign ? PlainChartEntry.packages : []))
    } catch {
      throw .unwritable("\(error)")
    }
  }

  /// The packages of every extension, or of those in `names`.
  static func packages(of names: Set<String>? = nil) -> [ChartRepository.Packed] {
    CatalogueEntries.all.filter { names?.contains($0.name) ?? true }.flatMap { entry in
      // helm lists the newest first.
      entry.versions.reversed().map { version in
        ChartRepository.Packed(
          package: CatalogueChart(entry: entry, version: version).package,
          chart: Chart([
            "name": .string(entry.name), "version": .string(version.number), "appVersion": .string(version.number),
            "description": .string(entry.summary.english),
          ]), created: version.date + "T08:00:00Z")
      }
    }
  }
}

/// Why the marketplace could not be written.
package enum CatalogueError: Error, Hashable, Sendable {
  /// The text names the file and the system's error.
  case unwritable(String)
}
