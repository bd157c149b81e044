/// The version of this package's programs.
package enum ProgramVersion {
  package static let current = "0.1.0"
}
