import Glibc
import Packages
import Platform

/// The files of an image in some of its folders, collected layer by layer.
///
/// Their bytes are stored in numbered files until all layers have been read, because a later layer may delete files of
/// an earlier one. Confined to the task that pulls the image.
final class ImageFiles {
  private let root: String
  /// The wanted folders, as the parts of their paths.
  private let wanted: [[String]]
  private let limits: Limits
  /// The result of the layers before the current one.
  private let tree = ImageTree()
  /// The members of the current layer, in order.
  private var entries: [(path: [String], entry: ImageTree.Entry)] = []
  /// The numbers of the current layer's files.
  private var numbers: [[String]: Int] = [:]
  /// The paths that the current layer deletes (whiteouts).
  private var removed: [[String]] = []
  /// The folders whose former contents the current layer deletes (opaque whiteouts).
  private var emptied: [[String]] = []
  private var open: WrittenFile?
  /// Files outside of the folders that hard links in the folders refer to.
  private let kept: Set<[String]>
  /// Links that were dropped: symbolic ones, which may lead anywhere, and hard links to missing files; at most
  /// `mostReported`.
  private var leftOut: [[String]] = []
  /// The same for the current layer.
  private var links: [[String]] = []
  /// Targets of hard links that were not kept; the layers must be read again to keep them.
  private(set) var unkeptLinkTargets: Set<String> = []
  private var (members, last, pathBytes, bytes) = (0, 0, 0, 0)

  /// Limits for charts and everything that layers say about them, including deletions.
  struct Limits {
    var bytes = 2 << 30
    var members = 200_000
    /// Bytes of their paths, which are held in memory.
    var pathBytes = 64 << 20
  }

  init(_ root: String, below folders: [String], linkTargets kept: Set<String> = [], limits: Limits = Limits()) {
    self.root = root
    self.limits = limits
    wanted = folders.map { $0.pathParts.map(String.init) }
    self.kept = Set(kept.map { $0.pathParts.map(String.init) })
  }

  func beginLayer() { (entries, numbers, removed, emptied, links) = ([], [:], [], [], []) }

  /// Applies the current layer; its deletions concern only the layers before it.
  func endLayer() {
    for path in removed { tree.put(.nothing, at: path) }
    for path in emptied { tree.empty(path) }
    if !leftOut.isEmpty { for path in removed + emptied { leftOut.removeAll { $0.starts(with: path) } } }
    for (path, entry) in entries { tree.put(entry, at: path) }
    leftOut += links.prefix(Self.mostReported - leftOut.count)
    beginLayer()
  }

  func begin(_ member: TarStream.Member) throws(RepositoryError) {
    open = nil
    guard let plain = TarStream.plainPath(member.path) else { return }
    let path = plain.pathParts.map(String.init)
    let (folder, name) = (Array(path.dropLast()), path[path.count - 1])
    let isMark = name.hasPrefix(".wh.")
    let subject = name == Self.opaqueWhiteout ? folder : isMark ? folder + [String(name.dropFirst(4))] : path
    guard isWanted(subject, withFolders: isMark) else { return }
    try count(plain)
    switch member.type {
    case _ where name == Self.opaqueWhiteout: emptied.append(folder)
    case _ where isMark: removed.append(subject)
    case "0": try beginFile(path)
    case "1": link(path, to: member.link)
    case "5": entries.append((path, .folder))
    // A symbolic link may lead anywhere, and is dropped.
    default:
      if member.type == "2" { links.append(path) }
      entries.append((path, .nothing))
    }
  }

  /// Dropped links that are remembered.
  private static let mostReported = 100

  /// The name of a member that deletes the former contents of its folder.
  private static let opaqueWhiteout = ".wh..wh..opq"

  private func count(_ path: String) throws(RepositoryError) {
    members += 1
    pathBytes += path.utf8.count
    guard members <= limits.members, pathBytes <= limits.pathBytes else {
      throw RepositoryError("the image has more than \(limits.members) files of charts, or too long names of them")
    }
  }

  private func beginFile(_ path: [String]) throws(RepositoryError) {
    last += 1
    (numbers[path], open) = (last, try WrittenFile(filePath(last)))
    entries.append((path, .file(last)))
  }

  private func link(_ path: [String], to target: String) {
    guard let other = TarStream.plainPath(target)?.pathParts.map(String.init) else { return }
    guard let number = numbers[other] ?? tree.number(at: other) else {
      if !isWanted(other, withFolders: false) { unkeptLinkTargets.insert(other.joined(separator: "/")) }
      return links.append(path)
    }
    numbers[path] = number
    entries.append((path, .file(number)))
  }

  func add(_ content: ArraySlice<UInt8>) throws(RepositoryError) {
    guard let open else { return }
    bytes += content.count
    guard bytes <= limits.bytes else {
      throw RepositoryError("the image has more than \(limits.bytes) bytes of charts")
    }
    try open.write(Array(content))
  }

  func end() { open = nil }

  private func filePath(_ number: Int) -> String { "\(root)/\(number)" }

  /// Whether the path is in a wanted folder or, `withFolders`, a wanted folder is in it.
  private func isWanted(_ path: [String], withFolders: Bool) -> Bool {
    kept.contains(path) || wanted.contains { path.starts(with: $0) || withFolders && $0.starts(with: path) }
  }

  /// A description of the dropped links that no later layer has replaced.
  var problems: [String] {
    let standing = leftOut.filter { tree.number(at: $0) == nil }.map { "/" + $0.joined(separator: "/") }
    guard let first = standing.first else { return [] }
    let more = standing.count > 1 ? " and \(standing.count - 1) more" : ""
    return ["\(Excerpt.shortened(first))\(more): links are left out, for they may lead anywhere"]
  }

  /// Gives the files their names in a new folder, and returns that.
  func extract() throws(RepositoryError) -> String {
    for folder in wanted {
      let files = tree.files(below: folder)
      if files.isEmpty { continue }
      let target = root + "/tree"
      do {
        try Files.makeDirectory(target)
        for (path, number) in files {
          let linkPath = target + "/" + path
          try Files.makeDirectory(Files.parent(of: linkPath) ?? target)
          // A link, and not a move, because one file may have two names.
          guard Glibc.link(filePath(number), linkPath) == 0 else { throw SystemError("writing \(linkPath)") }
        }
      } catch {
        throw RepositoryError("\(error)")
      }
      return target
    }
    let names = wanted.map { "/" + $0.joined(separator: "/") }
    let links =
      leftOut.isEmpty
      ? "" : "; links to elsewhere are left out, as \(Excerpt.shortened(leftOut[0].joined(separator: "/")))"
    throw RepositoryError("the image has no files below \(names.joined(separator: " or "))\(links)")
  }
}
