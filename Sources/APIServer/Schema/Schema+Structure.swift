extension Schema {
  /// Which parts of an object of this schema are merged, and which are replaced as a whole.
  var objectStructure: Structure {
    var fields = properties.mapValues(\.structure)
    for key in ["apiVersion", "kind", "metadata"] { fields[key] = nil }
    return .object(fields)
  }

  private var structure: Structure {
    guard !isAtomic, !isIntOrString else { return .whole }
    switch types.first {
    case .array: return listStructure
    case .object, nil: return mappingStructure
    default: return .whole
    }
  }

  private var listStructure: Structure {
    switch list {
    case .atomic: .whole
    case .set: .set
    case .map(let keys):
      .items(
        keys: keys.map { Structure.Key($0, defaultValue: items?.properties[$0]?.defaultValue) },
        items?.structure ?? .any)
    }
  }

  private var mappingStructure: Structure {
    if isEmbedded { return .object(properties.mapValues(\.structure)) }
    switch additional {
    case .values(let schema): return .map(schema.structure)
    case .anything: return .map(.any)
    case .nothing: return properties.isEmpty ? .any : .fields(properties.mapValues(\.structure))
    }
  }
}
