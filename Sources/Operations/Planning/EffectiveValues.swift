package import Manifest
package import Packages
package import Platform

/// The values that a chart is given: its defaults, merged with a config, and for each member cluster with an override
/// too.
///
/// As helm does it, mappings are merged, everything else is replaced, and `null` removes a default.
package struct EffectiveValues: Hashable, Sendable {
  /// Where a value is from.
  package enum Origin: Hashable, Sendable {
    case chart
    case config
    /// The override of this cluster.
    case cluster(String)

    package var word: String {
      switch self {
      case .chart: "chart"
      case .config: "config"
      case .cluster(let name): "cluster \(name)"
      }
    }
  }

  /// A key that has no keys below it, with its value.
  package struct Entry: Hashable, Sendable {
    package var path: [String]
    package var value: Value
    package var origin: Origin

    /// The value with its secrets masked.
    package var shown: Value { SecretKeys.masked(value, at: path) }

    /// `receiver.port`; a key with a dot in it is quoted.
    package var key: String {
      path.map { $0.contains(".") ? "\"\($0)\"" : $0 }.joined(separator: ".")
    }
  }

  /// In the order of the chart's defaults, then of the config.
  package private(set) var entries: [Entry] = []
  /// Keys that are set and that the chart's defaults do not have, or have with another type.
  package private(set) var valueWarnings: [ValueWarning] = []
  private var noted: Set<ValueWarning> = []

  /// A key that may be set by mistake.
  package struct ValueWarning: Hashable, Sendable {
    package var path: [String]
    package var sentence: Sentence

    /// `sentence` in English.
    package var text: String { sentence.english }
  }

  package init(defaults: Value, config: Value, overrides: [String: Value] = [:]) {
    merge(defaults, config, at: [])
    for (cluster, override) in overrides.sorted(by: { $0.key < $1.key }) {
      for entry in Self.leaves(override, [], .cluster(cluster)) { entries.append(entry) }
      compare(override, with: defaults, at: [])
    }
    compare(config, with: defaults, at: [])
  }

  /// The values that do not come from the chart.
  package var overridden: [Entry] { entries.filter { $0.origin != .chart } }

  private mutating func merge(_ defaults: Value, _ config: Value?, at path: [String]) {
    guard let mapping = defaults.mapping, !mapping.isEmpty || config?.mapping != nil,
      config == nil || config?.mapping != nil
    else {
      // The config may replace a whole mapping with another type of value.
      if let config, config != .null { return entries += Self.leaves(config, path, .config) }
      if config == nil { entries.append(Entry(path: path, value: defaults, origin: .chart)) }
      return
    }
    let (known, set) = (mapping.byKey, config?.mapping?.byKey ?? [:])
    for pair in mapping.pairs { merge(pair.value, set[pair.key], at: path + [pair.key]) }
    for pair in config?.mapping?.pairs ?? [] where known[pair.key] == nil && pair.value != .null {
      entries += Self.leaves(pair.value, path + [pair.key], .config)
    }
  }

  private static func leaves(_ value: Value, _ path: [String], _ origin: Origin) -> [Entry] {
    guard let mapping = value.mapping, !mapping.isEmpty else {
      return path.isEmpty ? [] : [Entry(path: path, value: value, origin: origin)]
    }
    return mapping.pairs.flatMap { leaves($0.value, path + [$0.key], origin) }
  }

  /// Keys that the executor and helm read even if the chart's defaults do not have them.
  private static let general: Set<String> = ["global", "tags"]

  private mutating func compare(_ set: Value, with defaults: Value, at path: [String]) {
    guard let mapping = set.mapping else { return }
    guard let names = defaults.mapping, !names.isEmpty else { return }
    let known = names.byKey
    for pair in mapping.pairs where pair.value != .null {
      let entry = Entry(path: path + [pair.key], value: pair.value, origin: .config)
      guard let value = known[pair.key] else {
        if path.isEmpty, Self.general.contains(pair.key) { continue }
        note(entry.path, "\(entry.key) is none of the chart's values\(hint(for: pair.key, among: names))")
        continue
      }
      if let (own, other) = Self.clash(pair.value, value) {
        note(entry.path, "\(entry.key) is \(own), and \(other) in the chart's defaults")
        continue
      }
      compare(pair.value, with: value, at: entry.path)
    }
  }

  private mutating func note(_ path: [String], _ sentence: Sentence) {
    let concern = ValueWarning(path: path, sentence: sentence)
    if noted.insert(concern).inserted { valueWarnings.append(concern) }
  }

  /// A suggestion of the key that was meant.
  ///
  /// With many unknown keys, typing errors are not the reason, so none is made.
  private func hint(for key: String, among names: Mapping) -> Sentence {
    valueWarnings.count < 50 ? suggestionSentence(for: key, among: names.keys) : ""
  }

  private static func clash(_ set: Value, _ known: Value) -> (Sentence, Sentence)? {
    let (own, other) = (word(set), word(known))
    return known == .null || own == other ? nil : (own, other)
  }

  private static func word(_ value: Value) -> Sentence {
    switch value {
    case .null: "nothing"
    case .bool: "true or false"
    case .integer, .number: "a number"
    case .string: "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension Package {
  /// The defaults of this chart and, below their names, those of its subcharts, merged as helm does it.
  package var defaults: Value {
    let own = (try? YAML.parse(values)) ?? .mapping([:])
    var all: Value = .mapping([:])
    for (name, part) in parts { all = all.setting([name], to: part.defaults) }
    return Self.merged(own, over: all)
  }

  /// The subcharts in `charts/`, by the name of the key that has their values.
  private var parts: [(String, Package)] {
    var folders: [String: [String: [UInt8]]] = [:]
    var found: [(String, Package)] = []
    for (path, bytes) in files where path.hasPrefix("charts/") {
      let rest = path.dropFirst("charts/".count)
      if let slash = rest.firstIndex(of: "/") {
        folders[String(rest[..<slash]), default: [:]][String(rest[rest.index(after: slash)...])] = bytes
      } else if rest.hasSuffix(".tgz"), let part = try? Package(archive: bytes), let name = try? part.chart().name {
        found.append((alias(of: name), part))
      }
    }
    found += folders.map { (alias(of: $0.key), Package(files: $0.value)) }
    return found.sorted { $0.0 < $1.0 }
  }

  private func alias(of name: String) -> String {
    let entry = (try? chart())?.dependencies.first { $0["name"]?.string == name }
    return entry?["alias"]?.string ?? name
  }

  private static func merged(_ own: Value, over base: Value) -> Value {
    guard let over = own.mapping, var result = base.mapping else { return own == .null ? base : own }
    var indices = Dictionary(
      result.pairs.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    for pair in over.pairs {
      if let index = indices[pair.key] {
        result.pairs[index].value = merged(pair.value, over: result.pairs[index].value)
      } else {
        indices[pair.key] = result.pairs.count
        result.pairs.append(pair)
      }
    }
    return .mapping(result)
  }
}
