import Client
import Glibc
import Platform

/// The file with the user's profiles, among other settings.
struct ProfileFile {
  let path: String
  let environment: Environment
  /// Where warnings are printed; `nil` for the console, which reads them itself.
  private let outlet: Outlet?

  init(_ environment: Environment, _ outlet: Outlet?) {
    self.environment = environment
    self.outlet = outlet
    path = XDG(environment).config + "/config.yaml"
  }

  /// The text of the file; empty if it does not exist.
  func text() throws(CommandError) -> String {
    do {
      return try Files.text(path, limit: 1 << 20, takesPipes: false)
    } catch {
      if error.isMissing { return "" }
      throw CommandError(error)
    }
  }

  func profiles() throws(CommandError) -> Profiles {
    let text = try text()
    let profiles = try Self.reading { () throws(ProfileError) in
      try Profiles(text, file: path, environment: environment)
    }
    outlet?.note(profiles.warnings.map { "note: \($0)" })
    return profiles
  }

  /// The profile `name`, else the current one; `nil` if neither is set.
  func profile(_ name: String?) throws(CommandError) -> Profile? {
    let profiles = try profiles()
    return try Self.reading { () throws(ProfileError) in try profiles.profile(name, file: path) }
  }

  func write(_ text: String) throws(CommandError) {
    do {
      try Files.makeDirectory(Files.parent(of: path) ?? "/")
      // The file has no secrets, so its mode is preserved.
      var status = stat()
      let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o600
      try Files.write(Array(text.utf8), to: path, mode: mode)
    } catch {
      throw CommandError(error)
    }
  }

  /// Converts profile errors to command errors.
  static func reading<Result>(_ body: () throws(ProfileError) -> Result) throws(CommandError) -> Result {
    do {
      return try body()
    } catch {
      throw CommandError(error)
    }
  }
}

extension ProfileFile {
  /// The profile that the command line uses; `nil` if it uses none.
  ///
  /// `--profile` takes precedence; the current profile is used if no option names a cluster.
  func chosen(_ arguments: Arguments) throws(CommandError) -> Profile? {
    let others: [Option] = [.standalone, .kubeconfig, .context, .cluster, .server]
    if let other = others.first(where: { arguments[$0] != nil && arguments[$0] != "false" }) {
      for option in [Option.profile, .memberCluster] where arguments[option] != nil {
        throw CommandError(
          "--\(option.rawValue) and --\(other.rawValue) name two clusters; leave one of them out")
      }
      return nil
    }
    guard var profile = try profile(arguments[.profile]) else {
      guard arguments[.memberCluster] != nil else { return nil }
      throw CommandError("--member-cluster goes with a profile that has a gateway; ksx contexts lists the profiles")
    }
    guard let member = arguments[.memberCluster] else { return profile }
    guard profile.gateway != nil else {
      throw CommandError("--member-cluster needs a gateway, and the profile \(profile.name) has none")
    }
    profile.gateway?.cluster = member
    // A kubeconfig is for one cluster; members are reached through the gateway alone.
    if profile.gateway?.url != nil { profile.kubernetes = nil }
    return profile
  }
}
