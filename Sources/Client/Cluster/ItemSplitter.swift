import Manifest

/// Takes the items out of a list while it arrives, in chunks cut anywhere.
///
/// The list itself is never held: an item is handed over as soon as it is complete, and what
/// stands around the items is kept as a small document of its own. Nothing is checked here beyond
/// quotes and brackets; the parser of the items finds the mistakes in them.
struct ItemSplitter {
  /// The fields, of the document itself, that hold the items.
  var fields = ["items"]
  /// The document with its items left out.
  private(set) var remainder: [UInt8] = []
  private var item: [UInt8] = []
  private var place = Place.around
  private var depth = 0
  private var isInString = false
  private var isEscaped = false
  private var key = 0..<0

  private enum Place { case around, betweenItems, inItem }

  /// Bytes held at the moment.
  var count: Int { remainder.count + item.count }

  /// Hands over every item that `chunk` completes.
  mutating func add<Failure: Error>(
    _ chunk: UnsafeBufferPointer<UInt8>, each: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    var at = 0
    while at < chunk.count {
      switch place {
      case .around: at = passAround(chunk, from: at)
      case .betweenItems: at = passBetween(chunk, from: at)
      case .inItem:
        let start = at
        at = passItem(chunk, from: at)
        let part = UnsafeBufferPointer(rebasing: chunk[start..<at])
        if place == .inItem {
          item += part
        } else {
          try hand(over: part, each)
        }
      }
    }
  }

  private mutating func hand<Failure: Error>(
    over part: UnsafeBufferPointer<UInt8>, _ each: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    // An item that lies in one chunk is read where it lies.
    guard !item.isEmpty else { return try each(part) }
    item += part
    let whole = item
    item.removeAll(keepingCapacity: true)
    try whole.withUnsafeBufferPointer { buffer in Result { () throws(Failure) in try each(buffer) } }.get()
  }

  /// Copies what is not an item, until the items begin.
  private mutating func passAround(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < chunk.count, place == .around {
      let byte = chunk[at]
      at += 1
      remainder.append(byte)
      if isInString { readString(byte) } else { readStructure(byte) }
    }
    return at
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
    case UInt8(ascii: "[") where depth == 1 && isOfItems: place = .betweenItems
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    default: break
    }
  }

  private var isOfItems: Bool { fields.contains { remainder[key].elementsEqual($0.utf8) } }

  private mutating func passBetween(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < chunk.count {
      switch chunk[at] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        place = .inItem
        depth = 0
        return at
      case UInt8(ascii: ","), UInt8(ascii: " "), 9, 10, 13: at += 1
      default:
        // The end, or something that is not an object: the remainder is then no JSON, which is noticed.
        remainder.append(chunk[at])
        place = .around
        depth = 1
        key = 0..<0
        return at + 1
      }
    }
    return at
  }

  /// Passes over an item, or what there is of it.
  private mutating func passItem(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < chunk.count {
      if isInString {
        at = passString(chunk, from: at)
        continue
      }
      switch chunk[at] {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 {
          place = .betweenItems
          return at + 1
        }
      default: break
      }
      at += 1
    }
    return at
  }

  private mutating func passString(_ chunk: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var at = start
    while at < chunk.count {
      if isEscaped {
        isEscaped = false
        at += 1
        continue
      }
      at = ByteScan.endOfPlainText(chunk, from: at)
      guard at < chunk.count else { return at }
      isEscaped = chunk[at] == UInt8(ascii: "\\")
      isInString = chunk[at] != UInt8(ascii: "\"")
      at += 1
      if !isInString { return at }
    }
    return at
  }
}
