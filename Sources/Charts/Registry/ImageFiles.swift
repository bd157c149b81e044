import Glibc
import Packages
import Platform

/// The files of an image that lie below some folders of it, layer upon layer.
///
/// Their bytes wait in numbered files until all layers have been read: a later one may take away what an earlier one has.
/// Confined to the task that pulls the image.
final class ImageFiles {
  private let root: String
  /// The folders that are wanted, as paths without a slash at either end.
  private let wanted: [String]
  /// The numbers of files by their paths.
  private var files: [String: Int] = [:]
  private var layer: [String: Int] = [:]
  private var removed: Set<String> = []
  private var emptied: Set<String> = []
  private var open: WrittenFile?
  private var last = 0
  private var bytes = 0

  /// What charts may have in all.
  private static let mostBytes = 2 << 30
  private static let mostFiles = 200_000

  init(_ root: String, below folders: [String]) {
    self.root = root
    wanted = folders
  }

  func beginLayer() { (layer, removed, emptied) = ([:], [], []) }

  /// What a layer says is gone goes from those below it, never from itself.
  func endLayer() {
    if !removed.isEmpty || !emptied.isEmpty {
      files = files.filter { file in
        !Self.ancestors(of: file.key).contains { removed.contains($0) }
          && !Self.ancestors(of: file.key).dropFirst().contains { emptied.contains($0) }
      }
    }
    files.merge(layer) { $1 }
  }

  func begin(_ member: TarStream.Member) throws(RepositoryError) {
    open = nil
    guard let path = TarStream.plainPath(member.path), isWanted(path) else { return }
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let folder = Files.parent(of: path) ?? ""
    if name == ".wh..wh..opq" {
      emptied.insert(folder)
    } else if name.hasPrefix(".wh.") {
      removed.insert((folder.isEmpty ? "" : folder + "/") + name.dropFirst(4))
    } else if member.type == "0" {
      last += 1
      guard last <= Self.mostFiles else {
        throw RepositoryError("the image has more than \(Self.mostFiles) files of charts")
      }
      layer[path] = last
      open = try WrittenFile(place(last))
    } else if member.type == "1", let other = TarStream.plainPath(member.link) {
      layer[path] = layer[other] ?? files[other]
    } else if member.type != "5" {
      // A symbolic link may lead anywhere, and is left out.
      removed.insert(path)
    }
  }

  func add(_ content: ArraySlice<UInt8>) throws(RepositoryError) {
    guard let open else { return }
    bytes += content.count
    guard bytes <= Self.mostBytes else {
      throw RepositoryError("the image has more than \(Self.mostBytes) bytes of charts")
    }
    try open.write(Array(content))
  }

  func end() { open = nil }

  private func place(_ number: Int) -> String { "\(root)/\(number)" }

  private func isWanted(_ path: String) -> Bool {
    wanted.contains { folder in
      path == folder || path.hasPrefix(folder + "/") || Self.ancestors(of: folder).contains(Self.withoutMark(path))
    }
  }

  /// The path that a whiteout is about.
  private static func withoutMark(_ path: String) -> String {
    let folder = Files.parent(of: path) ?? ""
    let name = path.split(separator: "/").last ?? ""
    if name == ".wh..wh..opq" { return folder }
    guard name.hasPrefix(".wh.") else { return "" }
    return (folder.isEmpty ? "" : folder + "/") + name.dropFirst(4)
  }

  /// The path itself and the folders it lies in.
  private static func ancestors(of path: String) -> [String] {
    var result = [path]
    while let parent = Files.parent(of: result[result.count - 1]) { result.append(parent) }
    return result
  }

  /// Gives the files their names; the folder that the charts lie in.
  func layOut() throws(RepositoryError) -> String {
    for folder in wanted {
      let mine = files.filter { $0.key.hasPrefix(folder + "/") }
      if mine.isEmpty { continue }
      let target = root + "/tree"
      do {
        try Files.makeDirectory(target)
        for (path, number) in mine.sorted(by: { $0.key < $1.key }) {
          let place = target + "/" + path.dropFirst(folder.utf8.count + 1)
          try Files.makeDirectory(Files.parent(of: place) ?? target)
          // Two names may be those of one file.
          guard link(self.place(number), place) == 0 else { throw SystemError("writing \(place)") }
        }
      } catch {
        throw RepositoryError("\(error)")
      }
      return target
    }
    throw RepositoryError("the image has no files below " + wanted.map { "/" + $0 }.joined(separator: " or "))
  }
}
