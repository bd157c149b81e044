package import Manifest
package import Packages
import Platform

/// Why a chart could not be rendered.
package enum ChartError: Error, Hashable, Sendable {
  case package(PackageError)
  /// The template uses something that only helm supports, and helm was not found.
  case needsHelm(file: String, line: Int, construct: String)
  /// A value is missing, or is not a scalar.
  case badValue(file: String, line: Int, expression: String, problem: String)
  /// The rendered file is not YAML, or its YAML is not an object.
  case badManifest(file: String, SyntaxError)
  /// The config of the installation is not a YAML mapping.
  case badConfig(SyntaxError)
  /// helm failed; the text is helm's.
  case helm(String)
}

extension ChartError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .package(let error): "\(error)"
    case .needsHelm(let file, let line, let construct):
      "\(file):\(line): \(construct) needs helm, which was not found: install it (https://helm.sh/docs/intro/install)"
        + " so that it is in the PATH, or name it in KSX_HELM, and try again"
    case .badValue(let file, let line, let expression, let problem): "\(file):\(line): \(expression) \(problem)"
    case .badManifest(let file, let error): "\(file): \(error)"
    case .badConfig(let error): "the config: \(error)"
    case .helm(let message): "helm: \(message)"
    }
  }
}

extension ChartError {
  /// Whether helm did not render because the cluster, not the chart, is at fault.
  package var isOutOfReach: Bool {
    guard case .helm(let text) = self else { return false }
    // helm 3 writes Kubernetes with a capital, helm 4 without.
    return ["ubernetes cluster unreachable", "could not get server version", "could not get apiVersions"].contains {
      text.containsText($0)
    }
  }
}
