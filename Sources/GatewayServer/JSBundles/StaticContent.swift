import HTTP
import Packages
import Platform

/// Bytes that are served as stored: with an entity tag, in ranges, and with their compression (RFC 9110 §13, §14).
struct StaticContent: Hashable, Sendable {
  let bytes: [UInt8]
  /// The value of `ETag`.
  let tag: String
  /// The unpacked content of gzip `bytes`, for clients that do not accept gzip; `nil` if `bytes` are not gzip, or
  /// unpack to too much.
  private let plain: [UInt8]?

  /// Bytes of unpacked content.
  private static let longestPlain = 8 << 20

  private let isBrotli: Bool

  init(_ bytes: [UInt8], isBrotli: Bool = false) {
    self.bytes = bytes
    self.isBrotli = isBrotli
    tag = "\"" + SHA256.hex(bytes).prefix(32) + "\""
    plain = bytes.starts(with: Self.gzip) ? try? Gzip.unpack(bytes, limit: Self.longestPlain) : nil
  }

  private static let gzip: [UInt8] = [0x1F, 0x8B]

  /// The content coding of the bytes; `nil` if they are not compressed.
  private var encoding: String? {
    if isBrotli { return "br" }
    return bytes.starts(with: Self.gzip) ? "gzip" : nil
  }

  /// Bytes of memory that the content takes.
  var size: Int { bytes.count + (plain?.count ?? 0) }

  func response(to request: HTTPRequest, type: String) -> HTTPResponse {
    var headers: HTTPHeaders = [
      "Content-Type": type, "ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
    ]
    if encoding != nil { headers.add("Vary", "Accept-Encoding") }
    if let tags = request.headers["If-None-Match"], isNamed(in: tags) {
      return HTTPResponse(status: 304, headers: headers, bytes: [])
    }
    if let encoding {
      if !accepts(encoding, request) {
        if isBrotli { return Self.unacceptable }
        // Content that unpacks to too much is sent compressed, with its Content-Encoding.
        if let plain { return whole(plain, headers) }
      }
      headers.add("Content-Encoding", encoding)
    }
    headers.add("Accept-Ranges", "bytes")
    guard let range = request.headers["Range"], request.method == .get, isCurrent(request.headers["If-Range"]),
      let wanted = ByteRange(range, of: bytes.count)
    else { return whole(headers) }
    return partial(wanted, headers)
  }

  /// The bytes of `wanted` (206), or that there are none (416).
  private func partial(_ wanted: ByteRange, _ headers: HTTPHeaders) -> HTTPResponse {
    var headers = headers
    guard let part = wanted.range else {
      headers.add("Content-Range", "bytes */\(bytes.count)")
      headers.add("Content-Length", "0")
      return HTTPResponse(status: 416, headers: headers, bytes: [])
    }
    headers.add("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count)")
    headers.add("Content-Length", String(part.count))
    return HTTPResponse(status: 206, headers: headers, bytes: Array(bytes[part]))
  }

  private func whole(_ headers: HTTPHeaders) -> HTTPResponse {
    var headers = headers
    headers.add("Content-Length", String(bytes.count))
    return HTTPResponse(status: 200, headers: headers, bytes: bytes)
  }

  private func whole(_ plain: [UInt8], _ headers: HTTPHeaders) -> HTTPResponse {
    var headers = headers
    // Another representation has another entity tag.
    headers["ETag"] = tag.dropLast() + "-plain\""
    headers.add("Content-Length", String(plain.count))
    return HTTPResponse(status: 200, headers: headers, bytes: plain)
  }

  private func isNamed(in tags: String) -> Bool {
    tags.split(separator: ",").contains { item in
      let name = item.drop { $0 == " " }.replacingPrefix("W/")
      return name.hasPrefix("*") || name.hasPrefix(tag) || name.hasPrefix(tag.dropLast() + "-plain\"")
    }
  }

  private func isCurrent(_ condition: String?) -> Bool { condition == nil || condition == tag }

  /// The gateway cannot unpack brotli, and browsers accept it only over TLS.
  private static let unacceptable = HTTPResponse.plain(
    406, "the file is stored packed with br, which the client does not take")

  private func accepts(_ encoding: String, _ request: HTTPRequest) -> Bool {
    (request.headers["Accept-Encoding"] ?? "").split(separator: ",").contains { item in
      let words = item.filter { $0 != " " }.split(separator: ";")
      guard let name = words.first?.lowercased(), name == encoding || name == "*" else { return false }
      return !words.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
    }
  }
}

/// A single byte range of a request; a request for several ranges gets the whole content.
struct ByteRange: Hashable, Sendable {
  /// `nil` if the content has none of these bytes.
  let range: Range<Int>?

  /// `nil` if `text` is not a single byte range; the field is then ignored.
  init?(_ text: String, of count: Int) {
    guard text.hasPrefix("bytes=") else { return nil }
    let sides = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, sides.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else { return nil }
    let (first, last) = (Int(sides[0]), Int(sides[1]))
    switch (first, last) {
    case (let first?, _) where !sides[1].isEmpty && last == nil || first >= count:
      range = first < count ? first..<count : nil
    case (let first?, let last?):
      guard first <= last else { return nil }
      range = first..<min(last, count - 1) + 1
    case (let first?, nil): range = first..<count
    case (nil, let length?): range = length > 0 && count > 0 ? max(0, count - length)..<count : nil
    case (nil, nil): return nil
    }
  }
}

extension Substring {
  fileprivate func replacingPrefix(_ prefix: String) -> Substring { hasPrefix(prefix) ? dropFirst(prefix.count) : self }
}
