import Client
import Extensions
import Operations
import Packages
import Platform
import Terminal

/// The columns of the marketplace.
enum MarketplaceColumns {
  /// The columns for sorting only, which does not depend on the time.
  static let sorting = all(
    isExact: false, state: { _ in "" }, isStuck: { _ in false }, installObstacle: { _ in nil }, changed: { _ in "" })

  /// The columns for display, with the time and the time format of `state`.
  static func all(_ state: ConsoleState) -> [Column<MarketplaceRow>] {
    let (now, isExact) = (state.now, state.showsExactTimes)
    let (isSlow, words) = (state.isSlow, state.words)
    let stuck = words("stuck")
    return all(
      isExact: isExact,
      state: { $0.isStuck(at: now) ? stuck : words($0.status.listWord) }, isStuck: { $0.isStuck(at: now) },
      installObstacle: { state.installObstacle(to: $0) }
    ) { row in
      let isUnderWay = row.urgency.isUnderWay && !isSlow
      guard let changed = row.changed else { return "" }
      if isExact { return Age.exact(changed, at: now) }
      return Age.text(of: changed, at: now, isExact: false, isUnderWay: isUnderWay, words)
    }
  }

  private static func all(
    isExact: Bool, state: @escaping @Sendable (MarketplaceRow) -> String,
    isStuck: @escaping @Sendable (MarketplaceRow) -> Bool,
    installObstacle: @escaping @Sendable (MarketplaceRow) -> String?,
    changed: @escaping @Sendable (MarketplaceRow) -> String
  ) -> [Column<MarketplaceRow>] {
    [
      Column("NAME", width: 16, upTo: 34, rank: 0, sorting: .name, by: { .text($0.sortKey) }) { $0.title },
      Column(
        "STATE", width: 14, upTo: 16, rank: 0, sorting: .state, by: { $0.status.sortValue },
        style: { isStuck($0) ? .stateFailed : $0.status.style }, text: state
      ),
      Column(
        "VERSION", width: isExact ? 14 : 16, upTo: 24, rank: 1, sorting: .version, by: { .version($0.status.running) },
        style: { $0.hasUpdate ? .versionNew : $0.status.isEnabled == false ? .dim : .text }
      ) { row in installObstacle(row).map { "\(row.offered) ✗ \($0)" } ?? row.version },
      Column(
        "CHANGED", width: isExact ? 11 : 7, rank: isExact ? 0 : 2, isTrailing: true, sorting: .changed,
        by: { $0.changed.map(SortValue.age) ?? SortValue.none }, style: { _ in .dim }, text: changed),
      Column("CATEGORY", width: 14, upTo: 20, rank: 5, sorting: .category) { $0.category },
      Column("PROVIDER", width: 14, upTo: 24, rank: 6) { $0.extensionRow.provider },
      Column("REPOSITORY", width: 12, upTo: 20, rank: 7) { $0.extensionRow.repository },
      Column("DESCRIPTION", width: 20, upTo: 200, rank: 4, style: { $0.urgency == .failed ? .stateFailed : .dim }) {
        row in
        row.urgency == .failed && !row.status.reason.isEmpty ? "✗ " + row.status.reason : row.extensionRow.summary
      },
    ]
  }
}

extension ConsoleState {
  /// The reasons why the extension called `name`, if it is not installed, cannot be installed, for the version that an
  /// install would choose.
  func installObstacles(to name: String) -> [Sentence] {
    guard market.installed.of(name) == nil, var context = planContext(for: name) else { return [] }
    let recommended = market.extensions[name]?.recommendedVersion ?? ""
    let known = market.versions[name]?.elements.values ?? market.catalogue[name] ?? []
    let version =
      known.first { !recommended.isEmpty && VersionText($0.version) == VersionText(recommended) }
      ?? known.max { SemanticVersion.precedes($0.version, $1.version) }
    guard let version else { return [] }
    context.versions = [version.version: version]
    context.gaps[.versions] = nil
    return context.shortcomings(of: version.version, for: name).filter(\.isBlocking).map(\.sentence)
  }

  /// Whether the install would be refused, as far as is known.
  func cannotInstall(_ name: String) -> Bool { !installObstacles(to: name).isEmpty }

  /// Why an extension that is not installed cannot be installed, in a word or two; `nil` if nothing prevents it or the
  /// reason is not known.
  func installObstacle(to row: MarketplaceRow) -> String? {
    guard !row.status.isInstalled, let version = row.subject.version, var context = planContext(for: row.name) else {
      return nil
    }
    context.versions = [version.version: version]
    context.gaps[.versions] = nil
    let missing = version.dependencies.first { $0.isRequired && context.unmetSentence(of: $0) != nil }
    if let missing { return missing.name }
    let problem = context.shortcomings(of: version.version, for: row.name).first(where: \.isBlocking)
    return problem.map {
      $0.text.containsText("KubeSphere") ? "KubeSphere \(version.ksVersion)" : "Kubernetes \(version.kubeVersion)"
    }
  }
}

extension ExtensionStatus {
  /// The style of the state.
  var style: StyleName {
    if state.isFailure { return .stateFailed }
    if state.isBusy || isBeingDeleted { return .stateBusy }
    if state == .installed { return isEnabled == false ? .stateDisabled : .stateInstalled }
    return .stateNone
  }

  /// Sorts failures first, then changes in progress, then installed extensions; `none` for those that are not
  /// installed.
  var sortValue: SortValue {
    if state.isFailure { return .text("0 " + word) }
    if state.isBusy || isBeingDeleted { return .text("1 " + word) }
    return word.isEmpty ? .none : .text((isEnabled == false ? "3 " : "2 ") + word)
  }
}
