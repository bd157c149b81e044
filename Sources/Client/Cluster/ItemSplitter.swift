import Manifest

/// Extracts the items from a JSON list while it arrives in arbitrary chunks.
///
/// The whole list is never held in memory: each item is passed on as soon as it is complete, and the rest of
/// the document is kept as `remainder`. Only quotes and brackets are checked here; the JSON parser finds the
/// errors inside an item.
struct ItemSplitter {
  /// The top-level fields that contain the items.
  var fields = ["items"]
  /// The document without its items.
  private(set) var remainder: [UInt8] = []
  private var item: [UInt8] = []
  private var state = State.around
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  /// Where the last top-level key is in `remainder`.
  private var key = 0..<0

  private enum State { case around, betweenItems, inItem }

  /// The number of buffered bytes.
  var count: Int { remainder.count + item.count }

  /// Calls `each` for every item that `chunk` completes.
  mutating func add<Failure: Error>(
    _ chunk: UnsafeBufferPointer<UInt8>, each: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var index = 0
    while index < chunk.count {
      switch state {
      case .around: index = passAround(chunk, from: index)
      case .betweenItems: index = passBetween(chunk, from: index)
      case .inItem:
        let start = index
        index = passItem(chunk, from: index)
        let part = UnsafeBufferPointer(rebasing: chunk[start..<index])
        if state == .inItem {
          item += part
        } else {
          try emit(part, each)
        }
      }
    }
  }

  private mutating func emit<Failure: Error>(
    _ part: UnsafeBufferPointer<UInt8>, _ each: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    // An item within one chunk is passed on without a copy.
    guard !item.isEmpty else { return try each(part) }
    item += part
    let whole = item
    item.removeAll(keepingCapacity: true)
    try whole.withUnsafeBufferPointer { buffer in Result { () throws(Failure) in try each(buffer) } }.get()
  }

  /// Copies bytes to the remainder until the items begin.
  private mutating func passAround(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < chunk.count, state == .around {
      let byte = chunk[index]
      index += 1
      remainder.append(byte)
      if isInString { readString(byte) } else { readStructure(byte) }
    }
    return index
  }

  private mutating func readString(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isInString = false
      if depth == 1 { key = key.lowerBound..<(remainder.count - 1) }
    }
  }

  private mutating func readStructure(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""):
      isInString = true
      if depth == 1 { key = remainder.count..<remainder.count }
    case UInt8(ascii: "[") where depth == 1 && isOfItems: state = .betweenItems
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    default: break
    }
  }

  private var isOfItems: Bool { fields.contains { remainder[key].elementsEqual($0.utf8) } }

  private mutating func passBetween(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < chunk.count {
      switch chunk[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        state = .inItem
        depth = 0
        return index
      case UInt8(ascii: ","), UInt8(ascii: " "), 9, 10, 13: index += 1
      default:
        // The end of the items, or a value that is not an object: then the remainder is invalid JSON.
        remainder.append(chunk[index])
        state = .around
        depth = 1
        key = 0..<0
        return index + 1
      }
    }
    return index
  }

  /// Skips an item, or the part of it that is in the chunk.
  private mutating func passItem(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < chunk.count {
      if isInString {
        index = passString(chunk, from: index)
        continue
      }
      switch chunk[index] {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          state = .betweenItems
          return index + 1
        }
      default: break
      }
      index += 1
    }
    return index
  }

  private mutating func passString(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < chunk.count {
      if isEscaped {
        isEscaped = false
        index += 1
        continue
      }
      index = ByteScan.endOfPlainText(chunk, from: index)
      guard index < chunk.count else { return index }
      isEscaped = chunk[index] == UInt8(ascii: "\\")
      isInString = chunk[index] != UInt8(ascii: "\"")
      index += 1
      if !isInString { return index }
    }
    return index
  }
}
