import KubernetesAPI

extension CatalogueEntries {
  static let backupVault = CatalogueEntry(
    name: "backup-vault", category: "storage",
    title: LocalizedText("Backup Vault", "备份保险库"),
    summary: LocalizedText("Copies volumes to a safe place every night", "每晚将存储卷复制到安全的地方"),
    about: LocalizedText(
      "Takes its time: it looks through every volume before it calls itself ready.", "安装较慢：就绪之前会检查每个存储卷。"),
    keywords: ["backup", "volumes"], icon: CatalogueIcon("#7f8c8d", "▣"),
    parts: [
      .settings([
        .init("schedule", "\"0 2 * * *\"", "When copies are made, as cron writes it."),
        .init("keep", "14", "How many copies are kept."),
      ]), .page, .workload(readyAfter: 45), .job(readyAfter: 20),
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-05-19", "First version."),
      CatalogueVersion("1.1.0", "2025-10-27", "Copies are compared afterwards."),
      CatalogueVersion("2.0.0", "2026-04-20", "Only what has changed is copied."),
    ])

  static let snapshotWheel = CatalogueEntry(
    name: "snapshot-wheel", category: "storage",
    title: LocalizedText("Snapshot Wheel", "快照轮"),
    summary: LocalizedText("Snapshots in turn: hourly, daily, weekly", "轮流执行每小时、每天、每周的快照"),
    about: LocalizedText("Keeps the newest of each kind. Version 2 is for Kubernetes of tomorrow.", ""),
    keywords: ["snapshots", "volumes"], icon: CatalogueIcon("#1f618d", "◔"),
    parts: [.settings([.init("hours", "24", "How many hourly snapshots are kept.")]), .page],
    versions: [
      CatalogueVersion("1.0.0", "2025-02-24", "First version."),
      CatalogueVersion("1.1.0", "2025-08-11", "Weekly snapshots."),
      CatalogueVersion("2.0.0", "2026-05-04", "Uses group snapshots.", kubeVersion: ">=1.99.0-0"),
    ])

  /// With a large icon, as some real extensions have.
  static let tableTop = CatalogueEntry(
    name: "table-top", category: "database",
    title: LocalizedText("Table Top", "表格桌面"),
    summary: LocalizedText("Look into databases that run in the cluster", "查看集群中运行的数据库"),
    about: LocalizedText("Finds databases by their services and shows tables, rows and running queries.", ""),
    keywords: ["sql", "tables"], icon: CatalogueIcon("#af601a", "▦", minimumSize: 60_000),
    parts: [.settings([.init("pageSize", "100", "Rows on a page.")]), .page, .workload(readyAfter: 2), .api],
    versions: [
      CatalogueVersion("1.0.0", "2025-03-31", "First version."),
      CatalogueVersion("1.1.0", "2025-07-07", "Running queries."),
      CatalogueVersion("1.2.0", "2026-02-23", "Rows can be copied."),
    ])

  static let cacheGarden = CatalogueEntry(
    name: "cache-garden", category: "database",
    title: LocalizedText("Cache Garden", "缓存花园"),
    summary: LocalizedText("Small caches for those who ask", "为需要者提供小型缓存"),
    about: LocalizedText("One cache for each namespace that wants one.", ""),
    keywords: ["cache"], icon: CatalogueIcon("#229954", "❀"),
    parts: [.settings([.init("memoryMB", "256", "Memory of one cache, in MB.")]), .workload(readyAfter: 1)],
    versions: [
      CatalogueVersion("0.9.0", "2025-11-17", "First version."),
      CatalogueVersion("1.0.0-rc.1", "2026-05-11", "For those who like to try."),
    ])

  static let buildBell = CatalogueEntry(
    name: "build-bell", category: "dev-tools",
    title: LocalizedText("Build Bell", "构建铃"),
    summary: LocalizedText("Rings when a build is done", "构建完成时提醒"),
    about: LocalizedText(
      "Shows a note in the console, and whispers to a webhook if one is set.", "在控制台显示通知，也可发送到 webhook。"),
    keywords: ["build", "notification"], icon: CatalogueIcon("#b7950b", "♪"),
    parts: [
      .settings([
        .init("volume", "3", "How loud, from 0 to 10."),
        .init("webhook", "\"\"", "Where else to ring, or nothing."),
      ]), .page,
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-01-13", "First version."),
      CatalogueVersion("1.1.0", "2025-04-07", "A webhook."),
      CatalogueVersion("1.2.0", "2025-08-25", "Rings once for a hundred builds."),
      CatalogueVersion("1.3.0", "2026-01-26", "Silence at night."),
    ])

  /// With a name and a description that are Chinese in every language.
  static let inkDocs = CatalogueEntry(
    name: "shuimo-docs", category: "dev-tools",
    title: LocalizedText("水墨文档", "水墨文档"),
    summary: LocalizedText("为团队书写与查阅文档，支持中日韩全角排版", "为团队书写与查阅文档，支持中日韩全角排版"),
    about: LocalizedText("在控制台中书写 Markdown 文档，并与工作负载关联。", "在控制台中书写 Markdown 文档，并与工作负载关联。"),
    provider: LocalizedText("水墨工作室", "水墨工作室"),
    keywords: ["文档", "markdown"], icon: CatalogueIcon("#212f3d", "墨"),
    parts: [
      .settings([
        .init("title", "团队文档", "首页标题。"),
        .init("paper", "宣纸", "纸张样式：宣纸或白纸。"),
      ]), .page,
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-05-05", "首个版本。"),
      CatalogueVersion("1.1.0", "2025-09-22", "支持竖排。"),
      CatalogueVersion("1.2.0", "2026-03-02", "支持全文搜索。"),
    ])

  static let queueScope = CatalogueEntry(
    name: "queue-scope", category: "streaming-messaging",
    title: LocalizedText("Queue Scope", "队列镜"),
    summary: LocalizedText("Shows what waits in message queues", "显示消息队列中等待的内容"),
    about: LocalizedText("Reads lengths and ages, never the messages.", ""),
    keywords: ["queues", "messages"], icon: CatalogueIcon("#6c3483", "≡"),
    parts: [
      .settings([.init("longQueue", "1000", "From how many messages a queue is called long.")]), .page,
      .workload(readyAfter: 2),
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-06-16", "First version."),
      CatalogueVersion("1.1.0", "2025-12-01", "Ages beside lengths."),
    ])
}
