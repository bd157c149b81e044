import ArgumentParser
import Charts
import Client
import Glibc
import HTTP
import HTTPServer
import KubernetesAPI
import Platform

/// Makes repositories of packages.
struct RepoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repo", abstract: "Index and serve a folder of packages, and make an image of it without docker.",
    subcommands: [IndexCommand.self, ServeFolderCommand.self, ImageCommand.self])

  /// Writes the index of a folder.
  struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "index", abstract: "Write index.yaml as helm repo index does.")

    @Argument(help: "Folder with packages.")
    var folder: String

    @Option(help: ArgumentHelp("Address that the packages will have, before their names.", valueName: "url"))
    var url = ""

    func run() throws {
      let written: ChartFolder.Written
      do { written = try ChartFolder(folder).writeIndex(url: url) } catch { throw DaemonError("\(error)") }
      for problem in written.refused { print("left out: \(problem)") }
      print("\(folder)/index.yaml lists \(written.charts) packages")
      if !written.unpacked.isEmpty {
        print(
          "not listed, as by helm repo index, for they lie unpacked: \(written.unpacked.sorted().joined(separator: ", ")); "
            + "ksxd package build packs them, and ksxd reads them from an image of the folder as they are")
      }
      if !written.refused.isEmpty { throw ExitCode(1) }
    }
  }

  /// Serves a folder over HTTP.
  struct ServeFolderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve", abstract: "Serve a folder of packages over HTTP, with an index of them.")

    @Argument(help: "Folder with packages, packed or not.")
    var folder: String

    @Option(help: ArgumentHelp("Address to listen on.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"

    func run() async throws {
      try Daemon.raiseFileLimit()
      let shutdownReasons = ShutdownReasons()
      guard Files.isDirectory(folder) else { throw DaemonError("\(folder) is no folder") }
      guard !listen.hasPrefix(":"), let address = ServerAddress("http://" + listen) else {
        throw ValidationError("--listen \(listen): an address and a port are expected, as in 127.0.0.1:8080")
      }
      let server: Server
      do {
        server = try await Server.start(
          FolderHandler(folder: folder), on: [.port(host: address.host, port: address.port, certificate: nil)],
          refusal: { Status($0).response })
      } catch {
        throw DaemonError("\(error)")
      }
      Daemon.announce(": \(folder) at http://\(server.addresses[0].split(separator: "/").last ?? "")")
      await shutdownReasons.wait()
      await server.stop(grace: .milliseconds(500))
    }
  }

  /// Makes an image.
  struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "image",
      abstract: "Make an image of a folder of packages, and write it as an OCI layout or push it to a registry.")

    @Argument(help: "Folder with packages, packed or not.")
    var folder: String

    @Option(name: [.short, .long], help: ArgumentHelp("oci-layout:FOLDER, or push:IMAGE.", valueName: "where"))
    var output: String

    @Option(help: ArgumentHelp("Image that it is laid over, such as one of ksxd.", valueName: "image"))
    var from: String?

    @Option(help: ArgumentHelp("File that is put in besides, and where: FILE:PATH.", valueName: "file:path"))
    var add: [String] = []

    @Option(help: ArgumentHelp("Command that the image runs.", valueName: "word"))
    var command: [String] = ["serve"]

    @Option(
      help: ArgumentHelp("User of the registry; the password is read from the standard input.", valueName: "name"))
    var username: String?

    @Flag(help: "Take any certificate of the registry, and plain HTTP.")
    var insecure = false

    func run() async throws {
      do throws(RepositoryError) {
        // Only once, because the password is read from the standard input.
        let access = try access()
        let image = try await build(access)
        if output.hasPrefix("oci-layout:") {
          do throws(SystemError) { try image.write(layout: String(output.dropFirst(11)), tag: "latest") } catch {
            throw RepositoryError("\(error)")
          }
        } else {
          guard output.hasPrefix("push:"), let reference = ImageReference(String(output.dropFirst(5))) else {
            throw RepositoryError("-o \(output): oci-layout:FOLDER or push:IMAGE is expected")
          }
          try await image.push(to: reference, access: access)
        }
        print(image.digest)
      } catch {
        throw DaemonError("\(error)")
      }
    }

    private func build(_ access: RepositoryAccess) async throws(RepositoryError) -> BuiltImage {
      let charts = ChartFolder(folder)
      guard try charts.hasCharts() else { throw RepositoryError("\(folder): there is no chart in it") }
      if !Files.exists(folder + "/index.yaml") { _ = try charts.writeIndex() }
      var files: [String: [UInt8]] = [:]
      for (path, bytes) in try charts.files() { files["charts/" + path] = bytes }
      var executables: Set<String> = []
      for item in add {
        let parts = item.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[1].hasPrefix("/") else {
          throw RepositoryError("--add \(item): FILE:/PATH is expected")
        }
        let path = String(parts[1].drop { $0 == "/" })
        do { files[path] = try Files.read(parts[0], limit: 1 << 30) } catch { throw RepositoryError("\(error)") }
        if Glibc.access(parts[0], X_OK) == 0 { executables.insert(path) }
      }
      var settings = BuiltImage.Settings()
      settings.command = command
      guard let from else { return BuiltImage(files, executables: executables, settings) }
      guard let reference = ImageReference(from) else { throw RepositoryError("--from \(from) is no image") }
      let base = try await BaseImage(reference, access: access)
      return BuiltImage(files, executables: executables, over: base, settings)
    }

    private func access() throws(RepositoryError) -> RepositoryAccess {
      var access = RepositoryAccess()
      access.isVerified = !insecure
      guard let username else { return access }
      guard let password = readLine(), !password.isEmpty else {
        throw RepositoryError("--username \(username): its password is expected as a line of the standard input")
      }
      access.user = (username, password)
      return access
    }
  }
}

/// Serves the files of a folder of packages, and an index of them if the folder has none.
struct FolderHandler: Handler {
  let folder: String

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    guard [.get, .head].contains(request.head.method) else { return Self.refusal(405) }
    let path = PercentEncoding.decode(request.head.target.prefix { $0 != "?" })
    let parts = path.split(separator: "/")
    if parts == ["health"] { return HTTPResponse(status: 200, bytes: Array("ok".utf8)) }
    guard !parts.isEmpty, !parts.contains(where: { $0.hasPrefix(".") }), !path.utf8.contains(0) else {
      return Self.refusal(404)
    }
    let name = parts.joined(separator: "/")
    let bytes: [UInt8]
    do { bytes = try ChartFolder(folder).served(name) } catch { return Self.refusal(404) }
    let tag = "\"\(SHA256.hex(bytes).prefix(32))\""
    if request.head.headers["If-None-Match"] == tag {
      return HTTPResponse(status: 304, headers: ["ETag": tag], bytes: [])
    }
    let type = name.hasSuffix(".yaml") ? "text/yaml" : "application/gzip"
    return HTTPResponse(status: 200, headers: ["Content-Type": type, "ETag": tag], bytes: bytes)
  }

  private static func refusal(_ status: Int) -> HTTPResponse {
    var headers: HTTPHeaders = ["Content-Type": "text/plain"]
    if status == 405 { headers.add("Allow", "GET, HEAD") }
    return HTTPResponse(status: status, headers: headers, bytes: Array("\(status)\n".utf8))
  }
}
