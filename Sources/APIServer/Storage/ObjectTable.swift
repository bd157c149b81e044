/// The objects of one resource in the order of their keys.
struct ObjectTable: Sendable {
  private(set) var keys: [ObjectKey] = []
  private var objects: [ObjectKey: StoredObject] = [:]

  init() {}

  init(_ all: [StoredObject]) {
    objects = Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    keys = objects.keys.sorted()
  }

  subscript(key: ObjectKey) -> StoredObject? {
    get { objects[key] }
    set {
      let old = objects.updateValue(newValue, forKey: key)
      switch (old, newValue) {
      case (nil, .some): keys.insert(key, at: firstIndex(after: key))
      case (.some, nil): keys.remove(at: firstIndex(after: key) - 1)
      default: break
      }
    }
  }

  /// The objects after `key` in order, or all of them.
  func objects(after key: ObjectKey? = nil) -> [StoredObject] {
    keys[(key.map(firstIndex) ?? 0)...].compactMap { objects[$0] }
  }

  /// Whether `namespace` has objects, found without a search of the others.
  func hasObjects(in namespace: String) -> Bool {
    let index = firstIndex(after: ObjectKey(namespace: namespace, name: ""))
    return index < keys.count && keys[index].namespace == namespace
  }

  /// The objects after `key`, in order, that are in `namespace` and called `name`, if these are given; other namespaces
  /// are not searched.
  func objects(in namespace: String?, called name: String? = nil, after key: ObjectKey? = nil) -> [StoredObject] {
    if let namespace, let name {
      let only = ObjectKey(namespace: namespace, name: name)
      return key.map { $0 < only } ?? true ? [objects[only]].compactMap(\.self) : []
    }
    let first = namespace.map { ObjectKey(namespace: $0, name: "") }
    let start = [first, key].compactMap(\.self).max().map(firstIndex) ?? 0
    return keys[start...].prefix { namespace == nil || $0.namespace == namespace }
      .lazy.filter { name == nil || $0.name == name }.compactMap { objects[$0] }
  }

  private func firstIndex(after key: ObjectKey) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if key < keys[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Dictionary {
  /// Sets or, with `nil`, removes the value of `key`; returns the previous value.
  fileprivate mutating func updateValue(_ value: Value?, forKey key: Key) -> Value? {
    guard let value else { return removeValue(forKey: key) }
    return updateValue(value, forKey: key)
  }
}
