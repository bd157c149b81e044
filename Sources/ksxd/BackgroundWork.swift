import Charts
import Client
import Controllers
import Extensions
import Logging

/// The background work of a backend: it offers a marketplace, and runs the controllers.
struct BackgroundWork {
  var cluster: Cluster
  var dialect: Dialect
  var marketplace: Marketplace?
  var settings = ControllerSettings()
  /// Called when everything in the marketplace is published, or when that fails or takes too long.
  var whenOffered: @Sendable () -> Void = {}

  /// How long a marketplace may take to be read before a warning is logged.
  private static let warningDelay = Duration.seconds(20)

  init(in cluster: Cluster, dialect: Dialect, marketplace: Marketplace?) {
    self.cluster = cluster
    self.cluster.fieldManager = "ksxd"
    self.dialect = dialect
    self.marketplace = marketplace
    settings.openLookupServer = LookupHandler.open
    settings.report = { Logger(label: "controllers").info("\($0)") }
  }

  /// Runs until the task is cancelled.
  func run() async {
    async let offering: Void = offer()
    await ControllerManager.run(cluster: cluster, dialect: dialect, settings: settings)
    await offering
  }

  private func offer() async {
    defer { whenOffered() }
    guard let marketplace else { return }
    do {
      try await marketplace.offer(in: cluster, dialect: dialect)
    } catch {
      // A cancellation is not a failure, and without a marketplace everything else still works.
      if Task.isCancelled { return }
      return Logger(label: "ksxd").error("\(error)")
    }
    let progress = RepositoryProgress(of: Catalogue.repositoryName, in: cluster, dialect: dialect)
    guard await !progress.untilPublished(within: Self.warningDelay), !Task.isCancelled else { return }
    Logger(label: "ksxd").warning("the marketplace in \(marketplace.folder) is still being read")
  }
}
