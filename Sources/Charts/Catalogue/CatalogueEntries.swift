/// The extensions of the built-in marketplace.
///
/// Some of them show common failures on purpose.
enum CatalogueEntries {
  static let all = [
    dashboards, logLens, alertRouter, trafficMap, gatewayGuide, certClock, policyGuard, backupVault, snapshotWheel,
    tableTop, cacheGarden, buildBell, inkDocs, queueScope,
  ]

  private static let dashboards = CatalogueEntry(
    name: "dashboards", category: "observability",
    title: LocalizedText("Dashboards", "仪表盘"),
    summary: LocalizedText("Charts of what the cluster is doing, on one page", "在一个页面上查看集群运行状况的图表"),
    about: LocalizedText(
      "Draws the load of nodes, the state of workloads and the trend of the last day. It keeps no data of its own.",
      "绘制节点负载、工作负载状态以及最近一天的趋势。它不保存任何数据。"),
    keywords: ["metrics", "charts"], icon: CatalogueIcon("#2f7dd1", "▤"),
    parts: [
      .settings([
        .init("refreshSeconds", "30", "Seconds between two readings."),
        .init("theme", "light", "The colours of the page: light or dark."),
      ]), .page, .workload(readyAfter: 2), .api,
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-02-10", "First version."),
      CatalogueVersion("1.1.0", "2025-05-06", "Charts can be enlarged.", "Fewer readings while no page is open."),
      CatalogueVersion("1.2.0", "2025-09-01", "A dark theme."),
      CatalogueVersion(
        "2.0.0", "2026-03-16", "Several pages.", "Reachable under /proxy as well.", parts: [.proxy, .untrusted]),
    ])

  private static let logLens = CatalogueEntry(
    name: "log-lens", category: "observability",
    title: LocalizedText("Log Lens", "日志透镜"),
    summary: LocalizedText("Search the logs of every workload", "搜索所有工作负载的日志"),
    about: LocalizedText(
      "Reads logs where they are and searches them while they arrive. Runs within the console; nothing is deployed.", ""
    ),
    keywords: ["logs", "search"], icon: CatalogueIcon("#5a8f3d", "◎"),
    parts: [
      .settings([
        .init("maximumLines", "5000", "Lines shown at most."),
        .init("keepDays", "7", "Days a saved search is kept."),
      ]), .page,
    ],
    versions: [
      CatalogueVersion("0.9.0", "2025-01-20", "A first look."),
      CatalogueVersion("1.0.0", "2025-04-14", "Searches can be saved."),
      CatalogueVersion("1.1.0", "2025-11-03", "Regular expressions."),
    ])

  private static let alertRouter = CatalogueEntry(
    name: "alert-router", category: "observability",
    title: LocalizedText("Alert Router", "告警路由"),
    summary: LocalizedText("Sends alerts to those who can do something about them", "将告警发送给能够处理它们的人"),
    about: LocalizedText(
      "Groups alerts, silences repetitions and hands them on by mail or webhook. Needs Log Lens.", ""),
    keywords: ["alerts"], icon: CatalogueIcon("#c0392b", "!"),
    parts: [
      .settings([.init("receiver", "ops@meadow.example", "Who receives alerts that match no route.")]), .page,
      .workload(readyAfter: 2),
    ],
    versions: [
      CatalogueVersion(
        "1.0.0", "2025-06-02", "First version.", needs: [.init(name: "log-lens", version: ">=1.0.0", isRequired: true)]),
      CatalogueVersion(
        "1.1.0", "2025-12-08", "Quiet hours.", needs: [.init(name: "log-lens", version: ">=1.1.0", isRequired: true)]),
    ])

  private static let trafficMap = CatalogueEntry(
    name: "traffic-map", category: "networking",
    title: LocalizedText("Traffic Map", "流量地图"),
    summary: LocalizedText("Who talks to whom, drawn live", "实时绘制服务之间的通信"),
    about: LocalizedText(
      "Shows connections between services and how busy they are. From 1.1.0 it needs the TrafficPolicy API of Meadow Mesh.",
      "显示服务之间的连接及其繁忙程度。1.1.0 起需要 Meadow Mesh 的 TrafficPolicy API。"),
    keywords: ["traffic", "services"], icon: CatalogueIcon("#16a085", "⇄"),
    parts: [
      .settings([.init("sampling", "0.1", "The share of connections that is looked at.")]), .page,
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-03-03", "First version."),
      CatalogueVersion("1.0.1", "2025-07-21", "Draws faster."),
      CatalogueVersion(
        "1.1.0", "2026-01-12", "Policies can be edited on the map. Needs Meadow Mesh.",
        parts: [.template(path: "templates/policy.yaml", text: trafficPolicy)]),
    ])

  /// An object of an API that no cluster has, so that upgrading to this version fails.
  private static let trafficPolicy = """
    apiVersion: mesh.meadow.example/v1
    kind: TrafficPolicy
    metadata:
      name: {{ .Release.Name }}
      namespace: {{ .Release.Namespace }}
    spec:
      sampling: {{ .Values.sampling }}

    """

  private static let gatewayGuide = CatalogueEntry(
    name: "gateway-guide", category: "networking",
    title: LocalizedText("Gateway Guide", "网关向导"),
    summary: LocalizedText("Finds which rule serves a path", "查找由哪条规则处理某个路径"),
    about: LocalizedText("Lists routes in the order in which the gateway tries them.", ""),
    keywords: ["gateway", "routes"], icon: CatalogueIcon("#8e44ad", "➤"),
    parts: [
      .settings([.init("showDisabled", "false", "Whether disabled rules are listed.")]), .workload(readyAfter: 1),
      .proxy,
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-04-28", "First version."),
      CatalogueVersion("1.2.0", "2026-02-02", "Explains why a rule does not match."),
    ])

  private static let certClock = CatalogueEntry(
    name: "cert-clock", category: "security",
    title: LocalizedText("Cert Clock", "证书时钟"),
    summary: LocalizedText("Tells which certificates end soon", "提示即将到期的证书"),
    about: LocalizedText("Reads the certificates in TLS secrets once an hour. It never reads their keys.", ""),
    keywords: ["certificates", "tls"], icon: CatalogueIcon("#d68910", "⏱"),
    parts: [
      .settings([
        .init("warnDays", "30", "Days before its end that a certificate is worth a warning."),
        .init("namespaces", "\"*\"", "Namespaces that are looked at, parted by commas."),
      ]), .page, .workload(readyAfter: 2),
    ],
    versions: [
      CatalogueVersion("1.0.0", "2025-01-06", "First version."),
      CatalogueVersion("1.1.0", "2025-06-30", "Chooses namespaces."),
      CatalogueVersion("1.2.0", "2025-12-15", "Prepares its list before it starts.", parts: [.job(readyAfter: 1)]),
    ])

  private static let policyGuard = CatalogueEntry(
    name: "policy-guard", category: "security",
    title: LocalizedText("Policy Guard", "策略卫士"),
    summary: LocalizedText("Holds workloads to the rules you write", "让工作负载遵守您编写的规则"),
    about: LocalizedText(
      "Needs the extension policy-engine, which this marketplace does not have.", "依赖 policy-engine 扩展，本市场未提供。"),
    keywords: ["policy"], icon: CatalogueIcon("#34495e", "§"),
    parts: [.settings([.init("mode", "warn", "What a broken rule does: warn or refuse.")]), .page],
    versions: [
      CatalogueVersion(
        "1.0.0", "2025-10-13", "First version.",
        needs: [.init(name: "policy-engine", version: ">=2.0.0", isRequired: true)])
    ])
}
