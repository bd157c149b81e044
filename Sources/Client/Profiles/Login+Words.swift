package import Platform

extension Login {
  /// The state of the login at `now`, in seconds since 1970, with the name of its `user`; empty if there is no login.
  package func words(of user: String, at now: Int) -> Sentence {
    switch self {
    case .none: return ""
    case .tokenFile(let path): return "token in \(path)"
    case .loggedOut: return "logged out"
    case .unusable(let problem): return "unusable: \(problem)"
    case .refused, .loggedIn:
      let standing = standing(at: now)
      return user.isEmpty ? standing : "\(user) \(standing)"
    }
  }

  private func standing(at now: Int) -> Sentence {
    switch self {
    case .none, .tokenFile, .loggedOut, .unusable: return ""
    case .refused(let time): return "refused \(Timestamp.text(time)); log in again"
    case .loggedIn(nil, _): return "logged in"
    case .loggedIn(let expires?, let isRenewed):
      let time = Timestamp.text(expires)
      if expires > now { return isRenewed ? "until \(time), then renewed" : "until \(time)" }
      return isRenewed ? "renewed when used" : "ended \(time)"
    }
  }
}
