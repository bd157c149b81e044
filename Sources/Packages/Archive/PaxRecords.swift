/// The records of a pax header, which describe the next member of the archive or all members: lines of
/// `<length> <key>=<value>`, as Go's archive/tar reads them.
struct PaxRecords {
  /// In order; if a key is repeated, the last record applies.
  let all: [(key: String, value: String)]

  private static let flaw = PackageError.malformed("a header of its tar has records that cannot be read")

  init(_ content: [UInt8]) throws(PackageError) {
    var rest = content[...]
    var records: [(key: String, value: String)] = []
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length >= 5, length <= rest.count, space + 2 < rest.startIndex + length
      else { throw Self.flaw }
      let line = rest[(space + 1)..<(rest.startIndex + length)]
      guard line.last == UInt8(ascii: "\n"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
        throw Self.flaw
      }
      let key = String(decoding: line[..<equals], as: UTF8.self)
      let value = String(decoding: line[(equals + 1)...].dropLast(), as: UTF8.self)
      guard Self.isValid(key, value) else { throw Self.flaw }
      records.append((key, value))
      rest = rest.dropFirst(length)
    }
    all = records
  }

  private static func isValid(_ key: String, _ value: String) -> Bool {
    switch key {
    case "": false
    case "path", "linkpath", "uname", "gname": !value.utf8.contains(0)
    case "uid", "gid", "size": value.isEmpty || Int(value) != nil
    case "atime", "ctime", "mtime": value.isEmpty || isTime(value)
    default: !key.utf8.contains(0)
    }
  }

  private static func isTime(_ value: String) -> Bool {
    let parts = value.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, Int(String(decoding: first, as: UTF8.self)) != nil else { return false }
    return parts.dropFirst().allSatisfy { $0.allSatisfy { (48...57).contains($0) } }
  }

  /// The last value of `key`; `nil` if it is empty.
  subscript(key: String) -> String? {
    all.last { $0.key == key }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }
}
