/// A tree of folders and numbered files, in which a path is deleted without searching all files.
///
/// Confined to the task that pulls the image.
final class ImageTree {
  /// What a layer has at a path.
  enum Entry: Hashable {
    case file(Int)
    /// A folder; an existing one keeps its contents.
    case folder
    case nothing
  }

  private let top = Node()

  private final class Node {
    /// The number of a file; `nil` for a folder.
    var number: Int?
    var children: [String: Node] = [:]
  }

  /// Replaces what is at `path` by `entry`, and creates the folders above it.
  func put(_ entry: Entry, at path: [String]) {
    if case .nothing = entry {
      if let name = path.last { node(at: path.dropLast())?.children[name] = nil }
      return
    }
    var node = top
    for part in path {
      node.number = nil
      let next = node.children[part] ?? Node()
      node.children[part] = next
      node = next
    }
    node.number = nil
    guard case .file(let number) = entry else { return }
    (node.number, node.children) = (number, [:])
  }

  /// Removes everything from the folder at `path`.
  func empty(_ path: [String]) { node(at: path[...])?.children = [:] }

  /// The number of the file at `path`.
  func number(at path: [String]) -> Int? { node(at: path[...])?.number }

  /// The files in a folder and below it, with paths relative to it, sorted by path.
  func files(below folder: [String]) -> [(path: String, number: Int)] {
    var found: [(path: String, number: Int)] = []
    var waiting: [(path: String, node: Node)] = node(at: folder[...]).map { [("", $0)] } ?? []
    while let (path, node) = waiting.popLast() {
      for (name, child) in node.children {
        let inner = path.isEmpty ? name : path + "/" + name
        if let number = child.number { found.append((inner, number)) } else { waiting.append((inner, child)) }
      }
    }
    return found.sorted { $0.path < $1.path }
  }

  private func node(at path: ArraySlice<String>) -> Node? {
    var node = top
    for part in path {
      guard let next = node.children[part] else { return nil }
      node = next
    }
    return node
  }
}
