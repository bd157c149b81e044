import Client
import KubernetesAPI
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Extensions
@testable import Platform

/// A chart with hooks, from its first install to its removal: on a real API server Jobs, pods and logs really end, by
/// its own controllers and a kubelet of straw; `ksxd serve` plays their part.
@Suite(.serialized) struct HookConformanceTests {
  private static let name = "hook-quince"
  private static let namespace = "extension-\(name)"

  let cluster: Cluster
  let dialect = ServerUnderTest.dialect

  init() async throws { cluster = try await ServerUnderTest.current.cluster() }

  private static func job(_ event: String) -> String {
    let policy = event == "pre-install" ? "hook-succeeded" : "before-hook-creation"
    return """
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: "{{ .Release.Name }}-\(event)"
        annotations: {helm.sh/hook: \(event), helm.sh/hook-delete-policy: "\(policy)", standalone.ksx.dev/fails: "{{ .Values.fails }}"}
      spec:
        backoffLimit: 0
        template:
          spec:
            restartPolicy: Never
            containers:
            - {name: step, image: "straw.example/{{ .Values.end }}", args: ["\(event) of {{ .Chart.Version }}", "{{ .Values.fails }}"]}

      """
  }

  private static func chart(_ version: String) -> Package {
    let events = ["pre-install", "post-install", "pre-upgrade", "post-upgrade", "pre-delete", "post-delete"]
    return Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\nkeywords: [storage]\n".utf8),
      "values.yaml": Array("end: ends\nfails: \"\"\n".utf8),
      "templates/hooks.yaml": Array(events.map(job).joined(separator: "---\n").utf8),
      "templates/work.yaml": Array(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: work
          annotations: {standalone.ksx.dev/ready-after: "0.2"}
        spec:
          replicas: 2
          selector: {matchLabels: {app: work}}
          template:
            metadata: {labels: {app: work}}
            spec: {containers: [{name: work, image: "straw.example/work:{{ .Chart.Version }}"}]}

        """.utf8),
    ])
  }

  @Test func aChartWithHooksIsInstalledUpgradedFailsIsTriedAgainAndIsRemoved() async throws {
    let folder = TemporaryFolder()
    for version in ["1.0.0", "1.1.0"] {
      let archive = Self.chart(version).archive(folder: Self.name)
      try Files.write(archive, to: folder.path + "/\(Self.name)-\(version).tgz")
    }
    try await Offering.offer("conformance-hooks", ["url": .string("file://" + folder.path)], in: cluster)

    try await withStrawKubelet {
      try await apply(.install(version: "1.0.0", config: ""))
      try await expect(.installed, "version 1.0.0, revision 1")
      // The controllers of a real API server may have the Deployment ready before it is looked at.
      let waits = isReal ? [] : ["waiting for Deployment extension-hook-quince/work"]
      try await expectLog(
        ["pre-install hook Job hook-quince-pre-install: succeeded", "applied Deployment extension-hook-quince/work"]
          + waits + ["post-install hook Job hook-quince-post-install: succeeded", "Installed"])

      _ = try await eventually("the hook that succeeded goes with its pods") {
        try await self.cluster.list(.pods, namespace: Self.namespace).filter { $0.name.containsText("pre-install") }
      } when: {
        $0.isEmpty
      }

      try await apply(.upgrade(to: "1.1.0", config: "end: fails\nfails: no room\n"))
      let failed = try await expect(.upgradeFailed, "pre-upgrade hook Job hook-quince-pre-upgrade failed: ")
      #expect(failed.message.containsText(isReal ? "it said: no room" : "failed: no room"))
      #expect(try await image() == "straw.example/work:1.0.0")

      let first = try await hookJob()
      try await apply(.retry)
      _ = try await eventually(
        "the hook is run again", { try await self.hookJob() }, when: { $0 != first && !$0.isEmpty })
      try await expect(.upgradeFailed, "pre-upgrade hook Job hook-quince-pre-upgrade failed: ")

      try await apply(.configure(config: ""))
      try await expect(.installed, "version 1.1.0")
      #expect(try await image() == "straw.example/work:1.1.0")

      if isReal { try await expectLog(["| pre-install of 1.0.0", "| no room", "| post-upgrade of 1.1.0"]) }

      try await apply(.uninstall)
      _ = try await eventually("it is gone", { try await self.installations() }, when: \.isEmpty)
      // What says nothing of its deletion stays, as with helm.
      let left = try await cluster.list(.jobs, namespace: Self.namespace)
        .filter { $0.name.hasSuffix("-delete") && JSON.text($0.status).containsText("Complete") }
      #expect(left.map(\.name).sorted() == ["hook-quince-post-delete", "hook-quince-pre-delete"])
    }
    try await cluster.delete(dialect.repositories, "conformance-hooks")
  }

  /// A real API server has no kubelet, and its controllers make of Jobs pods.
  private var isReal: Bool { if case .kubeconfig = ServerUnderTest.current { true } else { false } }

  private func withStrawKubelet(_ body: () async throws -> Void) async throws {
    guard isReal else { return try await body() }
    let kubelet = try await StrawKubelet(cluster, namespace: Self.namespace)
    let running = Task { await kubelet.run() }
    do {
      try await body()
    } catch {
      running.cancel()
      await kubelet.leave()
      throw error
    }
    running.cancel()
    await kubelet.leave()
  }

  private func installations() async throws -> [Installation] {
    try await cluster.list(dialect.installations).map(Installation.init).filter { $0.extension == Self.name }
  }

  private func apply(_ change: Extensions.Change) async throws {
    if change.kind == .install {
      _ = try await eventually("the shelf has it") {
        try await ExtensionVersion.objects(of: Self.name, in: self.cluster, self.dialect)
      } when: {
        $0.count == 2
      }
    }
    let present = try await installations().first
    let write = change.write(
      to: present?.name ?? Self.name, installation: present, in: Capabilities(assuming: dialect))
    do throws(ClusterError) {
      try await write.send(to: cluster)
    } catch {
      // The controller was faster between the read and the write.
      guard error.isLostRace else { throw error }
      try await apply(change)
    }
  }

  @discardableResult
  private func expect(_ state: InstallationState, _ message: String) async throws -> Installation {
    try await eventually("it is \(state.word): \(message)") {
      try await self.installations().first
    } when: {
      $0.observed.state == state && $0.message.hasPrefix(message)
    }
  }

  /// Waits until the log has `lines` in this order.
  private func expectLog(_ lines: [String]) async throws {
    _ = try await eventually("the log has \(lines)") {
      try await self.cluster.list(.configMaps, namespace: Self.namespace)
        .first { $0.name.hasPrefix("ksx-log.") }?.value[path: "data", "log"]?.string
    } when: { log in
      var rest = log.lines[...]
      for line in lines {
        guard let index = rest.firstIndex(where: { $0.containsText(line) }) else { return false }
        rest = rest[(index + 1)...]
      }
      return true
    }
  }

  private func image() async throws -> String? {
    let work = try await cluster.get(
      Resource(group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true),
      namespace: Self.namespace, "work")
    return work.spec[path: "template", "spec", "containers"]?.sequence?.first?["image"]?.string
  }

  private func hookJob() async throws -> String {
    try await cluster.list(.jobs, namespace: Self.namespace).first { $0.name.hasSuffix("pre-upgrade") }?.uid ?? ""
  }
}
