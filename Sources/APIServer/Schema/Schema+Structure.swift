extension Schema {
  /// Which parts of an object of this schema are merged, and which are replaced as a whole.
  var objectStructure: Structure {
    var fields = properties.mapValues(\.structure)
    // `Structure.object` supplies these.
    for key in ["apiVersion", "kind", "metadata"] { fields[key] = nil }
    return .object(fields)
  }

  private var structure: Structure {
    guard !isAtomic, !isIntOrString else { return .atomic }
    switch types.first {
    case .array: return listStructure
    case .object, nil: return mappingStructure
    default: return .atomic
    }
  }

  private var listStructure: Structure {
    switch listType {
    case .atomic: .atomic
    case .set: .set
    case .map(let keys):
      .items(
        keys: keys.map { Structure.Key($0, defaultValue: items?.properties[$0]?.defaultValue) },
        items?.structure ?? .untyped)
    }
  }

  private var mappingStructure: Structure {
    if isEmbedded { return .object(properties.mapValues(\.structure)) }
    switch additionalProperties {
    case .values(let schema): return .map(schema.structure)
    case .anything: return .map(.untyped)
    case .nothing: return properties.isEmpty ? .untyped : .fields(properties.mapValues(\.structure))
    }
  }
}
