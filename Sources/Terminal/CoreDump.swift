import CTerminal

/// Whether the system may write this process's memory to a core dump.
package enum CoreDump {
  /// Keeps this process's memory out of core dumps, and hides it from debuggers in other processes of the same user.
  ///
  /// The memory contains tokens, keys and passwords, and core dumps are left on disk, collected by services and
  /// attached to bug reports. A limit on the size of core files would not do: children would inherit it, and a
  /// kernel that pipes its dumps to a program ignores it. In a child that executes another program, such as an
  /// editor or a credential plugin, core dumps are allowed again.
  package static func forbid() { _ = ksx_set_dumpable(0) }

  static func allow() { _ = ksx_set_dumpable(1) }

  static var isForbidden: Bool { ksx_is_dumpable() == 0 }
}
