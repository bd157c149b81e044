/// The number of colours of a terminal, and the choice of the nearest colour.
enum ColorDepth: Hashable {
  case none
  case eight
  case sixteen
  case palette
  case direct

  /// The depth of a terminal that reports `colors` colours.
  init(colors: Int) {
    switch colors {
    case ..<8: self = .none
    case 8..<16: self = .eight
    case 16..<256: self = .sixteen
    case 256..<65536: self = .palette
    default: self = .direct
    }
  }

  /// ncurses' number for `color`; -1 is the terminal's default.
  func index(of color: Color?) -> Int32 {
    guard let color else { return -1 }
    switch self {
    case .none: return -1
    case .eight: return Int32(ColorDepth.nearest(to: color.components, among: color.named, count: 16) & 7)
    case .sixteen: return Int32(ColorDepth.nearest(to: color.components, among: color.named, count: 16))
    case .palette: return Int32(ColorDepth.nearest(to: color.components, among: color.index, count: 256))
    case .direct:
      // Such a terminal numbers the first eight colours and takes all others by value.
      if case .palette(let index) = color, index < 8 { return Int32(index) }
      let (red, green, blue) = color.components
      return Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
    }
  }

  private static func nearest(to color: Components, among known: Int?, count: Int) -> Int {
    if let known { return known }
    // Users may change the first sixteen, so with a palette of 256 only the others are searched.
    let candidates = count == 256 ? 16..<256 : 0..<count
    return candidates.min { distance(Color.xterm($0), color) < distance(Color.xterm($1), color) } ?? 0
  }

  private static func distance(_ left: Components, _ right: Components) -> Int {
    let (red, green, blue) = (left.0 - right.0, left.1 - right.1, left.2 - right.2)
    return 2 * red * red + 4 * green * green + 3 * blue * blue
  }
}

/// Red, green and blue, 0 to 255.
private typealias Components = (Int, Int, Int)

extension Color {
  fileprivate var components: Components {
    switch self {
    case .palette(let index): Self.xterm(Int(index))
    case .rgb(let red, let green, let blue): (Int(red), Int(green), Int(blue))
    }
  }

  fileprivate var index: Int? {
    guard case .palette(let index) = self else { return nil }
    return Int(index)
  }

  fileprivate var named: Int? {
    index.flatMap { $0 < 16 ? $0 : nil }
  }

  /// Colour `index` of xterm.
  fileprivate static func xterm(_ index: Int) -> Components {
    switch index {
    case 0..<16: return sixteen[index]
    case 16..<232:
      let steps = [0, 95, 135, 175, 215, 255]
      let cube = index - 16
      return (steps[cube / 36], steps[cube / 6 % 6], steps[cube % 6])
    default:
      let gray = 8 + 10 * (index - 232)
      return (gray, gray, gray)
    }
  }

  private static let sixteen: [Components] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
    (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
    (255, 255, 255),
  ]
}
