import HTTP
import Platform
import TestSupport
import Testing

/// A request to a real gateway and what it answered, as a file in `exchanges/` has them.
///
/// ```
/// # what is asked for
/// > GET /path
/// > Name: value
/// > a body
///
/// HTTP/1.1 200 OK
/// Name: value
///
/// the answer's body, up to the next line with a number sign
/// ```
struct RecordedExchange: CustomTestStringConvertible, Sendable {
  /// Such as `21`, or `56.2` for the second of a file.
  var number: String
  var file: String
  var about = ""
  var request = HTTPRequest(.get, "/")
  var status = 0
  var headers = HTTPHeaders()
  var body = ""

  var testDescription: String { "\(number) \(about)" }

  /// Those of all files from `21` to `90`; none where there are no files.
  static let all: [RecordedExchange] = {
    let folder = TestData.exchanges.folder
    let names = ((try? Files.names(in: folder)) ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    return names.flatMap { name -> [RecordedExchange] in
      guard let number = Int(name.prefix(2)), (21...90).contains(number) else { return [] }
      // Some answers are not text; what is compared of them is.
      let bytes = (try? Files.read(folder + "/" + name)) ?? []
      return read(String(decoding: bytes, as: UTF8.self), file: name)
    }
  }()

  static func read(_ text: String, file: String) -> [RecordedExchange] {
    var found: [RecordedExchange] = []
    var about = ""
    var place = Place.before
    for line in text.replacingText("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#"), place != .headers {
        about = (place == .before && !about.isEmpty ? about + " " : "") + line.dropFirst().trimmed()
        place = .before
      } else if line.hasPrefix("> "), place != .headers {
        if place != .request { found.append(RecordedExchange(number: "", file: file, about: about)) }
        found[found.count - 1].take(line.dropFirst(2), isFirst: place != .request)
        place = .request
      } else if let last = found.indices.last {
        place = found[last].take(line, place)
      }
    }
    return numbered(found.filter { $0.status != 0 }, file)
  }

  private enum Place { case before, request, headers, body }

  private mutating func take(_ line: Substring, isFirst: Bool) {
    if isFirst {
      let words = line.split(separator: " ", maxSplits: 1)
      request.method = HTTPRequest.Method(rawValue: String(words[0])) ?? .options
      request.target = words.count > 1 ? String(words[1]) : "/"
      return
    }
    let name = line.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
    if line[name.endIndex...].hasPrefix(": "), !name.isEmpty {
      request.headers.add(String(name), String(line[name.endIndex...].dropFirst(2)))
    } else {
      request.body = Array(line.utf8)
    }
  }

  private mutating func take(_ line: Substring, _ place: Place) -> Place {
    switch place {
    case .request where line.hasPrefix("HTTP/1.1 "):
      status = Int(line.split(separator: " ")[1]) ?? 0
      return .headers
    case .headers where line.isEmpty: return .body
    case .headers:
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers.add(String(parts[0]), parts[1].trimmed()) }
    case .body: body += body.isEmpty ? line : "\n" + line
    case .before, .request: break
    }
    return place
  }

  private static func numbered(_ exchanges: [RecordedExchange], _ file: String) -> [RecordedExchange] {
    exchanges.enumerated().map { index, exchange in
      var exchange = exchange
      exchange.number = file.prefix(2) + (index == 0 ? "" : ".\(index + 1)")
      while exchange.body.hasSuffix("\n") { exchange.body.removeLast() }
      return exchange
    }
  }
}
