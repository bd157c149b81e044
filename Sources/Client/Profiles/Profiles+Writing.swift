import Manifest
package import Platform

extension Profiles {
  /// The text of the settings with `profile` added; all other text, comments included, is unchanged.
  ///
  /// The first profile becomes the current one. Throws if there is a profile of that name.
  package static func adding(
    _ profile: Profile, to text: String, file: String, environment: Environment = .current
  ) throws(ProfileError) -> String {
    let present = try Profiles(text, file: file, environment: environment)
    if present.all.contains(where: { $0.name == profile.name }) {
      throw ProfileError(
        file: Sentence(verbatim: file), problem: "there is a profile “\(profile.name)” already")
    }
    var lines = text.lines
    let ending = text.lineEnding
    if lines.last == "" { lines.removeLast() }
    let item = Self.lines(of: profile).map { $0 + ending }
    if let (index, indentation) = try firstItem(text, lines, file) {
      lines.insert(contentsOf: item.map { indentation + $0 }, at: index)
    } else {
      lines.removeAll { $0.hasPrefix("profiles:") }
      lines += (present.current == nil ? ["current: \(scalar(profile.name))\(ending)"] : []) + ["profiles:\(ending)"]
      lines += item.map { "  " + $0 }
    }
    let result = lines.joined(separator: "\n") + "\n"
    // A hand-written file may have an unforeseen form; such a file is not changed.
    let after = try? Profiles(result, file: file, environment: environment)
    guard let after, after.all.count == present.all.count + 1 else {
      throw ProfileError(
        file: Sentence(verbatim: file),
        problem: "the profile cannot be added here; add it by hand:\n\(item.joined(separator: "\n"))")
    }
    return result
  }

  /// The text of the settings with `name` as the current profile; all other text, comments included, is unchanged.
  package static func choosing(
    _ name: String, in text: String, file: String, environment: Environment = .current
  ) throws(ProfileError) -> String {
    let present = try Profiles(text, file: file, environment: environment)
    _ = try present.profile(name, file: file)
    var lines = text.lines
    let ending = text.lineEnding
    let line = "current: \(scalar(name))"
    // If a key occurs twice, the last one counts.
    if let index = lines.lastIndex(where: { YAML.isLine($0, of: "current") }) {
      let old = lines[index]
      lines[index] = line + (old.rangeOfText(" #").map { String(old[$0.lowerBound...]) } ?? ending)
    } else if let index = lines.firstIndex(where: { YAML.isLine($0, of: "profiles") }) {
      lines.insert(line + ending, at: index)
    }
    let result = lines.joined(separator: "\n")
    // A hand-written file may have an unforeseen form; such a file is not changed.
    let after = try? Profiles(result, file: file, environment: environment)
    guard let after, after.all == present.all, after.current == name else {
      throw ProfileError(
        file: Sentence(verbatim: file),
        problem: "the current profile cannot be set here; write it by hand: \(line)")
    }
    return result
  }

  /// The line of the first profile, from zero, and the blanks before its dash; `nil` if there is no profile.
  private static func firstItem(
    _ text: String, _ lines: [String], _ file: String
  ) throws(ProfileError) -> (Int, String)? {
    guard let list = (try? YAML.node(text))?["profiles"], case .sequence(let items) = list.content,
      let first = items.first
    else { return nil }
    let indentation = lines[first.line - 1].prefix { $0 == " " }
    guard lines[first.line - 1].dropFirst(indentation.count).hasPrefix("- ") else {
      throw ProfileError(
        file: Sentence(verbatim: file), line: first.line, column: first.column,
        problem: "profiles are not one to a line; add it by hand")
    }
    return (first.line - 1, String(indentation))
  }

  private static func lines(of profile: Profile) -> [String] {
    var lines = ["- name: \(scalar(profile.name))"]
    if let gateway = profile.gateway {
      lines.append("  gateway:")
      let fields = [
        ("url", gateway.url), ("cluster", gateway.cluster), ("user", gateway.user), ("token-file", gateway.tokenFile),
        ("certificate-authority", gateway.certificateAuthority),
      ]
      lines += fields.compactMap { name, value in value.map { "    \(name): \(scalar($0))" } }
      if gateway.isInsecure { lines.append("    insecure-skip-tls-verify: true") }
      if lines.last == "  gateway:" { lines[lines.count - 1] += " {}" }
    }
    if let kubernetes = profile.kubernetes {
      lines.append("  kubernetes:")
      let fields = [("kubeconfig", kubernetes.kubeconfig), ("context", kubernetes.context)]
      lines += fields.compactMap { name, value in value.map { "    \(name): \(scalar($0))" } }
      if lines.last == "  kubernetes:" { lines[lines.count - 1] += " {}" }
    }
    return lines
  }

  /// `text` as YAML on one line, quoted if necessary.
  private static func scalar(_ text: String) -> String {
    let line = YAML.text(.string(text)).trimmed()
    return line.contains { $0.isNewline } ? JSON.text(.string(text)) : line
  }
}
