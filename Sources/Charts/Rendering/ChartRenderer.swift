import Manifest
import Packages
package import Platform

/// Renders charts, with helm if it is found, otherwise by plain substitution.
package struct ChartRenderer: Hashable, Sendable {
  /// How charts are rendered.
  package enum Engine: Hashable, Sendable {
    /// The helm at this path.
    case helm(path: String)
    case substitution
  }

  package var engine: Engine
  /// The timeout for helm.
  package var timeout: Duration = .seconds(120)
  /// The capabilities of the cluster that charts see.
  package var cluster = RenderingCluster()

  package init(engine: Engine) { self.engine = engine }

  /// Uses the helm named in `KSX_HELM`, otherwise the first one in the `PATH`, otherwise substitution.
  package static func found(_ environment: Environment = .current) -> ChartRenderer {
    if let named = environment["KSX_HELM"], !named.isEmpty {
      return ChartRenderer(engine: Files.exists(named) ? .helm(path: named) : .substitution)
    }
    return ChartRenderer(engine: environment.locate("helm").map(Engine.helm) ?? .substitution)
  }

  /// Renders the packed chart `archive` for `release`.
  package func render(_ archive: [UInt8], for release: Release) async throws(ChartError) -> RenderedChart {
    let package: Package
    do { package = try Package(archive: archive) } catch { throw .package(error) }
    var rendered = RenderedChart()
    switch engine {
    case .substitution:
      try rendered.addDefinitions(package.files)
      try Self.substitute(package, release, &rendered)
    case .helm(let path):
      let helm = Helm(path: path, timeout: timeout, cluster: cluster)
      let adapted = package.adaptedForHelm.inserting(revision: release.revision)
      let chart = adapted == package ? archive : adapted.archive(folder: "chart")
      let text = try await helm.template(chart, release)
      for document in Helm.documents(text) { try rendered.add(document.text, file: document.file) }
    }
    return rendered
  }

  private static func substitute(
    _ package: Package, _ release: Release, _ rendered: inout RenderedChart
  ) throws(ChartError) {
    let values = try Substitution.values(package, release)
    for file in package.files.sorted(by: { $0.key < $1.key }) {
      if file.key.hasPrefix("charts/") {
        throw .needsHelm(file: file.key, line: 1, construct: "a chart within the chart")
      }
      guard file.key.hasPrefix("templates/"), isTemplate(file.key) else { continue }
      let text = String(decoding: file.value, as: UTF8.self)
      try rendered.add(try Substitution(file: file.key, values: values).render(text), file: file.key)
    }
  }

  /// Files that begin with an underscore contain only definitions, and notes are for users.
  private static func isTemplate(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    return !name.hasPrefix("_") && name != "NOTES.txt"
  }
}
