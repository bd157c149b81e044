import ArgumentParser
import Charts
import Client
import Controllers
import Extensions
import Glibc
import Platform

/// The chart repository that a standalone backend offers.
struct Marketplace {
  /// The folder with its `index.yaml` and charts.
  var folder: String
  /// Whether it is the built-in one, which is written to the folder.
  var isBuiltIn: Bool

  /// The repository at `path`, or the built-in one in a folder of `data`.
  init(_ path: String?, beside data: String) {
    isBuiltIn = path == nil
    folder = Self.absolute(path ?? data + "/marketplace")
  }

  /// Throws if `path` is not a folder.
  static func check(_ path: String?, option: String) throws {
    guard let path, !Files.isDirectory(path) else { return }
    throw ValidationError("\(option) \(path): there is no such folder")
  }

  /// Writes the built-in charts and creates the Repository object.
  func offer(in cluster: Cluster, dialect: Dialect) async throws(DaemonError) {
    do {
      if isBuiltIn { try Catalogue.write(to: folder, hasFirstDesign: dialect.era == .seed) }
      try await Catalogue.register(folder: folder, in: cluster, dialect: dialect)
    } catch let error as ClusterError {
      throw DaemonError(error.daemonMessage(for: "offering the marketplace", at: "ksxd"))
    } catch {
      throw DaemonError("the marketplace in \(folder) cannot be offered: \(error)")
    }
  }

  private static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }
}
