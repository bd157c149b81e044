import CTerminal

/// What the system may make of this process when it crashes.
package enum CoreDump {
  /// Keeps this process's memory out of core dumps, and from the debuggers of the same user's other processes.
  ///
  /// Tokens, keys and passwords are in that memory, and a core dump is a file that lies about, is collected by
  /// services and attached to bug reports. Not by a limit on the size of core files, which children would
  /// inherit and which a kernel that pipes its dumps to a program does not look at. A child that runs another
  /// program, such as an editor or a credential plugin, is free of it again.
  package static func forbid() { _ = ksx_set_dumpable(0) }

  static func allow() { _ = ksx_set_dumpable(1) }

  static var isForbidden: Bool { ksx_is_dumpable() == 0 }
}
