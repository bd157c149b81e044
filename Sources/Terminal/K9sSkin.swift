import Manifest
import Platform

/// A skin file of k9s: each style takes the colours of the most similar part of k9s.
struct K9sSkin {
  private let body: Value

  /// Reads the mapping under `k9s`.
  init(_ body: Value) { self.body = body }

  /// The paths in a skin of one style's text colour and background.
  private struct Source {
    var foreground: String
    var background = "body.bgColor"
    var attributes: Style.Attributes = []
  }

  private static let headerBackground = "frame.crumbs.bgColor"

  private static let sources: [StyleName: Source] = [
    .text: Source(foreground: "body.fgColor"), .dim: Source(foreground: "frame.status.completedColor"),
    .title: Source(foreground: "frame.title.fgColor", attributes: .bold),
    .border: Source(foreground: "frame.border.fgColor"), .accent: Source(foreground: "frame.title.highlightColor"),
    .header: Source(foreground: "frame.crumbs.fgColor", background: headerBackground),
    .headerWarning: Source(
      foreground: "frame.status.errorColor", background: headerBackground, attributes: [.bold, .reverse]),
    .headerFailed: Source(foreground: "frame.status.errorColor", background: headerBackground, attributes: .bold),
    .headerBusy: Source(foreground: "frame.status.pendingColor", background: headerBackground),
    .headerUpdate: Source(foreground: "frame.status.modifyColor", background: headerBackground),
    .status: Source(foreground: "frame.menu.fgColor"), .statusOK: Source(foreground: "frame.status.addColor"),
    .statusWarning: Source(foreground: "frame.status.pendingColor", attributes: .bold),
    .statusError: Source(foreground: "frame.status.errorColor", attributes: .bold),
    .statusBusy: Source(foreground: "frame.status.pendingColor"),
    .listHeading: Source(
      foreground: "views.table.header.fgColor", background: "views.table.header.bgColor", attributes: .bold),
    .listSelected: Source(foreground: "views.table.cursorFgColor", background: "views.table.cursorBgColor"),
    .category: Source(foreground: "views.table.fgColor"),
    .categorySelected: Source(foreground: "views.table.cursorFgColor", background: "views.table.cursorBgColor"),
    .stateInstalled: Source(foreground: "frame.status.addColor"),
    .stateBusy: Source(foreground: "frame.status.pendingColor"),
    .stateFailed: Source(foreground: "frame.status.errorColor", attributes: .bold),
    .stateDisabled: Source(foreground: "frame.status.completedColor"),
    .stateNone: Source(foreground: "views.table.fgColor"), .versionNew: Source(foreground: "frame.status.modifyColor"),
    .tab: Source(foreground: "frame.menu.fgColor"),
    .tabActive: Source(
      foreground: "frame.crumbs.fgColor", background: "frame.crumbs.activeColor", attributes: .bold),
    .prompt: Source(foreground: "prompt.fgColor", background: "prompt.bgColor"),
    .promptMatch: Source(foreground: "frame.title.filterColor", attributes: .bold),
    .helpKey: Source(foreground: "frame.menu.keyColor"),
    .helpSection: Source(foreground: "info.sectionColor", attributes: .bold),
    .dialog: Source(foreground: "dialog.fgColor", background: "dialog.bgColor"),
    .dialogTitle: Source(foreground: "dialog.labelFgColor", background: "dialog.bgColor", attributes: .bold),
    .dialogDanger: Source(foreground: "frame.status.errorColor", attributes: .bold),
    .dialogButton: Source(foreground: "dialog.buttonFocusFgColor", background: "dialog.buttonFocusBgColor"),
    .diffAdded: Source(foreground: "frame.status.addColor"), .diffRemoved: Source(foreground: "frame.status.killColor"),
    .diffChanged: Source(foreground: "frame.status.modifyColor"),
    .diffContext: Source(foreground: "frame.status.completedColor"),
    .yamlKey: Source(foreground: "views.yaml.keyColor"), .yamlString: Source(foreground: "views.yaml.valueColor"),
    .yamlNumber: Source(foreground: "views.yaml.valueColor"), .yamlKeyword: Source(foreground: "views.yaml.valueColor"),
    .yamlComment: Source(foreground: "frame.status.completedColor"),
    .yamlPunctuation: Source(foreground: "views.yaml.colonColor"),
    .editorLineNumber: Source(foreground: "frame.status.completedColor"),
    .editorSelection: Source(foreground: "views.table.cursorFgColor", background: "views.table.cursorBgColor"),
    .editorCursorLine: Source(foreground: "body.fgColor"),
    .editorProblem: Source(foreground: "frame.status.errorColor", attributes: .bold),
    .markdownHeading: Source(foreground: "info.sectionColor", attributes: .bold),
    .markdownCode: Source(foreground: "frame.title.highlightColor"),
    .markdownLink: Source(foreground: "frame.menu.keyColor", attributes: .underline),
    .markdownEmphasis: Source(foreground: "body.fgColor", attributes: .bold),
  ]

  /// The theme of the skin; colours that it does not define are the terminal's own.
  var theme: Theme {
    var theme = Theme(name: "own")
    for (name, source) in Self.sources {
      theme[name.rawValue] = Style(
        foreground: color(source.foreground), background: color(source.background) ?? color("body.bgColor"),
        attributes: source.attributes)
    }
    return theme
  }

  /// The colour at a path of the skin, by tcell's names; `nil` if it is not defined or is the terminal's own.
  private func color(_ path: String) -> Color? {
    var value: Value? = body
    for key in path.split(separator: ".") { value = value?[String(key)] }
    return value?.string.flatMap { Color(skin: $0.lowercased()) }
  }
}

extension Color {
  /// A colour of a skin: a CSS name, or `#rrggbb`.
  fileprivate init?(skin name: String) {
    if let named = Self.css[name] {
      self = named
    } else if name.first == "#", let color = Color(named: name) {
      self = color
    } else {
      return nil
    }
  }

  private static let css: [String: Color] = {
    let words = cssNames.split(whereSeparator: \.isWhitespace)
    let pairs = stride(from: 0, to: words.count - 1, by: 2).compactMap { index in
      Color(named: "#" + words[index + 1]).map { (String(words[index]), $0) }
    }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }()

  private static let cssNames = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4
    black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0
    chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c
    darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgrey a9a9a9 darkgreen 006400
    darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000
    darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f
    darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969
    dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc
    ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 grey 808080 green 008000 greenyellow adff2f
    honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa
    lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff
    lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgrey d3d3d3 lightgreen 90ee90 lightpink ffb6c1
    lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899
    lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000
    mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371
    mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970
    mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000
    olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98
    paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd
    powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1
    saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0
    skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4
    tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff
    whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
    """
}
