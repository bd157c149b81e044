import Glibc

/// An error of the operating system.
package struct SystemError: ErrorInWords, Hashable {
  /// The failed action, such as `reading /etc/hosts`.
  package var action: Sentence
  /// The `errno`, or 0.
  package var code: Int32
  package var problem: Sentence

  /// The error of the present `errno`.
  package init(_ action: Sentence) {
    self.init(action, code: errno)
  }

  package init(_ action: Sentence, code: Int32) {
    self.action = action
    self.code = code
    problem = Sentence(stringLiteral: String(cString: strerror(code)))
  }

  package init(_ action: Sentence, problem: Sentence) {
    self.action = action
    self.problem = problem
    code = 0
  }

  package var sentence: Sentence { "\(action): \(problem)" }

  /// Whether the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }

  /// The numbers of the errors that users meet with their files and programs, whose words are translated.
  package static let usualCodes = [
    EPERM, ENOENT, EIO, ENXIO, E2BIG, ENOEXEC, EAGAIN, ENOMEM, EACCES, EBUSY, EEXIST, EXDEV, ENOTDIR, EISDIR, EINVAL,
    ENFILE, EMFILE, ETXTBSY, EFBIG, ENOSPC, EROFS, EMLINK, EPIPE, ENAMETOOLONG, ENOLCK, ENOTEMPTY, ELOOP, ESTALE,
    EDQUOT,
  ]
}
