/// A drawing in SVG: a coloured tile with a sign on it.
struct CatalogueIcon {
  var colour: String
  var sign: String
  /// How many bytes the file has at least: some real icons are photographs in disguise.
  var minimumSize = 0

  init(_ colour: String, _ sign: String, minimumSize: Int = 0) {
    self.colour = colour
    self.sign = sign
    self.minimumSize = minimumSize
  }

  var svg: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">",
      "<rect width=\"64\" height=\"64\" rx=\"12\" fill=\"\(colour)\"/>",
    ]
    var size = 0
    var step = 0
    // A dotted ground: the same dots every time, so that the chart is the same every time.
    while size < minimumSize {
      let (x, y) = (step * 7 % 640, step * 13 % 640)
      let dot =
        "<circle cx=\"\(x / 10).\(x % 10)\" cy=\"\(y / 10).\(y % 10)\" r=\"0.3\" fill=\"#ffffff\" opacity=\".2\"/>"
      lines.append(dot)
      size += dot.utf8.count + 1
      step += 1
    }
    lines.append(
      "<text x=\"32\" y=\"42\" font-size=\"28\" font-family=\"sans-serif\" text-anchor=\"middle\" fill=\"#ffffff\">"
        + "\(sign)</text>")
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }
}
