/// An icon in SVG: a coloured tile with a character on it.
struct CatalogueIcon {
  var colour: String
  var sign: String
  /// Bytes that the file has at least, because some real icons are large.
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
    // Fills the size with dots, which are the same each time, so that the chart is too.
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
