import Platform

/// Why the kubeconfig or the options cannot be used: the place, the problem and the remedy.
package struct KubeconfigError: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String?
  package var line: Int?
  package var problem: String
  /// What the user can do, as a sentence.
  package var remedy: String

  package init(file: String? = nil, line: Int? = nil, problem: String, remedy: String = "") {
    self.file = file.map { Excerpt.shortened($0, to: 1000) }
    self.line = line
    // Both may quote names and values of the file.
    self.problem = Excerpt.shortened(problem, to: 1000)
    self.remedy = Excerpt.shortened(remedy, to: 1000)
  }

  package var description: String {
    let location = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
    return (location.isEmpty ? "" : location + ": ") + problem + (remedy.isEmpty ? "" : ". " + remedy)
  }
}
