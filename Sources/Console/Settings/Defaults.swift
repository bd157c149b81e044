/// The keymaps and themes of the project, compiled in so that the program needs no installed files.
///
/// `Defaults/` contains links to the files at the top of the project.
enum Defaults {
  static var keymaps: [String: String] {
    [
      "standard": text(PackageResources.keymap_standard_yaml), "vi": text(PackageResources.keymap_vi_yaml),
      "emacs": text(PackageResources.keymap_emacs_yaml),
    ]
  }

  static var themes: [String: String] {
    [
      "terminal": text(PackageResources.theme_terminal_yaml), "dark": text(PackageResources.theme_dark_yaml),
      "high-contrast": text(PackageResources.theme_high_contrast_yaml),
      "colour-blind": text(PackageResources.theme_colour_blind_yaml), "light": text(PackageResources.theme_light_yaml),
      "mono": text(PackageResources.theme_mono_yaml),
    ]
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
