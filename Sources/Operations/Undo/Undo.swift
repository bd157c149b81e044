package import Extensions
import Manifest
package import Platform

/// The change that undoes the last one made from this computer, if no other was made since.
package enum Undo: Hashable, Sendable {
  case change(Change)
  /// Nothing can be undone, and why.
  case refused(Sentence)

  /// Decides for the extension `name`, from the lines of the history and the present installation.
  package init(_ name: String, after lines: [HistoryLine], now installation: Installation?) {
    let last = lines.reversed().lazy.compactMap { line -> (String, RequestedSpec?, RequestedSpec?)? in
      guard line.extension == name, case .spec(let before, let after) = line.event else { return nil }
      return (line.time, before, after)
    }.first
    guard let (time, before, after) = last else {
      self = .refused("nothing about \(name) was changed from here that could be undone")
      return
    }
    var former = before
    if let before, after.map({ before.config != $0.config || before.version != $0.version }) ?? true {
      let written = WrittenConfigs(lines.filter { $0.extension == name })
      former?.config = written.text(of: before.config, at: nil, installation)
    }
    self = Self.inverse(of: former, after, now: installation, name, time)
  }

  private static func inverse(
    of before: RequestedSpec?, _ after: RequestedSpec?, now installation: Installation?, _ name: String, _ time: String
  ) -> Undo {
    switch (before, after, installation) {
    case (let before?, nil, nil): return .change(.install(version: before.version, config: before.config))
    case (_, nil, let installation?):
      return .refused(
        installation.isBeingDeleted
          ? "\(name) is still being uninstalled; undo installs it again once it is gone"
          : "\(name) was uninstalled from here (\(time)), and has been installed again since")
    case (_, _?, nil): return .refused("\(name) is not installed any more; ksx history tells what was")
    case (nil, nil, nil): return .refused("there is nothing left of \(name) to undo")
    case (let before, let after?, let installation?):
      let others = after.differences(from: installation)
      guard others.isEmpty, !installation.isBeingDeleted else {
        let news: Sentence = installation.isBeingDeleted ? "it is being uninstalled" : others.joined(separator: ", ")
        return .refused("\(name) has been changed since ksx changed it (\(time)): \(news)")
      }
      guard let before else { return .change(.uninstall) }
      return .change(change(from: after, to: before))
    }
  }

  /// The change that leads from `installation` back to `before`, whatever was changed since; each is `nil` if the
  /// extension is not installed.
  static func leading(to before: RequestedSpec?, from installation: Installation?, _ name: String) -> Undo {
    switch (before, installation) {
    case (nil, nil): return .refused("\(name) is not installed, as it was before that")
    case (nil, _?): return .change(.uninstall)
    case (let before?, nil): return .change(.install(version: before.version, config: before.config))
    case (let before?, let installation?):
      if installation.isBeingDeleted { return .refused("\(name) is being uninstalled") }
      if before.differences(from: installation).isEmpty { return .refused("\(name) is as it was before that already") }
      return .change(change(from: RequestedSpec(installation), to: before))
    }
  }

  /// The change from one spec to the other.
  ///
  /// A change of ksx sets one of these fields, or version and config together.
  private static func change(from now: RequestedSpec, to before: RequestedSpec) -> Change {
    if now.version != before.version { return .rollback(to: before.version, config: before.config) }
    if now.config != before.config { return .configure(config: before.config) }
    if now.clusters != before.clusters { return .place(on: before.clusters) }
    return before.isEnabled ? .enable : .disable
  }
}
