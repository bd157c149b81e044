import Glibc
import Platform

/// Reports changed settings files without polling.
///
/// Editors write a new file and rename it, so the folder is watched. May only be used on the thread of the loop.
package final class SettingsReload {
  private let load: () -> Settings

  /// Readable when a file in the folder has changed; -1 if nothing can be watched.
  var descriptor: Int32 { isWatching ? inotify : -1 }
  private let inotify: Int32
  private let isWatching: Bool

  /// Reads settings with `load` when a file in `folder` changes; watches nothing if the folder does not exist.
  package init(folder: String, _ load: @escaping () -> Settings) {
    self.load = load
    inotify = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    let events = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
    isWatching = inotify >= 0 && inotify_add_watch(inotify, folder, events) >= 0
  }

  deinit { if inotify >= 0 { close(inotify) } }

  /// Returns the settings if a file has changed since the last call.
  func takeChange() -> Settings? {
    guard descriptor >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var hasChanged = false
    while read(descriptor, &bytes, bytes.count) > 0 { hasChanged = true }
    return hasChanged ? load() : nil
  }
}
