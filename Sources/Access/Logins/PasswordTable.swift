import CCrypt
import KubernetesAPI
import Platform

/// Users who log in with a password: lines of `user,hash,uid,"group1,group2"`, with a hash in the format of crypt(3).
///
/// `mkpasswd` and `htpasswd -nB` create such hashes. The system's libcrypt compares the passwords.
package struct PasswordTable: Hashable, Sendable {
  private struct Entry: Hashable, Sendable {
    var hash: String
    var user: User
  }

  private var entries: [String: Entry] = [:]
  /// The hashes of all users in the order of their names, for names that are none of theirs.
  private var hashes: [String] = []
  /// A digest of all hashes, which only their owner knows.
  private var secret = ""

  /// The prefixes of the accepted hashes, which are slow to compute: yescrypt, scrypt, bcrypt, SHA-2.
  private static let methods = ["$y$", "$gy$", "$7$", "$2a$", "$2b$", "$2y$", "$6$", "$5$"]

  /// A table of one user; `nil` if crypt(3) does not support `hash`.
  init?(of user: User, hash: String) {
    guard Self.methods.contains(where: hash.hasPrefix), ksx_crypt_knows(hash) != 0 else { return nil }
    entries = [user.name: Entry(hash: hash, user: user.addingAuthenticatedGroup)]
    prepareHashes()
  }

  package init(file: String) throws(AccessFileError) {
    try self.init(text: try AccessFile.text(file), file: file)
  }

  init(text: String, file: String) throws(AccessFileError) {
    try AccessFile.read(text, of: file) { (line, _) throws(AccessFile.Problem) in try add(line: line) }
    guard !entries.isEmpty else { throw AccessFileError(file: file, line: 0, problem: "there is no user in it") }
    prepareHashes()
  }

  private mutating func prepareHashes() {
    hashes = entries.sorted { $0.key < $1.key }.map(\.value.hash)
    secret = SHA256.hex(Array(hashes.joined(separator: "\n").utf8))
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
    let user = User(name: fields[0], uid: fields.count > 2 ? fields[2] : "", groups: groups).addingAuthenticatedGroup
    entries[fields[0]] = Entry(hash: fields[1], user: user)
  }

  /// A digest that changes with the password of the user called `name`; `nil` if there is no such user.
  func passwordFingerprint(of name: String) -> String? {
    entries[name].map { String(SHA256.hex(Array("\(name)\n\($0.hash)".utf8)).prefix(32)) }
  }

  /// The user called `name`.
  func user(_ name: String) -> User? { entries[name]?.user }

  /// The user with this name and password; an unknown name takes as long as one of the known ones.
  func user(_ name: String, password: String) -> User? {
    let hash = hash(for: name)
    guard !hash.isEmpty, password.utf8.count <= 512, !password.utf8.contains(0) else { return nil }
    return ksx_crypt_matches(password, hash) != 0 ? entries[name]?.user : nil
  }

  /// The hash that passwords of `name` are compared with: for an unknown name one of those of the users, and always the
  /// same.
  ///
  /// Hashes may cost unequal time. An unknown name costs what some user's costs, in the proportions of the table, so that
  /// the time tells nothing; which one, only who knows the hashes can tell.
  func hash(for name: String) -> String {
    // It is chosen for known names, too, which then take no less time.
    let digest = SHA256.hex(Array("\(secret)\n\(name)".utf8)).prefix(8)
    let other = hashes.isEmpty ? "" : hashes[Int(UInt32(digest, radix: 16) ?? 0) % hashes.count]
    return entries[name]?.hash ?? other
  }
}

/// Checks passwords one after another on a thread of its own, because each check is slow by design.
actor PasswordChecker {
  /// After so many failures, a name is refused until `windowSeconds` after the first (as KubeSphere's gateway does).
  static let mostFailures = 10
  static let windowSeconds = 600
  private static let window = Duration.seconds(windowSeconds)

  enum Verdict: Hashable, Sendable {
    case user(User)
    case wrong
    case tooManyFailures
    /// Too many checks are waiting, for this address or in total.
    case tooManyAtOnce
    /// The failures that all gateways count together cannot be read.
    case unknown(LoginRefusal)

    /// The user; throws for every other verdict.
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

  /// The most checks that wait: for one address, and in total.
  static let mostWaiting = (ofAddress: 4, inAll: 64)

  private nonisolated let waiting = Locked<[String: Int]>([:])

  private let executor = ThreadExecutor()
  private let now: @Sendable () -> ContinuousClock.Instant
  /// The most names whose failures are counted, besides names of users.
  private let mostNames: Int
  private var failures: [String: (count: Int, since: ContinuousClock.Instant)] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  init(mostNames: Int = 10_000, now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.mostNames = mostNames
    self.now = now
    executor.start()
  }

  deinit { executor.stop() }

  /// Checks a password for a client at `address`; only a few checks of one address wait at once, so that other clients
  /// are served.
  ///
  /// `shared` adds the failures that other gateways count.
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
    // Failures of users are counted even if invented names fill the table.
    if failures.count < mostNames || failures[name] != nil || users.user(name) != nil {
      failures[name] = ((failures[name]?.count ?? 0) + 1, failures[name]?.since ?? now)
    }
    return .wrong
  }
}
