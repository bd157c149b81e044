/// Why no cluster can be made of the settings: where it stands, what is wrong and what to do.
public struct KubeconfigError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String?
  public var line: Int?
  public var problem: String
  /// What the person can do, as a sentence.
  public var remedy: String

  public init(file: String? = nil, line: Int? = nil, problem: String, remedy: String = "") {
    self.file = file
    self.line = line
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    let place = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
    return (place.isEmpty ? "" : place + ": ") + problem + (remedy.isEmpty ? "" : ". " + remedy)
  }
}
