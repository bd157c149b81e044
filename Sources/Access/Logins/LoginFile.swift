import Manifest
import Platform

/// A file of logins: one line for each that began, was renewed or ended, the newest last.
///
/// A change appends one line, however many logins there are; when most lines are outdated, the file is rewritten. A
/// lock allows one write at a time.
final class LoginFile: Sendable {
  private let path: String
  /// The number of lines; `nil` if the file has another format or may end in a partial line, so that the next write
  /// replaces it.
  private let lines = Locked<Int?>(0)

  /// Lines allowed beyond twice the logins, so that a file of few logins is not rewritten all the time.
  private static let slack = 1_000
  /// The most bytes to read: twice the most logins with all their tokens.
  private static let longest = 64 << 20

  init(_ path: String) { self.path = path }

  /// The logins in the file; unreadable lines are skipped.
  func read() -> [String: LoginTokens.Login] {
    guard let bytes = try? Files.read(path, limit: Self.longest), !bytes.isEmpty else { return [:] }
    let entries = bytes.split(separator: UInt8(ascii: "\n")).map { try? JSON.parse(Array($0)) }
    var logins: [String: LoginTokens.Login] = [:]
    for case let entry? in entries {
      if let id = entry["id"]?.string {
        logins[id] = LoginTokens.Login(entry)
      } else {
        // Earlier versions of ksxd wrote all logins as one object.
        for pair in entry.mapping?.pairs ?? [] { logins[pair.key] = LoginTokens.Login(pair.value) }
      }
    }
    let isSound = bytes.last == UInt8(ascii: "\n") && entries.allSatisfy { $0?["id"] != nil }
    lines.withLock { $0 = isSound ? entries.count : nil }
    return logins
  }

  /// Appends `changes`, with `nil` for a login that has ended, or rewrites the file with `all`.
  func keep(_ changes: [(id: String, login: LoginTokens.Login?)], of all: () -> [String: LoginTokens.Login]) {
    lines.withLock { lines in
      let logins = all()
      if let count = lines, count + changes.count <= 2 * logins.count + Self.slack {
        let added = changes.flatMap { Self.line($0.id, $0.login) }
        lines = (try? Files.append(added, to: path)) == nil ? nil : count + changes.count
      } else {
        let whole = logins.sorted { $0.key < $1.key }.flatMap { Self.line($0.key, $0.value) }
        // Logins that cannot be written end with the process; the server continues.
        lines = (try? Files.write(whole, to: path)) == nil ? nil : logins.count
      }
    }
  }

  private static func line(_ id: String, _ login: LoginTokens.Login?) -> [UInt8] {
    var value: Value = login?.value ?? .mapping([:])
    value = value.setting(["id"], to: .string(id))
    return JSON.bytes(value) + [UInt8(ascii: "\n")]
  }
}

extension LoginTokens.Login {
  fileprivate var value: Value {
    [
      "user": .string(user), "access": .string(access), "accessUntil": .integer(accessUntil),
      "refresh": .string(refresh), "refreshUntil": .integer(refreshUntil), "used": .sequence(used.map(Value.string)),
      "proof": .string(passwordFingerprint),
    ]
  }

  /// `nil` for the line of a login that has ended.
  fileprivate init?(_ value: Value) {
    guard let user = value["user"]?.string, let access = value["access"]?.string,
      let refresh = value["refresh"]?.string,
      let accessUntil = value["accessUntil"]?.integer, let refreshUntil = value["refreshUntil"]?.integer
    else { return nil }
    self.init(
      user: user, access: access, accessUntil: accessUntil, refresh: refresh, refreshUntil: refreshUntil,
      used: value["used"]?.sequence?.compactMap(\.string) ?? [], passwordFingerprint: value["proof"]?.string ?? "")
  }
}
