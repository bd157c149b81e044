import CCrypt
import KubernetesAPI
import Platform

/// Users who log in with a password: lines of `user,hash,uid,"group1,group2"`, the hash as crypt(3) makes it.
///
/// `mkpasswd` and `htpasswd -nB` make such hashes. Passwords are compared by the system's libcrypt.
package struct PasswordTable: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    var hash: String
    var user: User
  }

  private var entries: [String: Entry] = [:]

  /// How hashes begin that are slow to try: yescrypt, scrypt, bcrypt, SHA-2.
  private static let methods = ["$y$", "$gy$", "$7$", "$2a$", "$2b$", "$2y$", "$6$", "$5$"]

  /// A table of one user; `nil` where `hash` is none that crypt knows.
  init?(of user: User, hash: String) {
    guard Self.methods.contains(where: hash.hasPrefix), ksx_crypt_knows(hash) != 0 else { return nil }
    entries = [user.name: Entry(hash: hash, user: user.joined)]
  }

  package init(file: String) throws(AccessFileError) {
    try self.init(text: try AccessFile.text(file), file: file)
  }

  init(text: String, file: String) throws(AccessFileError) {
    try AccessFile.read(text, of: file) { (line, _) throws(AccessFile.Problem) in try add(line: line) }
    guard !entries.isEmpty else { throw AccessFileError(file: file, line: 0, problem: "there is no user in it") }
  }

  private mutating func add(line: String) throws(AccessFile.Problem) {
    let fields = try CommaSeparated.fields(line)
    guard (2...4).contains(fields.count), !fields[0].isEmpty else {
      throw AccessFile.Problem(#"user,hash and perhaps uid and "group1,group2" are expected"#)
    }
    guard Self.methods.contains(where: fields[1].hasPrefix), ksx_crypt_knows(fields[1]) != 0 else {
      throw AccessFile.Problem("the second field is no hash of a password; mkpasswd or htpasswd -nB makes one")
    }
    guard entries[fields[0]] == nil else { throw AccessFile.Problem("the user stands on an earlier line") }
    let groups = fields.count == 4 ? fields[3].split(separator: ",").map(String.init) : []
    let user = User(name: fields[0], uid: fields.count > 2 ? fields[2] : "", groups: groups).joined
    entries[fields[0]] = Entry(hash: fields[1], user: user)
  }

  /// What changes when the password of the user called `name` does; `nil` without such a user.
  func proof(of name: String) -> String? {
    entries[name].map { String(SHA256.hex(Array("\(name)\n\($0.hash)".utf8)).prefix(32)) }
  }

  /// The user called `name`.
  func user(_ name: String) -> User? { entries[name]?.user }

  /// The user with that name and password; takes as long for a name that is not known.
  func user(_ name: String, password: String) -> User? {
    let entry = entries[name]
    // Any hash will do to spend the time.
    guard let hash = entry?.hash ?? entries.first?.value.hash, password.utf8.count <= 512,
      !password.utf8.contains(0)
    else { return nil }
    return ksx_crypt_matches(password, hash) != 0 ? entry?.user : nil
  }
}

/// Checks passwords one after another, on a thread of its own: each takes long by design.
actor PasswordChecker {
  /// Failures in a row after which a name is refused for a while (as the shipped gateway).
  static let mostFailures = 10
  static let windowSeconds = 600
  private static let window = Duration.seconds(windowSeconds)

  enum Verdict: Hashable, Sendable {
    case user(User)
    case wrong
    case tooManyFailures
    /// Others of the same address wait already.
    case tooManyAtOnce
    /// Failures that other gateways count cannot be read.
    case unknown(LoginRefusal)

    /// Who it is; throws for every other.
    func user() throws(LoginRefusal) -> User {
      switch self {
      case .user(let user): return user
      case .wrong: throw .wrong
      case .tooManyFailures: throw .tooManyFailures
      case .tooManyAtOnce: throw .tooManyAtOnce
      case .unknown(let refusal): throw refusal
      }
    }
  }

  /// Passwords that wait to be compared: of one address, and in all.
  static let mostWaiting = (ofAddress: 4, inAll: 64)

  private nonisolated let waiting = Locked<[String: Int]>([:])

  private let executor = ThreadExecutor()
  private let now: @Sendable () -> ContinuousClock.Instant
  /// Names whose failures are counted at most, beside those of users.
  private let mostNames: Int
  private var failures: [String: (count: Int, since: ContinuousClock.Instant)] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(mostNames: Int = 10_000, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.mostNames = mostNames
    self.now = now
    executor.start()
  }

  deinit { executor.stop() }

  /// The same for a client at `address`, of which only a few wait at once: clients elsewhere have their turn.
  ///
  /// Failures count together with those of other gateways by `shared`.
  nonisolated func check(
    _ name: String, _ password: String, in users: PasswordTable, from address: String,
    counting shared: SharedFailures? = nil
  ) async -> Verdict {
    let mayWait = waiting.withLock { waiting in
      guard waiting[address, default: 0] < Self.mostWaiting.ofAddress,
        waiting.values.reduce(0, +) < Self.mostWaiting.inAll
      else { return false }
      waiting[address, default: 0] += 1
      return true
    }
    guard mayWait else { return .tooManyAtOnce }
    defer {
      waiting.withLock { waiting in
        let left = (waiting[address] ?? 1) - 1
        waiting[address] = left > 0 ? left : nil
      }
    }
    guard let shared else { return await check(name, password, in: users) }
    return await check(name, password, in: users, counting: shared)
  }

  private nonisolated func check(
    _ name: String, _ password: String, in users: PasswordTable, counting shared: SharedFailures
  ) async -> Verdict {
    let former: LoginLeases.Failures
    do throws(LoginRefusal) {
      former = try await shared.count(of: name)
    } catch {
      return .unknown(error)
    }
    guard former.count < Self.mostFailures else { return .tooManyFailures }
    let verdict = await check(name, password, in: users)
    switch verdict {
    case .user: await shared.note(isRight: true, of: name, former)
    case .wrong: await shared.note(isRight: false, of: name, former)
    case .tooManyFailures, .tooManyAtOnce, .unknown: break
    }
    return verdict
  }

  func check(_ name: String, _ password: String, in users: PasswordTable) -> Verdict {
    let now = now()
    if let former = failures[name] {
      if now - former.since >= Self.window {
        failures[name] = nil
      } else if former.count >= Self.mostFailures {
        return .tooManyFailures
      }
    }
    if let user = users.user(name, password: password) {
      failures[name] = nil
      return .user(user)
    }
    if failures.count >= mostNames { failures = failures.filter { now - $0.value.since < Self.window } }
    // However many names are made up, those of users are counted.
    if failures.count < mostNames || failures[name] != nil || users.user(name) != nil {
      failures[name] = ((failures[name]?.count ?? 0) + 1, failures[name]?.since ?? now)
    }
    return .wrong
  }
}
