import Client
import Controllers
import Extensions
import Logging

/// What a backend does besides answering: it offers a marketplace and installs what it is told to.
struct Work {
  var cluster: Cluster
  var dialect: Dialect
  var marketplace: Marketplace?
  var settings = ControllerSettings()

  init(in cluster: Cluster, dialect: Dialect, marketplace: Marketplace?) {
    self.cluster = cluster
    self.cluster.fieldManager = "ksxd"
    self.dialect = dialect
    self.marketplace = marketplace
    settings.report = { Logger(label: "controllers").info("\($0)") }
  }

  /// Works until the task is cancelled.
  func run() async {
    do {
      try await marketplace?.offer(in: cluster, dialect: dialect)
    } catch {
      // Without a marketplace everything else still works.
      Logger(label: "ksxd").error("\(error)")
    }
    await ControllerManager.run(cluster: cluster, dialect: dialect, settings: settings)
  }
}
