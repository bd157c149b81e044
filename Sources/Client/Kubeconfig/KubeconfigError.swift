package import Platform

/// Why the kubeconfig or the options cannot be used: the place, the problem and the remedy.
package struct KubeconfigError: ErrorInWords, Hashable {
  package var file: String?
  package var line: Int?
  package var problem: Sentence
  /// What the user can do, as a sentence.
  package var remedy: Sentence

  package init(file: String? = nil, line: Int? = nil, problem: Sentence, remedy: Sentence = "") {
    self.file = file.map { Excerpt.shortened($0, to: 1000) }
    self.line = line
    // Both may quote names and values of the file.
    self.problem = problem.changingTexts { Excerpt.shortened($0, to: 1000) }
    self.remedy = remedy.changingTexts { Excerpt.shortened($0, to: 1000) }
  }

  package var sentence: Sentence {
    let location = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
    let placed: Sentence = location.isEmpty ? problem : "\(location): \(problem)"
    return remedy.isEmpty ? placed : "\(placed). \(remedy)"
  }
}
