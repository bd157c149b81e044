import Client
import Extensions
import KubernetesAPI
import Manifest

/// The categories that KubeSphere ships, and their names.
package enum KnownCategories {
  private static let names: [String: (english: String, chinese: String)] = [
    "ai-machine-learning": ("AI and Machine Learning", "AI / 机器学习"),
    "computing": ("Computing", "计算"),
    "database": ("Database", "数据库"),
    "dev-tools": ("Dev Tools", "开发工具"),
    "integration-delivery": ("Integration and Delivery", "集成与交付"),
    "networking": ("Networking", "网络"),
    "observability": ("Observability", "可观测性"),
    "security": ("Security", "安全"),
    "storage": ("Storage", "存储"),
    "streaming-messaging": ("Streaming and Messaging", "流与消息"),
  ]

  /// Whether KubeSphere ships the category `name`.
  package static func isShipped(_ name: String) -> Bool { names[name] != nil }

  /// A Category object; `title` is the name of one that KubeSphere does not ship.
  static func object(_ name: String, called title: String, _ dialect: Dialect) -> Object {
    let known = names[name] ?? (title, title)
    let displayName: Value =
      dialect.name == .installPlan
      ? ["en": .string(known.english), "zh": .string(known.chinese)] : .string(known.english)
    return Object(dialect.categories, name: name, ["spec": ["displayName": displayName]])
  }
}
