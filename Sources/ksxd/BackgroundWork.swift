import Charts
import Client
import Controllers
import Extensions
import Logging

/// What a backend does besides answering: it offers a marketplace and installs what it is told to.
struct BackgroundWork {
  var cluster: Cluster
  var dialect: Dialect
  var marketplace: Marketplace?
  var settings = ControllerSettings()
  /// Called when everything that the marketplace offers is there, or will not be.
  var whenOffered: @Sendable () -> Void = {}

  /// How long it may take to read a marketplace before others are told not to wait for it.
  private static let patience = Duration.seconds(20)

  init(in cluster: Cluster, dialect: Dialect, marketplace: Marketplace?) {
    self.cluster = cluster
    self.cluster.fieldManager = "ksxd"
    self.dialect = dialect
    self.marketplace = marketplace
    settings.openWindow = ChartWindow.open
    settings.report = { Logger(label: "controllers").info("\($0)") }
  }

  /// Works until the task is cancelled.
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
      // Being told to stop is no failure, and without a marketplace everything else still works.
      if Task.isCancelled { return }
      return Logger(label: "ksxd").error("\(error)")
    }
    let progress = RepositoryProgress(of: Catalogue.repositoryName, in: cluster, dialect: dialect)
    guard await !progress.untilPublished(within: Self.patience), !Task.isCancelled else { return }
    Logger(label: "ksxd").warning("the marketplace in \(marketplace.folder) is still being read")
  }
}
