package import Manifest
import Platform

/// An object that a template would create, as far as that is known without rendering.
///
/// Lines with nothing but actions (`{{…}}`) are dropped, and other actions are replaced by a placeholder; documents
/// that are not YAML after that are left out.
package struct TemplateSketch: Hashable, Sendable {
  /// The template's path in the package.
  package let file: String
  /// The object.
  package let value: Value

  /// The objects in the template `text` of `file`, in a release called `release`.
  package static func all(_ text: String, file: String, release: String) -> [TemplateSketch] {
    let documents = withoutActions(text, release: release).lines.split { $0.hasPrefix("---") }
    return documents.compactMap { lines in
      guard let value = try? YAML.parse(lines.joined(separator: "\n")), value["kind"]?.string != nil else { return nil }
      return TemplateSketch(file: file, value: value)
    }
  }

  /// `text` with placeholders for its actions; lines with nothing but actions are dropped.
  static func withoutActions(_ text: String, release: String) -> String {
    var result: [String] = []
    var isInside = false
    for line in text.lines {
      let (rest, hadAction) = withoutActions(line[...], release, &isInside)
      let isEmpty = rest.allSatisfy { $0.isWhitespace }
      if !hadAction || !isEmpty { result.append(rest) }
    }
    return result.joined(separator: "\n")
  }

  private static func withoutActions(
    _ line: Substring, _ release: String, _ isInside: inout Bool
  ) -> (rest: String, hadAction: Bool) {
    var (rest, result, hadAction) = (line, "", isInside)
    let isAlone = stripped(line, isInside).allSatisfy { $0.isWhitespace }
    while true {
      if isInside {
        guard let end = rest.rangeOfText("}}") else { return (result, true) }
        rest = rest[end.upperBound...]
        isInside = false
      }
      guard let start = rest.rangeOfText("{{") else { return (result + rest, hadAction) }
      hadAction = true
      result += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      isInside = true
      if !isAlone { result += word(rest, release) }
    }
  }

  /// The parts of `line` outside of actions.
  private static func stripped(_ line: Substring, _ isInside: Bool) -> String {
    var (rest, result, isInside) = (line, "", isInside)
    while true {
      guard let mark = rest.rangeOfText(isInside ? "}}" : "{{") else { return isInside ? result : result + rest }
      if !isInside { result += rest[..<mark.lowerBound] }
      rest = rest[mark.upperBound...]
      isInside.toggle()
    }
  }

  /// The placeholder for the action at the start of `text`: the name of the release, or dots.
  private static func word(_ text: Substring, _ release: String) -> String {
    let action = text.prefix(upTo: text.rangeOfText("}}")?.lowerBound ?? text.endIndex)
    return action.containsText(".Release.Name") && !action.containsText(".Release.Namespace") ? release : "…"
  }
}

extension Package {
  /// The objects of the package's own templates in a release called `release`, in the order of the files.
  package func sketches(release: String) -> [TemplateSketch] {
    files.keys.filter { $0.hasPrefix("templates/") && ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) }.sorted()
      .flatMap { TemplateSketch.all(text($0) ?? "", file: $0, release: release) }
  }
}

extension TemplateSketch {
  package var kind: String { Chart.text(value["kind"]) }
  /// The name of the object, with dots for what is known only after rendering.
  package var name: String { Chart.text(value[path: "metadata", "name"]) }

  /// Whether it is a test of the chart, which `helm test` and `ksx test` run.
  package var isTest: Bool { HookAnnotation(Chart.text(value[path: "metadata", "annotations", "helm.sh/hook"])).isTest }

  /// Whether it is a role template, which describes what users may be granted (docs/KUBESPHERE.md: Role templates).
  package var isRoleTemplate: Bool {
    kind == "RoleTemplate" && Chart.text(value["apiVersion"]).hasPrefix("iam.kubesphere.io/")
  }

  /// A role template in one line: its name, title, scope and rules.
  package var grant: String {
    let labels = value[path: "metadata", "labels"]
    let title = Localized(value[path: "spec", "displayName"]).text(in: "en")
    let scope = Chart.text(labels?["iam.kubesphere.io/scope"])
    let rules = (value[path: "spec", "rules"] ?? value[path: "spec", "role", "rules"] ?? value["rules"])?.sequence ?? []
    let head = [name, title.isEmpty ? "" : "(\(title))", scope.isEmpty ? "" : "in \(scope)"]
    let words = rules.map(Self.rule).joined(separator: "; ")
    return head.filter { !$0.isEmpty }.joined(separator: " ") + (words.isEmpty ? "" : ": \(words)")
  }

  /// `get, list pipelines of devops.kubesphere.io`.
  private static func rule(_ value: Value) -> String {
    func list(_ key: String) -> [String] { value[key]?.sequence?.map { Chart.text($0) } ?? [] }
    let groups = list("apiGroups").map { $0.isEmpty ? "core" : $0 }
    let what = (list("resources") + list("nonResourceURLs")).joined(separator: ", ")
    return list("verbs").joined(separator: ", ") + " \(what)"
      + (groups.isEmpty ? "" : " of \(groups.joined(separator: ", "))")
  }
}
