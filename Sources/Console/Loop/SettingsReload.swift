import Glibc
import Platform

/// Says when a file of settings has changed, without looking again and again.
///
/// Editors write a new file and rename it, so it is the folder that is watched. Confined to the thread that waits.
package final class SettingsReload {
  private let load: () -> Settings

  /// Becomes readable when something in the folder has changed; -1 where nothing can be watched.
  var descriptor: Int32 { isWatching ? opened : -1 }
  private let opened: Int32
  private let isWatching: Bool

  /// Reads settings with `load` when a file in `folder` changes; where that is not there, nothing is watched.
  package init(folder: String, _ load: @escaping () -> Settings) {
    self.load = load
    opened = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    let events = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
    isWatching = opened >= 0 && inotify_add_watch(opened, folder, events) >= 0
  }

  deinit { if opened >= 0 { close(opened) } }

  /// The settings as they are now, where anything has changed since the last call.
  func takeChange() -> Settings? {
    guard descriptor >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var hasChanged = false
    while read(descriptor, &bytes, bytes.count) > 0 { hasChanged = true }
    return hasChanged ? load() : nil
  }
}
