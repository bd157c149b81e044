import Manifest

/// Which writer owns which fields of an object: `metadata.managedFields`.
struct ManagedFields: Hashable, Sendable {
  var entries: [Entry] = []

  /// Entries of updates beyond this number are merged, the oldest first.
  private static let mostUpdates = 10

  struct Entry: Hashable, Sendable {
    var writer: Writer
    var time: String
    var fields: FieldSet
  }

  /// A manager and how it writes; each has one entry.
  struct Writer: Hashable, Sendable {
    enum Operation: String, Hashable, Sendable {
      case apply = "Apply"
      case update = "Update"
    }

    var manager: String
    var operation: Operation
    var apiVersion: String
    var subresource = ""

    /// Whether both share an entry; an applier has the same entry in every API version.
    func isSame(as other: Writer) -> Bool {
      manager == other.manager && operation == other.operation && subresource == other.subresource
        && (operation == .apply || apiVersion == other.apiVersion)
    }

    /// The writer as messages about conflicts name it.
    var description: String {
      JSON.text(.string(manager)) + (subresource.isEmpty ? "" : " with subresource \(JSON.text(.string(subresource)))")
        + (operation == .update ? " using \(apiVersion)" : "")
    }
  }

  subscript(writer: Writer) -> FieldSet? { entries.first { $0.writer.isSame(as: writer) }?.fields }

  /// All fields that have an owner.
  var all: FieldSet { entries.reduce(FieldSet()) { $0.union($1.fields) } }

  /// Gives `writer` exactly `fields`; the time changes only with them.
  mutating func set(_ fields: FieldSet, of writer: Writer, at time: String) {
    let index = entries.firstIndex { $0.writer.isSame(as: writer) }
    guard let index else {
      entries.append(Entry(writer: writer, time: time, fields: fields))
      return
    }
    guard entries[index].fields != fields || entries[index].writer != writer else { return }
    entries[index] = Entry(writer: writer, time: time, fields: fields)
  }

  /// Removes `fields` from every owner but `writer`.
  mutating func release(_ fields: FieldSet, except writer: Writer? = nil) {
    guard !fields.isEmpty else { return }
    for index in entries.indices where writer.map({ !entries[index].writer.isSame(as: $0) }) ?? true {
      entries[index].fields = entries[index].fields.subtracting(fields)
    }
  }

  /// Removes entries without fields, and merges the oldest updates beyond `mostUpdates`.
  mutating func tidy() {
    entries.removeAll(where: \.fields.isEmpty)
    while case let updates = entries.indices.filter({ isUpdate($0) }), updates.count > Self.mostUpdates {
      let oldest = updates.sorted { entries[$0].time < entries[$1].time }.prefix(2)
      let merged = oldest.map { entries[$0] }
      entries = entries.indices.filter { !oldest.contains($0) }.map { entries[$0] }
      var ancient = merged[0].writer
      ancient.manager = "ancient-changes"
      entries.append(
        Entry(writer: ancient, time: merged[1].time, fields: merged[0].fields.union(merged[1].fields)))
    }
    entries.sort { Self.order($0) < Self.order($1) }
  }

  private func isUpdate(_ index: Int) -> Bool {
    entries[index].writer.operation == .update && entries[index].writer.subresource.isEmpty
  }

  private static func order(_ entry: Entry) -> (String, String, String, String) {
    (entry.writer.operation.rawValue, entry.time, entry.writer.manager, entry.writer.apiVersion)
  }
}

extension ManagedFields {
  /// Reads `metadata.managedFields`; `nil` if there are none or one is malformed.
  init?(_ value: Value?) {
    guard let items = value?.sequence, !items.isEmpty else { return nil }
    for item in items {
      guard let entry = Entry(item) else { return nil }
      entries.append(entry)
    }
  }

  /// The entries as `metadata.managedFields`; `nil` if there are none.
  var value: Value? {
    guard !entries.isEmpty else { return nil }
    return .sequence(entries.map(\.value))
  }
}

extension ManagedFields.Entry {
  init?(_ value: Value) {
    guard let operation = value["operation"]?.string.flatMap(ManagedFields.Writer.Operation.init),
      value["fieldsType"]?.string == "FieldsV1", let fields = value["fieldsV1"].flatMap(FieldSet.init)
    else { return nil }
    writer = ManagedFields.Writer(
      manager: value["manager"]?.string ?? "", operation: operation, apiVersion: value["apiVersion"]?.string ?? "",
      subresource: value["subresource"]?.string ?? "")
    time = value["time"]?.string ?? ""
    self.fields = fields
  }

  var value: Value {
    var pairs: Mapping = [
      "manager": .string(writer.manager), "operation": .string(writer.operation.rawValue),
      "apiVersion": .string(writer.apiVersion),
    ]
    if !time.isEmpty { pairs["time"] = .string(time) }
    pairs["fieldsType"] = "FieldsV1"
    pairs["fieldsV1"] = fields.value
    if !writer.subresource.isEmpty { pairs["subresource"] = .string(writer.subresource) }
    return .mapping(pairs)
  }
}
