/// Folders and the numbers of the files in them: what a layer takes away is found by its path, however much there is.
///
/// Confined to the task that pulls the image.
final class ImageTree {
  /// What a layer has at a path.
  enum Entry: Hashable {
    case file(Int)
    /// One that is there already keeps what is in it.
    case folder
    case nothing
  }

  private let top = Node()

  private final class Node {
    /// That of a file; a folder has none.
    var number: Int?
    var children: [String: Node] = [:]
  }

  /// Puts `entry` in the place of what is there, and makes folders of what it lies in.
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

  /// Leaves nothing in the folder at `path`.
  func empty(_ path: [String]) { node(at: path[...])?.children = [:] }

  /// The number of the file at `path`.
  func number(at path: [String]) -> Int? { node(at: path[...])?.number }

  /// The files below a folder, by their paths as seen from it, in the order of those.
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
