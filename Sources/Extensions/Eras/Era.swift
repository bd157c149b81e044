/// The design of KubeSphere's extensions that a cluster has.
///
/// The names of kinds, fields and states changed several times before 4.1 was shipped, and what the
/// controllers do with them changed as well.
package enum Era: String, CaseIterable, Sendable {
  /// May to July 2022: Plugins, and Subscriptions to them, all in `extensions.kubesphere.io`.
  case plugin
  /// August 2022: Extensions and Subscriptions, everything in `kubesphere.io`.
  case subscription
  /// September 2022: the same, but proxies and bundles in `extensions.kubesphere.io`.
  case splitSubscription
  /// May 2023: Subscriptions with placements and the states of today.
  case scheduledSubscription
  /// September 2023 until today: InstallPlans.
  case installPlan
  /// The first design as it was specified, which a standalone backend implements in full.
  case seed
}
