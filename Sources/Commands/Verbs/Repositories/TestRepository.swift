import Client
import Manifest
import Operations
import Platform

extension Verb {
  static let repoTest = Verb(
    "repo test", "Say whether an address answers as a repository does, asked from here", operands: ["URL"],
    options: [.authority, .insecureRepository, .repositoryUser, .passwordStdin, .output],
    notes: [
      "The controllers ask from where they are, which may see less, or more. It ends with 1 where there is no repository.",
      "--repo-username says who asks.",
    ], as: TestRepository.self)
}

/// `repo test`: tests whether there is a repository at an address.
struct TestRepository: Command {
  private let address: String
  private let output: Output
  private var settings = RepositoryTest.Settings()

  init(_ arguments: Arguments) throws(CommandError) {
    (address, output) = (arguments.name, arguments.output)
    settings.authority = try arguments.certificates()
    settings.isInsecure = arguments.has(.insecureRepository)
    settings.username = arguments[.repositoryUser]
    settings.password = try arguments.givenPassword()
  }

  func run(_ context: Context) async throws(CommandError) {
    let outcome = await RepositoryTest.outcome(of: address, settings)
    let words: String
    switch outcome {
    case .index(let charts, let versions, let bytes):
      words = "a repository of \(charts) charts in \(versions) versions, its index has \(bytes) bytes"
    case .registry: words = "a registry answers there; which charts it has is not asked"
    case .problem(let problem): words = problem.english
    }
    // The address may contain a password.
    let address = MaskedText(address).text
    let isThere = if case .problem = outcome { false } else { true }
    if output.isStructured {
      let fields: Mapping = ["address": .string(address), "isThere": .bool(isThere), "text": .string(words)]
      context.outlet.printExactly(try output.text(.ksxDocument("RepositoryTest", fields)))
      if !isThere { throw .verdict(1) }
    } else {
      guard isThere else { throw CommandError("\(address): \(words)") }
      context.outlet.print("\(address): \(words)")
    }
  }
}
