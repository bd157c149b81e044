import APIServer
import ArgumentParser
import Charts
import Client
import Controllers
import Extensions
import Glibc
import KubeSphereKinds
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Creates, checks and builds packages of extensions.
struct PackageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "package", abstract: "Begin, check and build packages of extensions.",
    subcommands: [InitCommand.self, LintCommand.self, BuildCommand.self])

  /// Writes the initial files of a new extension.
  struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init", abstract: "Write the files that a new extension begins with; none that is there is changed.")

    @Argument(help: "Folder of the extension; its last part is the name.")
    var folder: String

    @Option(help: "extension for extension.yaml as ksbuilder has it, chart for Chart.yaml alone.")
    var form = Project.Form.extension

    func run() throws {
      let name = folder.split(separator: "/").last.map(String.init) ?? ""
      guard Scaffold.isName(name) else {
        throw ValidationError("\(name) is no name of at most 63 small letters, digits, dots and hyphens")
      }
      do {
        for path in try Scaffold.write(form, name: name, to: folder) { print("\(folder)/\(path)") }
      } catch {
        throw DaemonError("\(error)")
      }
    }
  }

  /// Finds what would be rejected later.
  struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "lint",
      abstract:
        "Find what KubeSphere's webhooks, the gateway and the controllers would refuse later, with file and line.")

    @Argument(help: "Folders of extensions, folders that hold several, or packages (.tgz).")
    var paths: [String]

    @Flag(help: "Fail for warnings too.")
    var strict = false

    func run() async throws {
      let projects = try paths.flatMap { path throws(DaemonError) in try PackageProject.all(at: path) }
      let findings = await PackageProject.findings(in: projects)
      for finding in findings { print(finding.line) }
      let errors = findings.count { $0.finding.severity == .error }
      let summary = "\(projects.count) packages, \(errors) errors, \(findings.count - errors) warnings"
      print(summary)
      if errors > 0 || strict && !findings.isEmpty { throw ExitCode(1) }
    }
  }

  /// Packs extensions.
  struct BuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build", abstract: "Fetch what extensions depend on, check them, and pack them as .tgz.")

    @Argument(help: "Folders of extensions, or folders that hold several.")
    var paths: [String]

    @Option(name: [.short, .long], help: ArgumentHelp("Where the packages are written.", valueName: "folder"))
    var output = "."

    func run() async throws {
      var projects = try paths.flatMap { path throws(DaemonError) in try PackageProject.all(at: path) }
      for index in projects.indices where projects[index].refusal == nil {
        do throws(RepositoryError) {
          projects[index].package = try await ChartDependencies().fetched(
            projects[index].package, besides: projects[index].path
          ) { print("\(projects[index].path): fetched \($0)") }
        } catch {
          throw DaemonError("\(projects[index].path): \(error)")
        }
      }
      let findings = await PackageProject.findings(in: projects)
      for finding in findings { print(finding.line) }
      // As in helm, a published chart may lack its dependencies, and a packed one may not.
      let isWhole = !findings.contains { $0.finding.severity == .error || $0.finding.check == ChartCheck.dependencies }
      guard isWhole else {
        throw DaemonError(
          "nothing was packed: what is said above must be mended first; a repository may publish a chart that names others which are nowhere, as a folder in it"
        )
      }
      for project in projects { print(try project.write(to: output)) }
    }
  }
}

extension Project.Form: ExpressibleByArgument {}

/// A package that a command was given, and where it is.
struct PackageProject {
  var path: String
  var package: Package
  /// Why the file is not a package; `nil` if it is.
  var refusal: String?
  /// The links that it has, and that its package lacks.
  var links: [String] = []

  /// Whether its `Chart.yaml` does not exist and is generated from `extension.yaml`.
  private var isChartGenerated: Bool { Files.isDirectory(path) && !Files.exists(path + "/Chart.yaml") }
  private var name: String { (try? package.chart())?.name ?? "" }
  private var version: String { (try? package.chart())?.version ?? "" }

  /// Two packed versions of one extension may be in the same repository.
  private func isAnotherVersion(of other: PackageProject) -> Bool {
    [path, other.path].allSatisfy { $0.hasSuffix(".tgz") } && VersionText(version) != VersionText(other.version)
  }

  /// A finding, and the package that it is in.
  struct Finding {
    var path: String
    var finding: ChartCheck.Finding

    var line: String {
      let file =
        finding.file.isEmpty
        ? path : path.hasSuffix(".tgz") ? "\(path): \(finding.file)" : "\(path)/\(finding.file)"
      let severity = finding.severity == .error ? "error" : "warning"
      return "\(file):\(finding.line.map { "\($0):" } ?? "") \(severity): \(finding.text) (\(finding.check))"
    }
  }

  /// The package in the file `path`, or the projects in the folder `path`.
  static func all(at path: String) throws(DaemonError) -> [PackageProject] {
    do {
      if !Files.isDirectory(path) {
        let bytes = try Files.read(path)
        do throws(PackageError) {
          let links = try Package.links(inArchive: bytes)
          return [PackageProject(path: path, package: try Package(archive: bytes), links: links)]
        } catch {
          return [PackageProject(path: path, package: Package(files: [:]), refusal: "\(error)")]
        }
      }
      let projects = try Project.all(in: path)
      guard !projects.isEmpty else { throw DaemonError("\(path) holds no Chart.yaml and no extension.yaml") }
      return projects.map { project in
        do throws(PackageError) {
          let links = try Package.links(inFolder: project.folder)
          return PackageProject(path: project.folder, package: try project.package(), links: links)
        } catch {
          return PackageProject(path: project.folder, package: Package(files: [:]), refusal: "\(error)")
        }
      }
    } catch let error as DaemonError {
      throw error
    } catch {
      throw DaemonError("\(path): \(error)")
    }
  }

  /// The findings in each project, and about names that are used twice.
  static func findings(in projects: [PackageProject]) async -> [Finding] {
    var findings: [Finding] = []
    var known: [String: PackageProject] = [:]
    for project in projects {
      let name = project.name
      var found = await project.own
      if !name.isEmpty, let other = known.updateValue(project, forKey: name), !project.isAnotherVersion(of: other) {
        let key = (project.isChartGenerated ? "extension.yaml" : "Chart.yaml", "name")
        found.append(project.finding("names-differ", .error, at: key, "\(other.path) is called \(name) as well"))
      }
      findings += found.map { Finding(path: project.path, finding: $0) }
    }
    return findings
  }

  /// The findings in the project itself.
  private var own: [ChartCheck.Finding] {
    get async {
      if let refusal {
        return [ChartCheck.Finding(check: "readable", severity: .error, file: "", line: nil, text: refusal)]
      }
      let found =
        ChartCheck.findings(in: package, isChartGenerated: isChartGenerated)
        + PackageRules(package, name: name).findings
        + flaw + oddCategory + dropped
      // With one of these errors nothing can be rendered, which is not reported again.
      let isWhole = !found.contains {
        $0.severity == .error && ["readable", "version", "file-size", "chart"].contains($0.check)
      }
      return isWhole ? found + (await rendering) : found
    }
  }

  /// Reasons for which helm does not accept the chart, except those that other checks report.
  private var flaw: [ChartCheck.Finding] {
    let found: ChartFlaw?
    do { found = try ChartFlaw(in: package) } catch { return [] }
    switch found {
    case .shape?, .within?, .kind?, .field?:
      return [
        ChartCheck.Finding(
          check: "chart", severity: .error, file: "Chart.yaml", line: nil, text: found.map { "\($0)" } ?? "")
      ]
    case .name?, .version?, .values?, nil: return []
    }
  }

  private var dropped: [ChartCheck.Finding] {
    links.map {
      ChartCheck.Finding(
        check: "links", severity: .warning, file: $0, line: nil,
        text: "it is a link, which may lead anywhere: it is left out of the package")
    }
  }

  /// A category that KubeSphere does not ship, so that a cluster may lack it.
  private var oddCategory: [ChartCheck.Finding] {
    guard let category = try? package.extensionManifest()?.category, !category.isEmpty,
      !KnownCategories.isShipped(category)
    else { return [] }
    let text = "KubeSphere ships no category \(category)"
    return [finding("category", .warning, at: ("extension.yaml", "category"), text)]
  }

  /// A finding about a key in a file of the package.
  private func finding(
    _ check: String, _ severity: ChartCheck.Severity, at field: (file: String, key: String), _ text: String
  ) -> ChartCheck.Finding {
    let line = (try? YAML.node(package.text(field.file) ?? ""))?[field.key]?.line
    return ChartCheck.Finding(check: check, severity: severity, file: field.file, line: line, text: text)
  }

  /// Whether the controllers could render it, and a cluster would accept the objects.
  private var rendering: [ChartCheck.Finding] {
    get async {
      guard !name.isEmpty else { return [] }
      do {
        return try await Self.trying(package, name)
      } catch .needsHelm(let file, let line, let construct) {
        return [
          ChartCheck.Finding(
            check: "renders", severity: .warning, file: file, line: line,
            text: "\(construct) takes helm, which was not found: no template was rendered, so none was checked")
        ]
      } catch {
        let position = error.place(in: package)
        return [
          ChartCheck.Finding(
            check: "renders", severity: .error, file: position?.file ?? "templates", line: position?.line,
            text: Excerpt.shortened("\(error)", to: 400))
        ]
      }
    }
  }

  /// Renders the package as the controllers do, for the host and for an agent, and tries the objects on an API server
  /// in this process that has the kinds of Kubernetes and KubeSphere.
  private static func trying(_ package: Package, _ name: String) async throws(ChartError) -> [ChartCheck.Finding] {
    var renderer = ChartRenderer.found()
    renderer.cluster.version = "v1.30.0"
    let manifest = try? package.extensionManifest()
    let api = try? API(path: ":memory:", types: ResourceTypes(dialect: .installPlan))
    let trial = api.map {
      TrialInstall(in: Cluster(transport: InProcessTransport($0)), rights: InstallerRights(package))
    }
    let own = manifest?.namespace ?? ""
    let namespace = own.isEmpty ? "extension-\(name)" : own
    let members: [Value?] = [nil] + (manifest?.isMulticluster == true ? [["name": "member", "role": "member"]] : [])
    var findings: [ChartCheck.Finding] = []
    for member in members {
      let release = Release(
        name: member == nil ? name : "\(name)-agent", namespace: namespace,
        forced: ForcedValues.of(package, servingGroup: Dialect.installPlan.apiServices.group, agentIn: member))
      let rendered = try await renderer.render(package.archive(folder: name), for: release)
      let found = await trial?.findings(in: rendered, namespace: namespace) ?? []
      findings += found.map { withLine($0, in: package) }.filter { !findings.contains($0) }
    }
    return findings
  }

  /// The finding with its line, if that is unambiguous in the file.
  private static func withLine(_ finding: ChartCheck.Finding, in package: Package) -> ChartCheck.Finding {
    let kind = finding.text.prefix { $0 != " " }
    let mark = finding.file == "extension.yaml" ? "namespace:" : "kind: \(kind)"
    let lines = (package.text(finding.file) ?? "").lines.enumerated().filter { $0.element.hasPrefix(mark) }
    return ChartCheck.Finding(
      check: finding.check, severity: finding.severity, file: finding.file,
      line: lines.count == 1 ? lines[0].offset + 1 : nil, text: finding.text)
  }
}
